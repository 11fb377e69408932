import type { BuyerId, CategoryId, Wallet } from '../../kernel/ids.js';
import type { Refusal } from '../refusal.js';
import type { OpenedSale } from './sale.js';
import type { Counted } from './usage.js';

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

/** Why these tickets cannot go to a buyer too: asked when an order is placed, and when an expired one is paid for after all. */
export function beyondLimits(sale: OpenedSale, taker: Taker, tickets: readonly Counted[]): Refusal | undefined {
  const mints = sale.terms.mint === 'on-confirm' ? beyondMintBudget(sale, tickets.length) : undefined;
  return beyondBuyer(sale, taker, tickets) ?? beyondWallet(sale, taker.wallet, tickets) ?? mints;
}

/** The limit of the sale and those of its categories apply both. */
function beyondBuyer({ terms, usage }: OpenedSale, { buyer }: Taker, tickets: readonly Counted[]): Refusal | undefined {
  const { maxPerBuyer, categories = [] } = terms;
  const has = usage.unitsOf(buyer);
  if (has + tickets.length > maxPerBuyer) return { code: 'buyer-limit', facts: { maxPerBuyer, has } };
  for (const { category, maxPerBuyer: most } of categories) {
    if (most === undefined) continue;
    const [more, before] = [countIn(category, tickets), usage.unitsIn(category, buyer)];
    if (more > 0 && before + more > most) return { code: 'buyer-limit', facts: { category, maxPerBuyer: most, has: before } };
  }
  return undefined;
}

export function beyondWallet({ terms, usage }: OpenedSale, wallet: Wallet | undefined, tickets: readonly Counted[]): Refusal | undefined {
  if (wallet === undefined || !usage.countsWallets) return undefined;
  const { maxPerWallet, categories = [] } = terms;
  const beyond = (facts: NonNullable<Refusal['facts']>): Refusal => ({ code: 'wallet-limit', pointers: ['/wallet'], facts });
  const has = usage.unitsFor(wallet);
  if (maxPerWallet !== undefined && has + tickets.length > maxPerWallet) return beyond({ maxPerWallet, has });
  for (const { category, maxPerWallet: most } of categories) {
    if (most === undefined) continue;
    const [more, before] = [countIn(category, tickets), usage.unitsForIn(category, wallet)];
    if (more > 0 && before + more > most) return beyond({ category, maxPerWallet: most, has: before });
  }
  return undefined;
}

const countIn = (category: CategoryId, tickets: readonly Counted[]): number =>
  tickets.reduce((count, ticket) => (ticket.category === category ? count + 1 : count), 0);

/** A hold of a sale that mints on confirm has its mints set aside: once it is paid for, nobody is told that it cannot be minted. */
export function beyondMintBudget({ terms, units, usage, tally: { sold } }: OpenedSale, count: number): Refusal | undefined {
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
