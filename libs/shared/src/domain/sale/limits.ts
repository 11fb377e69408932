import type { BuyerId, CategoryId, Wallet } from '../../kernel/ids.js';
import type { Refusal } from '../refusal.js';
import type { OpenedSale } from './sale.js';
import type { Counted } from './usage.js';

/**
 * The limit of mint requests of a sale, for each unit: all mints share the payers, so the cost of one sale is bounded. Two: each ticket
 * may be given back and sold again once.
 */
export const MINTS_PER_UNIT = 2;
/** The default limit for holds of one buyer in one sale that end without a payment: far above the seat changes of an honest buyer. */
export const MAX_ENDED_HOLDS = 50;

/** The buyer and the wallet that units count for. */
interface Taker {
  readonly buyer: BuyerId;
  readonly wallet?: Wallet | undefined;
}

/** Why a buyer cannot have these tickets too: checked when an order is placed, and when an expired order is paid late. */
export function beyondLimits(sale: OpenedSale, taker: Taker, tickets: readonly Counted[]): Refusal | undefined {
  const mints = sale.terms.mint === 'on-confirm' ? beyondMintBudget(sale, tickets.length) : undefined;
  return beyondBuyer(sale, taker, tickets) ?? beyondWallet(sale, taker.wallet, tickets) ?? mints;
}

/** The limits of the sale and of its categories both apply. */
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

/** A hold in a sale that mints on confirm reserves its mints: so a paid order can always be minted. */
export function beyondMintBudget({ terms, units, usage, tally: { sold } }: OpenedSale, count: number): Refusal | undefined {
  const budget = units.opened * MINTS_PER_UNIT;
  const held = terms.mint === 'on-confirm' ? units.opened - units.available - sold : 0;
  const used = usage.mintsRequested + held;
  return used + count > budget ? { code: 'mint-budget-spent', facts: { budget, used } } : undefined;
}

/** A buyer who repeats holds without paying blocks units for others. */
export function beyondEndedHolds({ terms, usage }: OpenedSale, { buyer }: Taker): Refusal | undefined {
  const { maxEndedHolds = MAX_ENDED_HOLDS } = terms;
  const used = usage.holdsEndedOf(buyer);
  return used >= maxEndedHolds ? { code: 'hold-limit', pointers: ['/buyer'], facts: { maxEndedHolds, ended: used } } : undefined;
}
