import type { BuyerId, Wallet } from '../../kernel/ids.js';

/** A pseudonym in another case is the same buyer. */
const folded = (buyer: BuyerId): string => buyer.toLowerCase();

/** What counts against the limits of a sale: derived from its orders. */
export class Usage {
  private readonly units = new Map<string, number>();
  private readonly unitsOfWallet = new Map<Wallet, number>();
  private readonly endedHolds = new Map<string, number>();
  /** Mints that were requested, once for each ticket and request. It never falls: a burned or failed mint was paid for all the same. */
  mintsRequested = 0;

  /** @param countsWallets only where the sale limits them: it is work for each ticket */
  constructor(readonly countsWallets: boolean) {}

  unitsOf(buyer: BuyerId): number {
    return this.units.get(folded(buyer)) ?? 0;
  }

  unitsFor(wallet: Wallet): number {
    return this.unitsOfWallet.get(wallet) ?? 0;
  }

  /** Holds of the buyer that ended without a payment. */
  holdsEndedOf(buyer: BuyerId): number {
    return this.endedHolds.get(folded(buyer)) ?? 0;
  }

  /** @param units fewer than 0 where they are given back */
  addUnits(buyer: BuyerId, units: number): void {
    add(this.units, folded(buyer), units);
  }

  addToWallet(wallet: Wallet | undefined, units: number): void {
    if (wallet !== undefined) add(this.unitsOfWallet, wallet, units);
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
