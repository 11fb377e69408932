import type { Balance } from '#shared/domain/ledger/balances.js';
import { extendChain, type LedgerRow, NO_CHAIN, type TenantChain } from '#shared/domain/ledger/entry.js';
import { postCommit } from '#shared/domain/ledger/posting/post.js';
import type { OrderRow, PaymentRow, SaleRow, TicketRow } from '#shared/domain/ledger/read-model.js';
import type { SuspensionRow } from '#shared/domain/ledger/suspension.js';
import { UnitOfWork } from '#shared/domain/ledger/unit-of-work.js';
import { assertFollows, headOf, NO_HEAD } from '#shared/event-store/commit.js';
import type { ChainRow, HeadRow } from '../rows/tables.js';
import type { PlacedCommit } from './commit-place.js';

/** The rows of one batch, to be written. Later posting does not change them. */
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

/** Collects entries until the next change set. */
export interface EntrySink<Entries> {
  add(row: LedgerRow): void;
  /** All entries since the last call. */
  all(): Entries;
}

/** Entries as objects. */
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

/** A ledger's state while commits are posted to it: the unit of work, the head of each subject, each tenant's running hash. */
export class LedgerPoster<Entries> {
  readonly book = new UnitOfWork();
  readonly heads = new Map<string, HeadRow>();
  readonly chains = new Map<string, ChainRow>();
  /** Sales whose balances and payments in clearing are loaded (`<tenant> <sale>`). */
  readonly sales = new Set<string>();

  private readonly movedHeads = new Map<string, HeadRow>();
  private readonly movedChains = new Map<string, ChainRow>();

  constructor(private readonly entries: EntrySink<Entries>) {}

  /**
   * Posts commits in order, after checking that all of them follow each other.
   * @throws Fault `log-broken` when one does not follow the one before it on its subject; `projection-refused` or `event-unknown` when one
   * cannot be applied. The poster must then not be used again.
   */
  post(given: readonly PlacedCommit[]): ChangeSet<Entries> {
    const commits = given.filter((commit) => !this.holds(commit));
    for (const commit of commits) this.follow(commit);
    for (const commit of commits) this.enter(commit);
    return this.turn();
  }

  /** Posts one commit, which may be released afterwards; its rows are in the next change set. @throws as `post` does */
  take(commit: PlacedCommit): void {
    if (this.holds(commit)) return;
    this.follow(commit);
    this.enter(commit);
  }

  /** Everything posted since the previous change set. */
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

  /** Already applied, so the checkpoint was set back: the commit is neither posted twice nor reported as a broken log. */
  private holds({ subject, version, sequence, hash, unknown }: PlacedCommit): boolean {
    const head = this.heads.get(subject) ?? NO_HEAD;
    if (unknown !== undefined || version > head.version || sequence > head.sequence) return false;
    return version < head.version || (sequence === head.sequence && hash === head.hash);
  }

  /** Checks the log's hash chain against the last applied head of each subject. */
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
