import type { CategoryId, TypeId } from '../../kernel/ids.js';
import type { Price } from './terms.js';

/** Prices of tickets by category and type; `undefined` is the one without a name. Built once, because every order looks up prices. */
export class Prices {
  private readonly amounts = new Map<CategoryId | undefined, Map<TypeId | undefined, string>>();

  constructor(prices: readonly Price[]) {
    for (const { category, type, amount } of prices) {
      const types = this.amounts.get(category) ?? new Map<TypeId | undefined, string>();
      this.amounts.set(category, types.set(type, amount));
    }
  }

  /** The only type of tickets in a category, which may be omitted; `several`: it must be named. */
  onlyTypeOf(category: CategoryId | undefined): TypeId | undefined | 'several' {
    const types = this.amounts.get(category);
    if (types === undefined) return undefined;
    return types.size > 1 ? 'several' : [...types.keys()][0];
  }

  /** Names of the types sold in a category. */
  typesOf(category: CategoryId | undefined): readonly TypeId[] {
    return [...(this.amounts.get(category)?.keys() ?? [])].filter((type) => type !== undefined);
  }

  /** Minor units; `undefined`: no ticket of this type is sold there. */
  of(category: CategoryId | undefined, type: TypeId | undefined): string | undefined {
    return this.amounts.get(category)?.get(type);
  }
}
