import type { OrderId } from '../../../kernel/ids.js';

/**
 * The holds of a sale by their end. Holds of equal length end in the order of their start; a change of the hold time gives several
 * lengths.
 */
export class Holds {
  /** By length in milliseconds: when each hold ends. */
  private readonly byLength = new Map<number, Map<OrderId, number>>();

  /**
   * @param endsAt milliseconds since 1970, UTC
   * @param length milliseconds
   */
  begin(order: OrderId, endsAt: number, length: number): void {
    const ends = this.byLength.get(length) ?? new Map<OrderId, number>();
    this.byLength.set(length, ends.set(order, endsAt));
  }

  end(order: OrderId): void {
    for (const [length, ends] of this.byLength) if (ends.delete(order) && ends.size === 0) this.byLength.delete(length);
  }

  /** The orders of all holds, earliest end first. */
  orders(): OrderId[] {
    return this.overdue(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  }

  /** When the next hold ends. */
  get next(): number | undefined {
    let soonest: number | undefined;
    for (const ends of this.byLength.values()) {
      const [first] = ends.values();
      if (first !== undefined && (soonest === undefined || first < soonest)) soonest = first;
    }
    return soonest;
  }

  /** Orders with an expired hold at `at`, oldest first, at most `most`. */
  overdue(at: number, most: number): OrderId[] {
    const found = [...this.byLength.values()].flatMap((ends) => overdueIn(ends, at, most));
    if (this.byLength.size > 1) found.sort(([, one], [, other]) => one - other);
    return found.slice(0, most).map(([order]) => order);
  }
}

function overdueIn(ends: ReadonlyMap<OrderId, number>, at: number, most: number): (readonly [OrderId, number])[] {
  const found: (readonly [OrderId, number])[] = [];
  for (const [order, endsAt] of ends) {
    if (endsAt > at || found.length === most) break;
    found.push([order, endsAt]);
  }
  return found;
}
