import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import pg from 'pg';
import type { CommandDecided } from '#shared/domain/decided.js';
import type { MintEvent } from '#shared/domain/mint/events.js';
import { evolve, type TicketMint } from '#shared/domain/mint/ticket-mint.js';
import { decodeWhole } from '#shared/event-store/commit.js';
import { saleSubject } from '#shared/event-store/event-store.js';
import type { TicketId } from '#shared/kernel/ids.js';
import { StoredMessages } from '#shared/platform/messaging/stored-messages.js';
import { inboxOf } from '#shared/platform/topology/accounts.js';
import { SaleAggregate } from '../../apps/purchase/src/deciding/sale-aggregate.js';
import { isOperation } from '../../apps/purchase/src/operations/operations.js';
import { admit } from '../demo-admit.js';
import { readLedger } from '../histories/ledger.js';
import { differences, type LoggedSale } from '../histories/model.js';
import type { Accepted } from '../histories/selling.js';
import { waitFor } from '../processes/wait.js';
import type { Stack } from '../stack/stack.js';

/** By then all requested mints are final, and the ledger has applied the whole log. */
const SETTLED_MS = 600_000;
/** Without a commit for this long, the log counts as complete. */
const STILL_MS = 5_000;
const EVENTS = 'EVENTS';

interface Sale extends Omit<LoggedSale, 'accepted'> {
  readonly fold: SaleAggregate;
  readonly mints: { readonly tickets: Map<TicketId, TicketMint> };
  readonly accepted: Accepted[];
}

export interface Verdict {
  readonly commits: number;
  readonly sales: number;
  readonly replay: string;
  /** Findings as sentences. */
  readonly findings: readonly string[];
}

/** Waits until the stack is idle, and compares its ledger with its log and with a model. */
export async function verdictOf(stack: Stack): Promise<Verdict> {
  const settings = stack.settingsOf('operator');
  const { NATS_URL: servers = '', NATS_USER: user = '', NATS_PASSWORD: pass = '', DATABASE_ADMIN_URL: connectionString = '' } = settings;
  const nats = await connect({ servers, user, pass, inboxPrefix: inboxOf(user) });
  const database = new pg.Client({ connectionString });
  await database.connect();
  try {
    const jsm = await jetstreamManager(nats, { checkAPI: false });
    const state = async (stream: string) => (await jsm.streams.info(stream)).state;
    await settled(async () => [(await state(EVENTS)).last_seq, (await state('MINTS')).messages], database);
    const { last_seq: last } = await state(EVENTS);
    const { messages: dead } = await state('DEAD');
    const logged = await new LogReader().readAll((await StoredMessages.on(nats)).range(EVENTS, 1, last));
    const halts = await rows<{ tenant: string; reason: string }>(database, 'select tenant, reason from ledger.tenant_halt');
    const replay = await admit(['replay'], settings).catch((thrown: Error) => thrown.message);
    const ledger = await readLedger((sql) => rows(database, sql));
    const findings = [
      ...halts.map(({ tenant, reason }) => `tenant ${tenant} is halted: ${reason}`),
      ...(replay.includes('equal') ? [] : [`the replay is not equal: ${replay}`]),
      ...(dead === 0 ? [] : [`${dead} dead letters`]),
      ...logged.twice.map((key) => `decided twice: ${key}`),
      ...[...logged.sales.values()].flatMap((sale) => differences(sale, ledger).map((found) => `${sale.tenant} ${sale.sale}: ${found}`)),
    ];
    return { commits: last, sales: logged.sales.size, replay, findings };
  } finally {
    await Promise.all([nats.close(), database.end()]);
  }
}

/** No new commits, no mint in flight, and the ledger at the end of the log. */
async function settled(look: () => Promise<readonly [last: number, mints: number]>, database: pg.Client): Promise<void> {
  let seen = -1;
  let since = performance.now();
  const isStill = async (): Promise<boolean> => {
    const [last, mints] = await look();
    const [row] = await rows<{ sequence: string }>(database, 'select sequence from ledger.checkpoint');
    if (last !== seen || mints > 0 || Number(row?.sequence) !== last) {
      seen = last;
      since = performance.now();
    }
    return performance.now() - since > STILL_MS;
  };
  await waitFor(isStill, { what: 'everything that was asked for is done, and in the ledger', timeoutMs: SETTLED_MS });
}

interface LoggedMessage {
  readonly subject: string;
  readonly data: Uint8Array;
}

/** Every sale's state from the log, and the keys that were decided twice. */
class LogReader {
  readonly sales = new Map<string, Sale>();
  readonly twice: string[] = [];
  private readonly decided = new Set<string>();

  async readAll(messages: AsyncIterable<{ readonly sequence: number; readonly message: LoggedMessage | undefined }>): Promise<this> {
    for await (const { sequence, message } of messages) {
      if (message === undefined) throw new Error(`nothing is stored under ${sequence}`);
      this.read(sequence, message);
    }
    return this;
  }

  private read(sequence: number, { subject, data }: LoggedMessage): void {
    const [, tenant = '', side, name = ''] = subject.split('.');
    const sale = this.saleOf(tenant, name);
    const commit = decodeWhole(subject, sequence, data);
    if (side === 'sale') sale.fold.apply(commit);
    else for (const event of commit.events as readonly MintEvent[]) noteMint(sale.mints.tickets, event);
    for (const { data: decision } of commit.decisions) this.note(sale, `${subject} ${decision.keyHash}`, decision);
  }

  private note({ accepted }: Sale, key: string, { operation, key: given, request, outcome }: CommandDecided['data']): void {
    if (this.decided.has(key)) this.twice.push(key);
    this.decided.add(key);
    if (outcome === 'accepted' && isOperation(operation)) accepted.push({ key: given, operation, request: request as Accepted['request'] });
  }

  private saleOf(tenant: string, sale: string): Sale {
    const name = `${tenant} ${sale}`;
    const fold = new SaleAggregate(saleSubject(tenant, sale));
    const found = this.sales.get(name) ?? { tenant, sale, fold, mints: { tickets: new Map() }, accepted: [] };
    this.sales.set(name, found);
    return found;
  }
}

const noteMint = (tickets: Map<TicketId, TicketMint>, event: MintEvent): unknown =>
  tickets.set(event.data.ticket, evolve(tickets.get(event.data.ticket), event));

async function rows<Row extends object>(database: pg.Client, sql: string): Promise<Row[]> {
  return (await database.query(sql)).rows as Row[];
}
