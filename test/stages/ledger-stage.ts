import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type pg from 'pg';
import type { DataSource } from 'typeorm';
import type { Recorded } from '#shared/domain/recorded.js';
import { type Head, headOf, NO_HEAD } from '#shared/event-store/commit.js';
import { mintSubject, saleSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { provision } from '#shared/platform/topology/provision.js';
import { connected, database } from '../../apps/ledger/src/database/connect.js';
import type { RoleUrls } from '../../apps/ledger/src/database/roles.js';
import { JetStreamEventsLog } from '../../apps/ledger/src/logs/jetstream.js';
import { ReplayLog } from '../../apps/ledger/src/logs/replay.js';
import { Projector } from '../../apps/ledger/src/projection/projector.js';
import {
  LedgerReplay,
  type Promotion,
  type ReplayOptions,
  type ReplayProgress,
  type ReplayReport,
} from '../../apps/ledger/src/replay/replay-ledger.js';
import { startLedger } from '../../apps/ledger/src/start.js';
import { type NatsServer, startNats } from '../../dev/nats/server.js';
import { makeLedgerDatabase } from '../../dev/postgres/ledger-database.js';
import type { PostgresServer } from '../../dev/postgres/server.js';
import { waitFor } from '../../dev/processes/wait.js';
import { DATABASE, ledgerSettings } from './ledger-app.js';
import { newPostgres } from './postgres.js';
import { Stage } from './stage.js';

export { DATABASE };
export const WAIT_MS = 60_000;
const MAX_BATCH = 256;
export const silent = createLogger('ledger-test', 'silent');

export const AT = Date.UTC(2027, 0, 1);

/** NATS and Postgres, migrated and provisioned, with a log to write to and projectors to start. */
export class LedgerStage extends Stage {
  nats!: NatsServer;
  postgres!: PostgresServer;
  urls!: RoleUrls;
  private store!: JetStreamEventStore;
  private readonly heads = new Map<string, Head>();

  constructor(private readonly name: string) {
    super();
  }

  override async open(): Promise<void> {
    const path = this.folder(this.name);
    this.postgres = await this.keep(newPostgres(join(path, 'postgres')));
    this.urls = await makeLedgerDatabase(this.postgres, DATABASE, silent);
    this.nats = await this.keep(startNats({ dataDir: join(path, 'nats') }));
    const admin = await this.nat('provision');
    await provision(admin);
    this.store = await JetStreamEventStore.on(admin);
  }

  nat(user: string): Promise<NatsConnection> {
    return this.keep(connect({ ...this.nats.connection(user), maxReconnectAttempts: -1, reconnectTimeWait: 50 }));
  }

  /** The app as a process runs it, so to speak: queries, health and metrics beside a projector. */
  startApp(): Promise<NestFastifyApplication> {
    const environment = readEnvironment(ledgerSettings(this.nats, this.postgres));
    return this.keep(startLedger(environment, silent).then(({ app }) => app));
  }

  async append(subject: string, events: readonly Recorded[]): Promise<number> {
    const commit = await this.store.append(subject, this.heads.get(subject) ?? NO_HEAD, events);
    if (commit === undefined) throw new Error(`another process writes ${subject}`);
    this.heads.set(subject, headOf(commit));
    return commit.sequence;
  }

  /** The message with this sequence. */
  async message(seq: number): Promise<{ readonly subject: string; readonly body: Uint8Array }> {
    const message = await (await jetstreamManager(await this.nat('provision'))).streams.getMessage('EVENTS', { seq });
    if (message === null) throw new Error(`EVENTS holds nothing under ${seq}`);
    return { subject: message.subject, body: message.data };
  }

  /** A sale of `orders` orders of two seats each, with a few mints, and returns the last sequence. */
  async sell(tenant: string, sale: string, orders: number): Promise<number> {
    let last = await this.append(saleSubject(tenant, sale), opening(sale, orders * 2));
    for (let order = 0; order < orders; order++) {
      last = await this.append(saleSubject(tenant, sale), ordering(tenant, sale, order));
      if (order % 3 === 0) last = await this.append(mintSubject(tenant, sale), minted(sale, order));
    }
    return last;
  }

  pool(role: keyof RoleUrls, connections = 2): DataSource {
    const pool = database(this.urls[role], { name: 'ledger-test', connections, logger: silent });
    this.onClose(async () => pool.isInitialized && pool.destroy());
    return pool;
  }

  async query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return this.postgres.asSuperuser(DATABASE, async (client) => (await client.query<Row>(sql, values)).rows);
  }

  async checkpoint(): Promise<number> {
    const [row] = await this.query<{ sequence: string }>('select sequence from ledger.checkpoint');
    return Number(row?.sequence);
  }

  /** A separate projector, which runs until `stop` or the end of the stage. */
  async project(logger = silent): Promise<RunningProjector> {
    const connection = await this.nat('ledger');
    const pool = this.pool('projector');
    const projector = new Projector(() => connected(pool), await JetStreamEventsLog.on(connection, MAX_BATCH), logger);
    const abort = new AbortController();
    const ended = projector.run(abort.signal);
    let ending: string | undefined;
    ended.catch((thrown: unknown) => {
      ending = String(thrown);
    });
    const comesTo = (state: Projector['state']): Promise<void> =>
      waitFor(() => projector.state === state, { what: `the projector is ${state}`, timeoutMs: WAIT_MS, hopeless: () => ending });
    const stop = async (): Promise<void> => {
      abort.abort();
      await Promise.allSettled([ended]);
      await connection.close();
    };
    this.onClose(stop);
    return { projector, ended, comesTo, stop };
  }

  /** Sells while a projector is at work, and stops it when it has taken in all of that. @returns the last sequence */
  async projects(selling: () => Promise<number>): Promise<number> {
    const { stop } = await this.project();
    const last = await selling();
    await this.reaches(last);
    await stop();
    return last;
  }

  /** The next replay begins at the first commit. */
  async rewind(): Promise<void> {
    const connection = await this.nat('provision');
    await (await jetstreamManager(connection)).consumers.reset('EVENTS', 'replay', 1);
    await connection.close();
  }

  async replay(options: ReplayOptions = {}, promotion?: Promotion, progress: ReplayProgress = () => undefined): Promise<ReplayReport> {
    const connection = await this.nat('replay');
    const pool = await connected(this.pool('replay', 1));
    try {
      return await new LedgerReplay(new ReplayLog(connection, '_INBOX.replay'), options, progress).run(pool, promotion);
    } finally {
      await Promise.all([connection.close(), pool.destroy()]);
    }
  }

  /** Replays from the first commit, and promotes the result. */
  async promote(options: ReplayOptions = {}, trustLog = false, progress?: ReplayProgress): Promise<ReplayReport> {
    await this.rewind();
    const owner = await connected(database(this.postgres.url(DATABASE), { name: 'promote', connections: 1, logger: silent }));
    try {
      return await this.replay(options, { owner, trustLog }, progress);
    } finally {
      await owner.destroy();
    }
  }

  reaches(sequence: number): Promise<void> {
    return waitFor(async () => (await this.checkpoint()) >= sequence, { what: `the ledger reaches ${sequence}`, timeoutMs: WAIT_MS });
  }
}

export interface RunningProjector {
  readonly projector: Projector;
  readonly ended: Promise<void>;
  comesTo(state: Projector['state']): Promise<void>;
  stop(): Promise<void>;
}

const decided = (key: string, emitted: number, at: number): Recorded =>
  ({
    type: 'CommandDecided',
    at,
    data: { operation: 'o', key, keyHash: 'h', fingerprint: 'f', request: {}, outcome: 'accepted', status: 201, body: '{}', emitted },
  }) as unknown as Recorded;

export const opening = (sale: string, quota: number): Recorded[] =>
  [
    decided(`open-${sale}`, 1, AT),
    {
      type: 'SaleOpened',
      at: AT,
      data: {
        sale,
        name: sale,
        units: { areas: [{ quota }] },
        currency: 'EUR',
        prices: [{ amount: '2500' }],
        maxPerBuyer: 4,
        holdSeconds: 600,
        payment: 'none',
        mint: 'on-confirm',
      },
    },
  ] as unknown as Recorded[];

const ticketsOf = (sale: string, n: number) => [0, 1].map((i) => ({ ticket: `tkt_${sale}_${n}_${i}`, unit: `${2 * n + i + 1}` }));

export function ordering(tenant: string, sale: string, n: number): Recorded[] {
  const order = `ord_${tenant}_${sale}_${n}`;
  const tickets = ticketsOf(sale, n);
  const at = AT + 1_000 * n;
  const requested = tickets.map((ticket) => ({ ...ticket, request: 1 }));
  const placed = { order, buyer: `b-${n % 97}`, wallet: 'W', tickets: tickets.map((ticket) => ({ ...ticket, price: '2500' })) };
  return [
    decided(`key-${n}`, 3, at),
    { type: 'OrderPlaced', at, data: { ...placed, total: { amount: '5000', currency: 'EUR' } } },
    { type: 'OrderConfirmed', at, data: { order } },
    { type: 'MintsRequested', at, data: { order, name: sale, wallet: 'W', tickets: requested } },
  ] as unknown as Recorded[];
}

/** Money that overtook its order. */
export const paying = (order: string): Recorded[] =>
  [
    { type: 'PaymentReceived', at: AT, data: { order, payment: `pay_${order}`, amount: '5000', currency: 'EUR', matched: false } },
  ] as unknown as Recorded[];

function minted(sale: string, n: number): Recorded[] {
  const at = AT + 1_000 * n + 13;
  return ticketsOf(sale, n).flatMap(({ ticket, unit }) => {
    const about = {
      ticket,
      unit,
      wallet: 'W',
      asset: `asset-${ticket}`,
      signature: `sig-${ticket}`,
      slot: '77',
      supply: '1',
      holder: 'W',
      attempt: 1,
      request: 1,
      symbol: 'ADMIT',
      document: `document of ${ticket}`,
    };
    return ['MintPlanned', 'MintSubmitted', 'MintCompleted'].map((type) => ({ type, at, data: about })) as unknown as Recorded[];
  });
}
