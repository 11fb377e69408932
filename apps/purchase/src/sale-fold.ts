import type { SaleEvent } from '#shared/domain/sale/events.js';
import { Sale } from '#shared/domain/sale/sale.js';
import { type Commit, type Head, headOf, NO_HEAD } from '#shared/event-store/commit.js';
import type { KeyHash } from '#shared/kernel/ids.js';

/** The fold of one sale's subject: the sale itself, and every key that was ever decided in it. */
export class SaleFold {
  readonly sale = new Sale();
  head: Head = NO_HEAD;
  private readonly decisions = new Map<KeyHash, number>();

  constructor(readonly subject: string) {}

  /** The sequence of the commit that decides a key: it is read from there when somebody asks again. */
  decisionOf(key: KeyHash): number | undefined {
    return this.decisions.get(key);
  }

  /** What this fold weighs in the cache: about its number of entries. */
  get weight(): number {
    return 1 + this.decisions.size + (this.sale.open?.units.opened ?? 0);
  }

  /** Applies a commit that was read from the log. */
  apply(commit: Commit): void {
    for (const event of commit.events) this.sale.evolve(event as SaleEvent, event.at, commit.version);
    this.remember(commit);
  }

  /** Takes note of a commit whose events were applied when they were decided. */
  remember(commit: Commit): void {
    for (const key of commit.keys) this.decisions.set(key, commit.sequence);
    this.sale.clock = Math.max(this.sale.clock, commit.at);
    this.head = headOf(commit);
  }
}
