import type { OrderId } from '../../../kernel/ids.js';

/** The holds of a sale, soonest to end first. One hold time a sale, so they end in the order in which they began. */
export class Holds {
  private readonly ends = new Map<OrderId, number>();

  begin(order: OrderId, endsAt: number): void {
    this.ends.set(order, endsAt);
  }

  end(order: OrderId): void {
    this.ends.delete(order);
  }

  /** Whose they are, soonest to end first. */
  orders(): OrderId[] {
    return [...this.ends.keys()];
  }

  /** When the next hold ends. */
  get next(): number | undefined {
    const [first] = this.ends.values();
    return first;
  }

  /** Orders whose hold is over at `at`, the oldest first, so many at most. */
  overdue(at: number, most: number): OrderId[] {
    const found: OrderId[] = [];
    for (const [order, endsAt] of this.ends) {
      if (endsAt > at || found.length === most) break;
      found.push(order);
    }
    return found;
  }
}
