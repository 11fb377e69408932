import type { Balance } from '#shared/domain/ledger/balances.js';
import { extendChain, type LedgerRow, NO_CHAIN, type TenantChain } from '#shared/domain/ledger/entry.js';
import { postCommit } from '#shared/domain/ledger/posting/post.js';
import type { OrderRow, PaymentRow, SaleRow, TicketRow } from '#shared/domain/ledger/read-model.js';
import type { SuspensionRow } from '#shared/domain/ledger/suspension.js';
import { UnitOfWork } from '#shared/domain/ledger/unit-of-work.js';
import { assertFollows, headOf, NO_HEAD } from '#shared/event-store/commit.js';
import type { ChainRow, HeadRow } from '../rows/tables.js';
import type { PlacedCommit } from './commit-place.js';

/** Rows to be written, all of one batch. They are not changed any more by what is posted later. */
export interface ChangeSet<Entries> {
  readonly entries: Entries;
  readonly made: Rows;
  readonly changed: Rows;
  readonly suspensions: readonly SuspensionRow[];
  readonly balances: readonly Balance[];
  readonly chains: readonly ChainRow[];
  readonly heads: readonly HeadRow[];
}

interface Rows {
  readonly sales: readonly SaleRow[];
  readonly orders: readonly OrderRow[];
  readonly tickets: readonly TicketRow[];
  readonly payments: readonly PaymentRow[];
}

/** Where entries are put as they are posted, until the page is turned. */
export interface EntrySink<Entries> {
  add(row: LedgerRow): void;
  /** Everything since the last time. */
  all(): Entries;
}

/** As they are. */
export class EntryList implements EntrySink<readonly LedgerRow[]> {
  private rows: LedgerRow[] = [];

  add(row: LedgerRow): void {
    this.rows.push(row);
  }

  all(): readonly LedgerRow[] {
    const { rows } = this;
    this.rows = [];
    return rows;
  }
}

/** What is known of a ledger while commits are posted to it: the book, where each subject of the log stands, each tenant's running hash. */
export class LedgerPoster<Entries> {
  readonly book = new UnitOfWork();
  readonly heads = new Map<string, HeadRow>();
  readonly chains = new Map<string, ChainRow>();
  /** Sales whose balances and payments in clearing are in the book (`<tenant> <sale>`). */
  readonly sales = new Set<string>();

  private readonly movedHeads = new Map<string, HeadRow>();
  private readonly movedChains = new Map<string, ChainRow>();

  constructor(private readonly entries: EntrySink<Entries>) {}

  /**
   * Posts commits in their order; that they follow each other is known before the first of them is posted.
   * @throws Fault `log-broken` when one does not follow the one before it on its subject; `projection-refused` or `event-unknown` when one cannot
   * be applied. The desk is then not to be used again.
   */
  post(given: readonly PlacedCommit[]): ChangeSet<Entries> {
    const commits = given.filter((commit) => !this.holds(commit));
    for (const commit of commits) this.follow(commit);
    for (const commit of commits) this.enter(commit);
    return this.turn();
  }

  /** Posts one commit, which nobody need keep afterwards; its rows are on the page that is turned next. @throws as `post` does */
  take(commit: PlacedCommit): void {
    if (this.holds(commit)) return;
    this.follow(commit);
    this.enter(commit);
  }

  /** All that was posted since the page before. */
  turn(): ChangeSet<Entries> {
    const { sales, orders, tickets, payments, suspensions, balances } = this.book;
    const page: ChangeSet<Entries> = {
      entries: this.entries.all(),
      made: { sales: sales.created(), orders: orders.created(), tickets: tickets.created(), payments: payments.created() },
      changed: { sales: sales.changed(), orders: orders.changed(), tickets: tickets.changed(), payments: payments.changed() },
      suspensions: suspensions.changed(),
      balances: balances.changed(),
      chains: [...this.movedChains.values()],
      heads: [...this.movedHeads.values()],
    };
    this.book.settle();
    this.movedChains.clear();
    this.movedHeads.clear();
    return page;
  }

  /** Applied before, and so the checkpoint was set back: what is here already is neither doubled nor taken for a broken log. */
  private holds({ subject, version, sequence, hash, unknown }: PlacedCommit): boolean {
    const head = this.heads.get(subject) ?? NO_HEAD;
    if (unknown !== undefined || version > head.version || sequence > head.sequence) return false;
    return version < head.version || (sequence === head.sequence && hash === head.hash);
  }

  /** The log's own chain, checked against where each subject stood when it was applied last. */
  private follow(commit: PlacedCommit): void {
    if (commit.unknown !== undefined) throw commit.unknown;
    assertFollows(this.heads.get(commit.subject) ?? NO_HEAD, commit);
    const head = { tenant: commit.tenant, subject: commit.subject, ...headOf(commit) };
    this.heads.set(commit.subject, head);
    this.movedHeads.set(commit.subject, head);
  }

  private enter(commit: PlacedCommit): void {
    const { tenant } = commit;
    let chain: TenantChain = this.chains.get(tenant) ?? NO_CHAIN;
    const rows = postCommit(this.book, commit);
    for (const row of rows) {
      this.entries.add(row);
      chain = extendChain(chain, row);
    }
    if (rows.length === 0) return;
    this.chains.set(tenant, { tenant, ...chain });
    this.movedChains.set(tenant, { tenant, ...chain });
  }
}
