import type { BuyerId, Wallet } from '../../kernel/ids.js';
import type { Refusal } from '../refusal.js';
import type { OpenedSale } from './sale.js';

/**
 * Mints that a sale may request in all, for each of its units: all payers of mints are shared, so what one sale can spend is bounded. Two: every
 * ticket may be given back once and sold again.
 */
export const MINTS_PER_UNIT = 2;
/** Holds of one buyer in one sale that may end without a payment, where the sale says nothing: many more than an honest buyer changes seats. */
export const MAX_ENDED_HOLDS = 50;

/** For whom units are taken. */
interface Taker {
  readonly buyer: BuyerId;
  readonly wallet?: Wallet | undefined;
}

/** Why so many units more cannot go to a buyer: asked when an order is placed, and when an expired one is paid for after all. */
export function beyondLimits(sale: OpenedSale, taker: Taker, count: number): Refusal | undefined {
  const mints = sale.terms.mint === 'on-confirm' ? beyondMintBudget(sale, count) : undefined;
  return beyondBuyer(sale, taker, count) ?? beyondWallet(sale, taker.wallet, count) ?? mints;
}

function beyondBuyer({ terms: { maxPerBuyer }, usage }: OpenedSale, { buyer }: Taker, count: number): Refusal | undefined {
  const has = usage.unitsOf(buyer);
  return has + count > maxPerBuyer ? { code: 'buyer-limit', facts: { maxPerBuyer, has } } : undefined;
}

export function beyondWallet(
  { terms: { maxPerWallet }, usage }: OpenedSale,
  wallet: Wallet | undefined,
  count: number,
): Refusal | undefined {
  if (maxPerWallet === undefined || wallet === undefined) return undefined;
  const has = usage.unitsFor(wallet);
  return has + count > maxPerWallet ? { code: 'wallet-limit', pointers: ['/wallet'], facts: { maxPerWallet, has } } : undefined;
}

/** A hold of a sale that mints on confirm has its mints set aside: once it is paid for, nobody is told that it cannot be minted. */
export function beyondMintBudget({ terms, units, usage, sold }: OpenedSale, count: number): Refusal | undefined {
  const budget = units.opened * MINTS_PER_UNIT;
  const held = terms.mint === 'on-confirm' ? units.opened - units.available - sold : 0;
  const used = usage.mintsRequested + held;
  return used + count > budget ? { code: 'mint-budget-spent', facts: { budget, used } } : undefined;
}

/** A buyer who holds and lets go without end keeps units from the others. */
export function beyondEndedHolds({ terms, usage }: OpenedSale, { buyer }: Taker): Refusal | undefined {
  const { maxEndedHolds = MAX_ENDED_HOLDS } = terms;
  const used = usage.holdsEndedOf(buyer);
  return used >= maxEndedHolds ? { code: 'hold-limit', pointers: ['/buyer'], facts: { maxEndedHolds, ended: used } } : undefined;
}
