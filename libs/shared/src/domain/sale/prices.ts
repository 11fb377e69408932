import type { CategoryId, TypeId } from '../../kernel/ids.js';
import type { Price } from './terms.js';

/** What tickets cost, by category and type; `undefined` is the one without a name. Made once: an order looks a price up. */
export class Prices {
  private readonly amounts = new Map<CategoryId | undefined, Map<TypeId | undefined, string>>();

  constructor(prices: readonly Price[]) {
    for (const { category, type, amount } of prices) {
      const types = this.amounts.get(category) ?? new Map<TypeId | undefined, string>();
      this.amounts.set(category, types.set(type, amount));
    }
  }

  /** The type of all tickets in a category, which needs no name; `several`: one has to be named. */
  onlyTypeOf(category: CategoryId | undefined): TypeId | undefined | 'several' {
    const types = this.amounts.get(category);
    if (types === undefined) return undefined;
    return types.size > 1 ? 'several' : [...types.keys()][0];
  }

  /** Names of types that are sold in a category. */
  typesOf(category: CategoryId | undefined): readonly TypeId[] {
    return [...(this.amounts.get(category)?.keys() ?? [])].filter((type) => type !== undefined);
  }

  /** Minor units; `undefined`: no ticket of this type is sold there. */
  of(category: CategoryId | undefined, type: TypeId | undefined): string | undefined {
    return this.amounts.get(category)?.get(type);
  }
}
