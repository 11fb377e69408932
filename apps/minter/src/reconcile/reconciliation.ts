import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type pg from 'pg';
import type { MintPlan } from '#shared/domain/mint/events.js';
import { decodeCommit } from '#shared/event-store/commit.js';
import { mintSubject } from '#shared/event-store/event-store.js';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { leaderInfo } from '#shared/event-store/jetstream/leader-info.js';
import { StoredMessages } from '#shared/platform/messaging/stored-messages.js';
import { LeavesInLog } from '../chains/bubblegum/logged-leaves.js';
import { TreeMirrors } from '../chains/bubblegum/tree-mirrors.js';
import type { Rpc } from '../chains/token-2022/rpc/rpc.js';
import { assetsIn, landedOf, onChain } from './chain-assets.js';
import { chainDrift, type Drift, type DriftKind, isWrong, ledgerDrifts } from './drift.js';
import { ledgerSale, ledgerSales } from './ledger-tickets.js';
import { type LoggedTicket, LoggedTickets, signaturesIn } from './logged-tickets.js';

/**
 * A broken system may have a finding for every ticket: all are counted, and at most this many errors and this much information are
 * listed.
 */
const MAX_LISTED = 1_000;
/** Tickets whose accounts are read together. */
const TICKETS_AT_ONCE = 1_000;

export interface Reconciled {
  /** The log as of this stream sequence. */
  readonly sequence: number;
  readonly sales: number;
  readonly tickets: number;
  /** Checked transactions of the minter's keys. */
  readonly transactions: number;
  readonly counts: Readonly<Partial<Record<DriftKind, number>>>;
  readonly drifts: readonly Drift[];
}

export interface Sides {
  readonly connection: NatsConnection;
  readonly rpc: Rpc;
  /** Absent: the log is compared with the chain only. */
  readonly ledger?: pg.Client;
  /** Further addresses of the minter: payer or mint authority, current and former. */
  readonly also: readonly string[];
}

/** Compares log, ledger and chain, one sale at a time. It only reads. */
export class Reconciliation {
  private readonly signatures = new Set<string>();
  private readonly dead = new Map<string, Drift>();
  private readonly bases = new Set<string>();
  private readonly counts: Partial<Record<DriftKind, number>> = {};
  private readonly listed: { readonly wrong: Drift[]; readonly toKnow: Drift[] } = { wrong: [], toKnow: [] };
  private readonly mirrors: TreeMirrors;
  private tickets = 0;
  private transactions = 0;
  private commits = 0;

  private constructor(
    private readonly sides: Sides,
    private readonly messages: StoredMessages,
  ) {
    this.mirrors = new TreeMirrors((tree) => this.leavesInLog(tree));
  }

  static async of(sides: Sides): Promise<Reconciliation> {
    return new Reconciliation(sides, await StoredMessages.on(sides.connection));
  }

  /** @param progress called with the number of mint commits read, and their total */
  async run(progress: (done: number, of: number) => void): Promise<Reconciled> {
    const { last, sales, commits } = await this.scope();
    const genesis = await this.sides.rpc.ask('getGenesisHash', (connection) => connection.getGenesisHash());
    for (const sale of sales) await this.sale(sale, last, genesis, () => progress(++this.commits, commits));
    await this.walkThrough(last);
    const { tickets, counts, listed } = this;
    return {
      sequence: last,
      sales: sales.length,
      tickets,
      transactions: this.transactions,
      counts,
      drifts: [...listed.wrong, ...listed.toKnow],
    };
  }

  /** The current end of the log, and every sale with mints in the log or the ledger. */
  private async scope(): Promise<{ readonly last: number; readonly commits: number; readonly sales: readonly SaleName[] }> {
    const jsm = await jetstreamManager(this.sides.connection, { checkAPI: false });
    const { state } = await leaderInfo(jsm, EVENTS_STREAM, { subjects_filter: 'ev.*.mint.*' });
    const { subjects = {} } = state;
    const logged = Object.entries(subjects).map(([subject, ofSale]): SaleName => {
      const [, tenant = '', , sale = ''] = subject.split('.');
      return { tenant, sale, commits: ofSale };
    });
    const ledger = this.sides.ledger === undefined ? [] : await ledgerSales(this.sides.ledger);
    const all = [...ledger.map((of): SaleName => ({ ...of, commits: 0 })), ...logged]; // the log's count of commits wins
    const commits = Object.values(subjects).reduce((sum, count) => sum + count, 0);
    return { last: state.last_seq, commits, sales: [...new Map(all.map((of) => [`${of.tenant} ${of.sale}`, of])).values()] };
  }

  private async sale({ tenant, sale, commits }: SaleName, last: number, genesis: string, passed: () => void): Promise<void> {
    const subject = mintSubject(tenant, sale);
    const folded = new LoggedTickets(this.signatures);
    for await (const message of this.messages.ofLongSubject(EVENTS_STREAM, subject, last, commits)) {
      folded.take(message);
      passed();
    }
    const { tickets, dead } = folded;
    this.tickets += tickets.size;
    for (const [signature, { ticket, attempt, reason }] of dead)
      this.dead.set(signature, {
        kind: 'dead-but-landed',
        tenant,
        sale,
        ticket,
        signature,
        log: `attempt ${attempt}: ${reason}`,
        chain: 'landed',
      });
    if (this.sides.ledger !== undefined)
      for (const drift of ledgerDrifts({ tenant, sale }, tickets, await ledgerSale(this.sides.ledger, tenant, sale), last))
        this.note(drift);
    const found = await this.chainDrifts({ tenant, sale }, [...tickets.values()].filter(isPlanned), genesis);
    if (found.length === 0) return;
    const moved = await this.later(subject, last, folded);
    for (const drift of found) if (!moved.has(drift.ticket)) this.note(drift);
  }

  private async chainDrifts(of: { tenant: string; sale: string }, planned: readonly Planned[], genesis: string): Promise<Drift[]> {
    const drifts: Drift[] = [];
    for (const { plan } of planned) this.bases.add(plan.base);
    for (const { ticket, plan, mint } of planned.filter((each) => each.plan.genesisHash !== genesis))
      drifts.push({ kind: 'other-chain', ...of, ticket, asset: plan.asset, log: `${mint.state} on ${plan.genesisHash}`, chain: genesis });
    const ours = planned.filter(({ plan }) => plan.genesisHash === genesis);
    for (let from = 0; from < ours.length; from += TICKETS_AT_ONCE) {
      const some = ours.slice(from, from + TICKETS_AT_ONCE);
      const found = await onChain(this.sides.rpc, this.mirrors, some);
      for (const [index, each] of some.entries()) {
        const there = found[index];
        const drift = there && chainDrift(of, each, there);
        if (drift !== undefined) drifts.push(drift);
      }
    }
    return drifts;
  }

  /** Tickets with newer commits than those read: a difference on the chain may come from these. */
  private async later(subject: string, last: number, folded: LoggedTickets): Promise<ReadonlySet<string | undefined>> {
    for await (const message of this.messages.ofSubject(EVENTS_STREAM, subject, Number.MAX_SAFE_INTEGER, last + 1)) folded.take(message);
    return new Set([...folded.tickets.values()].filter(({ sequence }) => sequence > last).map(({ ticket }) => ticket));
  }

  private async leavesInLog(tree: string): Promise<Iterable<readonly [number, Buffer]>> {
    const folded = new LeavesInLog(tree);
    for await (const { subject, seq, data } of this.messages.ofSubject(EVENTS_STREAM, 'ev.*.mint.*', Number.MAX_SAFE_INTEGER))
      folded.take(decodeCommit(subject, seq, data));
    return folded.leaves.values();
  }

  /**
   * Checks every transaction of the minter's keys. A signature is logged before its bytes are sent, so a landed transaction that is not
   * in the log was signed elsewhere with the minter's key. One that landed although the log says dead still minted once, because an
   * address takes one asset.
   */
  private async walkThrough(last: number): Promise<void> {
    const unknown = new Set<string>();
    for (const address of [...this.bases, ...this.sides.also]) {
      for await (const signature of landedOf(this.sides.rpc, address)) {
        this.transactions += 1;
        const died = this.dead.get(signature);
        if (died !== undefined && this.dead.delete(signature)) this.note(died); // payer and base key signed the same one
        if (!this.signatures.has(signature)) unknown.add(signature);
      }
    }
    if (unknown.size > 0) await this.orphans(unknown, last);
  }

  private async orphans(unknown: ReadonlySet<string>, last: number): Promise<void> {
    for await (const message of this.messages.ofSubject(EVENTS_STREAM, 'ev.*.mint.*', Number.MAX_SAFE_INTEGER, last + 1))
      for (const signature of signaturesIn(message)) this.signatures.add(signature);
    for (const signature of unknown) {
      if (this.signatures.has(signature)) continue;
      const assets = await assetsIn(this.sides.rpc, signature);
      if (assets.length > 0) this.note({ kind: 'orphan-transaction', signature, asset: assets.join(' '), chain: 'landed' });
    }
  }

  private note(drift: Drift): void {
    this.counts[drift.kind] = (this.counts[drift.kind] ?? 0) + 1;
    const { wrong, toKnow } = this.listed;
    const list = isWrong(drift.kind) ? wrong : toKnow;
    if (list.length < MAX_LISTED) list.push(drift);
  }
}

interface SaleName {
  readonly tenant: string;
  readonly sale: string;
  /** Commits of its mints. */
  readonly commits: number;
}
interface Planned extends LoggedTicket {
  readonly plan: MintPlan;
}
const isPlanned = (ticket: LoggedTicket): ticket is Planned => ticket.plan !== undefined;
