import type { BuyerId, CategoryId, CodeId, Wallet } from '../../kernel/ids.js';
import type { Category } from './terms.js';

/** A pseudonym in another case is the same buyer. */
const folded = (buyer: BuyerId): string => buyer.toLowerCase();

/** A ticket with the members that limits use. */
export interface Counted {
  readonly category?: CategoryId | undefined;
}

/** Counts for the limits of a sale: derived from its orders. */
export class Usage {
  private readonly units = new Map<string, number>();
  private readonly unitsOfWallet = new Map<Wallet, number>();
  private readonly endedHolds = new Map<string, number>();
  private readonly codes = new Map<CodeId, number>();
  /** Mint requests, once for each ticket and request. It never falls: a burned or failed mint was paid for too. */
  mintsRequested = 0;

  /** Whether the sale limits wallets, overall or in a category: only then are they counted, because it costs work for each ticket. */
  readonly countsWallets: boolean;
  /** Of categories with limits of their own. */
  private readonly byCategory: ReadonlyMap<CategoryId, { readonly buyers: Map<string, number>; readonly wallets: Map<Wallet, number> }>;

  constructor({ maxPerWallet, categories = [] }: { readonly maxPerWallet?: number; readonly categories?: readonly Category[] }) {
    const limited = categories.filter((one) => one.maxPerBuyer !== undefined || one.maxPerWallet !== undefined);
    this.byCategory = new Map(limited.map(({ category }) => [category, { buyers: new Map(), wallets: new Map() }]));
    this.countsWallets = maxPerWallet !== undefined || categories.some((one) => one.maxPerWallet !== undefined);
  }

  unitsOf(buyer: BuyerId): number {
    return this.units.get(folded(buyer)) ?? 0;
  }

  unitsFor(wallet: Wallet): number {
    return this.unitsOfWallet.get(wallet) ?? 0;
  }

  /** The count in a category with its own limits; 0 in any other. */
  unitsIn(category: CategoryId, buyer: BuyerId): number {
    return this.byCategory.get(category)?.buyers.get(folded(buyer)) ?? 0;
  }

  unitsForIn(category: CategoryId, wallet: Wallet): number {
    return this.byCategory.get(category)?.wallets.get(wallet) ?? 0;
  }

  /** Holds of the buyer that ended without a payment. */
  holdsEndedOf(buyer: BuyerId): number {
    return this.endedHolds.get(folded(buyer)) ?? 0;
  }

  /** @param sign -1 to remove */
  addUnits(buyer: BuyerId, tickets: readonly Counted[], sign: 1 | -1): void {
    add(this.units, folded(buyer), sign * tickets.length);
    if (this.byCategory.size === 0) return;
    for (const { category } of tickets) {
      const counts = category && this.byCategory.get(category);
      if (counts) add(counts.buyers, folded(buyer), sign);
    }
  }

  addToWallet(wallet: Wallet | undefined, { category }: Counted, sign: 1 | -1): void {
    if (wallet === undefined) return;
    add(this.unitsOfWallet, wallet, sign);
    const counts = category && this.byCategory.get(category);
    if (counts) add(counts.wallets, wallet, sign);
  }

  /** Live orders that use a discount code. */
  usesOf(code: CodeId): number {
    return this.codes.get(code) ?? 0;
  }

  addUse(code: CodeId, uses: 1 | -1): void {
    add(this.codes, code, uses);
  }

  addEndedHold(buyer: BuyerId, holds: 1 | -1): void {
    add(this.endedHolds, folded(buyer), holds);
  }
}

function add<K>(counts: Map<K, number>, key: K, more: number): void {
  const count = (counts.get(key) ?? 0) + more;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}
