import type { CategoryId, TypeId } from '../../kernel/ids.js';
import type { TicketPlaced } from './events.js';
import type { OpenedSale } from './sale.js';

const NONE = 0;

/** Categories and types of a sale by number, from 1 on: in a snapshot a number is shorter than a name, and shared names cost nothing. */
export class TicketKinds {
  private readonly categories: readonly CategoryId[];
  private readonly types: readonly TypeId[];
  private readonly categoryNumbers: ReadonlyMap<CategoryId, number>;
  private readonly typeNumbers: ReadonlyMap<TypeId, number>;
  private readonly hasLabels: boolean;

  constructor(private readonly sale: Pick<OpenedSale, 'terms' | 'units'>) {
    const { categories = [], types = [], units } = sale.terms;
    this.categories = categories.map(({ category }) => category);
    this.types = types.map(({ type }) => type);
    this.categoryNumbers = new Map(this.categories.map((category, index) => [category, index + 1]));
    this.typeNumbers = new Map(this.types.map((type, index) => [type, index + 1]));
    this.hasLabels = [...(units.rows ?? []), ...(units.seats ?? []), ...(units.areas ?? [])].some(({ label }) => label !== undefined);
  }

  /** @throws if the sale has none of this name */
  categoryOf({ category }: TicketPlaced): number {
    return category === undefined ? NONE : known(this.categoryNumbers.get(category), category);
  }

  typeOf({ type }: TicketPlaced): number {
    return type === undefined ? NONE : known(this.typeNumbers.get(type), type);
  }

  /** A ticket with its category and type, and the label of its unit. */
  restored(ticket: TicketPlaced, category: number, type: number): TicketPlaced {
    const label = this.hasLabels ? this.sale.units.labelOf(ticket.unit) : undefined;
    if (category === NONE && type === NONE && label === undefined) return ticket;
    return {
      ...ticket,
      ...(category !== NONE && { category: known(this.categories[category - 1], category) }),
      ...(type !== NONE && { type: known(this.types[type - 1], type) }),
      ...(label !== undefined && { label }),
    };
  }
}

function known<T>(value: T | undefined, name: string | number): T {
  if (value === undefined) throw new Error(`the sale has no category or type ${name}`);
  return value;
}
