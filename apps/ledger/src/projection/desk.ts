import type { Balance } from '#shared/domain/ledger/balances.js';
import { Book } from '#shared/domain/ledger/book.js';
import { extendChain, type LedgerRow, NO_CHAIN } from '#shared/domain/ledger/entry.js';
import { postCommit } from '#shared/domain/ledger/post.js';
import type { OrderRow, PaymentRow, SaleRow, TicketRow } from '#shared/domain/ledger/read-model.js';
import { assertFollows, headOf, NO_HEAD } from '#shared/event-store/commit.js';
import type { ChainRow, HeadRow } from '../rows/tables.js';
import type { PlacedCommit } from './commit-place.js';

/** Rows to be written, all of one batch. They are not changed any more by what is posted later. */
export interface Page {
  readonly entries: readonly LedgerRow[];
  readonly made: Rows;
  readonly changed: Rows;
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

/** What is known of a ledger while commits are posted to it: the book, where each subject of the log stands, each tenant's running hash. */
export class Desk {
  readonly book = new Book();
  readonly heads = new Map<string, HeadRow>();
  readonly chains = new Map<string, ChainRow>();
  /** Sales whose balances and payments in clearing are in the book (`<tenant> <sale>`). */
  readonly sales = new Set<string>();

  /**
   * Posts commits in their order.
   * @throws Fault `log-broken` when one does not follow the one before it on its subject; `projection-refused` or `event-unknown` when one cannot
   * be applied. The desk is then not to be used again.
   */
  post(given: readonly PlacedCommit[]): Page {
    const commits = given.filter((commit) => !this.holds(commit));
    const heads = this.follow(commits);
    const entries: LedgerRow[] = [];
    for (const commit of commits) for (const row of postCommit(this.book, commit)) entries.push(row);
    const { sales, orders, tickets, payments, balances } = this.book;
    const page: Page = {
      entries,
      made: { sales: sales.created(), orders: orders.created(), tickets: tickets.created(), payments: payments.created() },
      changed: { sales: sales.changed(), orders: orders.changed(), tickets: tickets.changed(), payments: payments.changed() },
      balances: balances.changed(),
      chains: this.chain(entries),
      heads,
    };
    this.book.settle();
    return page;
  }

  /** Applied before, and so the checkpoint was set back: what is here already is neither doubled nor taken for a broken log. */
  private holds({ subject, version, sequence, hash, unknown }: PlacedCommit): boolean {
    const head = this.heads.get(subject) ?? NO_HEAD;
    if (unknown !== undefined || version > head.version || sequence > head.sequence) return false;
    return version < head.version || (sequence === head.sequence && hash === head.hash);
  }

  /** The log's own chain, checked against where each subject stood when it was applied last. */
  private follow(commits: readonly PlacedCommit[]): HeadRow[] {
    const moved = new Map<string, HeadRow>();
    for (const commit of commits) {
      if (commit.unknown !== undefined) throw commit.unknown;
      assertFollows(this.heads.get(commit.subject) ?? NO_HEAD, commit);
      const head = { tenant: commit.tenant, subject: commit.subject, ...headOf(commit) };
      this.heads.set(commit.subject, head);
      moved.set(commit.subject, head);
    }
    return [...moved.values()];
  }

  private chain(entries: readonly LedgerRow[]): ChainRow[] {
    const moved = new Map<string, ChainRow>();
    for (const row of entries) {
      const { tenant } = row;
      const before = moved.get(tenant) ?? this.chains.get(tenant) ?? NO_CHAIN;
      moved.set(tenant, { tenant, ...extendChain(before, row) });
    }
    for (const chain of moved.values()) this.chains.set(chain.tenant, chain);
    return [...moved.values()];
  }
}
