import type { CategoryId, TypeId } from '../../kernel/ids.js';
import type { TicketKind } from './events.js';

interface Count {
  held: number;
  sold: number;
}

const NONE: Readonly<Count> = { held: 0, sold: 0 };

type Kind = Pick<TicketKind, 'category' | 'type'>;

/** Numbers of held and sold tickets of a sale, by category and type. */
export class Tally {
  private readonly counts = new Map<CategoryId | undefined, Map<TypeId | undefined, Count>>();
  /** Of all kinds. */
  sold = 0;

  hold(tickets: readonly Kind[]): void {
    for (const ticket of tickets) this.add(ticket, 1, 0);
  }

  letGo(tickets: readonly Kind[]): void {
    for (const ticket of tickets) this.add(ticket, -1, 0);
  }

  /** Held → sold. */
  sell(tickets: readonly Kind[]): void {
    for (const ticket of tickets) this.add(ticket, -1, 1);
  }

  takeBack(tickets: readonly Kind[]): void {
    for (const ticket of tickets) this.add(ticket, 0, -1);
  }

  of(category: CategoryId | undefined, type: TypeId | undefined): Readonly<Count> {
    return this.counts.get(category)?.get(type) ?? NONE;
  }

  /** Of all types in a category. */
  soldIn(category: CategoryId | undefined): number {
    return [...(this.counts.get(category)?.values() ?? [])].reduce((sum, { sold }) => sum + sold, 0);
  }

  private add({ category, type }: Kind, held: number, sold: number): void {
    this.sold += sold;
    const types = this.counts.get(category) ?? new Map<TypeId | undefined, Count>();
    if (types.size === 0) this.counts.set(category, types);
    const count = types.get(type);
    if (count === undefined) {
      types.set(type, { held, sold });
      return;
    }
    count.held += held;
    count.sold += sold;
    if (count.held === 0 && count.sold === 0) types.delete(type);
    if (types.size === 0) this.counts.delete(category);
  }
}
