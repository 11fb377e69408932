import type { SaleEvent } from '#shared/domain/sale/events.js';
import { Sale } from '#shared/domain/sale/sale.js';
import { type Commit, type Head, headOf, NO_HEAD } from '#shared/event-store/commit.js';
import type { KeyHash } from '#shared/kernel/ids.js';

/** Where a decision stands in the log. Its bytes are read from there when somebody asks again. */
export interface DecisionPlace {
  readonly fingerprint: string;
  readonly sequence: number;
}

/** The fold of one sale's subject: the sale itself, and every key that was ever decided in it. */
export class SaleFold {
  readonly sale = new Sale();
  head: Head = NO_HEAD;
  private readonly decisions = new Map<KeyHash, DecisionPlace>();

  constructor(readonly subject: string) {}

  decisionOf(key: KeyHash): DecisionPlace | undefined {
    return this.decisions.get(key);
  }

  /** What this fold weighs in the cache: about its number of entries. */
  get weight(): number {
    return 1 + this.decisions.size + (this.sale.open?.units.opened ?? 0);
  }

  /** Applies a commit that was read from the log: all that is not the record of a decision is an event of the sale. */
  apply(commit: Commit): void {
    for (const event of commit.events) {
      if (event.type !== 'CommandDecided') this.sale.evolve(event as SaleEvent, event.at, commit.version);
    }
    this.remember(commit);
  }

  /** Takes note of a commit whose sale events were applied when they were decided. */
  remember(commit: Commit): void {
    for (const event of commit.events) {
      if (event.type !== 'CommandDecided') continue;
      this.decisions.set(event.data.keyHash, { fingerprint: event.data.fingerprint, sequence: commit.sequence });
      this.sale.clock = Math.max(this.sale.clock, event.at);
    }
    this.head = headOf(commit);
  }
}
