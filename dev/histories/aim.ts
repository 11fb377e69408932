import type { SaleTerms } from '#shared/domain/sale/terms.js';
import { MAX_UNITS_PER_ORDER } from '#shared/domain/values.js';
import { type OrderId, orderId, type SaleId, type TenantId } from '#shared/kernel/ids.js';
import { changeFor, codeFor } from './aim-changes.js';
import { itemsFor } from './aim-items.js';
import { type Aims, ORDER_KEYS, type Step } from './history.js';

export type Body = Readonly<Record<string, unknown>>;

export type Offer = Pick<SaleTerms, 'units' | 'categories' | 'types' | 'prices' | 'codes' | 'currency'>;

/** What the generator knows of one sale. */
export interface SeenSale {
  readonly tenant: TenantId;
  readonly sale: SaleId;
  /** Absent: not open. */
  readonly terms: Offer | undefined;
  /** An order's price and tickets; `undefined` if there is no such order. */
  order(id: OrderId): { readonly amount: string; readonly tickets: readonly string[] } | undefined;
}

export const WALLET = '4Nd1mYQp8gVJ6tYFvMZTvGtTb2vAYHRkLBgYDmUDUyHm';
const MOST_UNITS_NAMED = 3;

/** The key of an order: few keys, so that each repeats. */
export const orderKey = ({ order }: Aims): string => `order-${order % ORDER_KEYS}`;

/** The drawn body, with members that refer to existing things. `other` is another sale of the same tenant. */
export function aimed({ operation, body, aims }: Extract<Step, { kind: 'ask' }>, seen: SeenSale, other: SeenSale): Body {
  if (operation === 'sale.open') return body;
  if (operation === 'sale.change') return changeFor(seen.terms, body, aims);
  if (operation === 'order.place') {
    const { units: _, quantity: __, items: ___, code: ____, ...drawn } = body;
    const others = { ...drawn, ...codeFor(seen.terms, aims) };
    const some = itemsFor(seen.terms, { most: MOST_UNITS_NAMED, from: aims.units, count: aims.units % MOST_UNITS_NAMED });
    return aims.units === 0 ? body : { wallet: WALLET, ...others, ...some };
  }
  const there = aims.order === ORDER_KEYS ? other : seen;
  const order = aims.order > ORDER_KEYS ? undefined : orderId(there.tenant, there.sale, orderKey(aims));
  const known = order === undefined ? undefined : seen.order(order);
  const total = BigInt(known?.amount ?? seen.terms?.prices[0]?.amount ?? 0);
  const amount = { total, half: total / 2n, one: 1n, drawn: undefined }[aims.amount]?.toString();
  const members: Record<string, unknown> = {
    order,
    amount,
    tickets: known?.tickets.slice(aims.units % Math.max(known.tickets.length, 1)),
    refundedTotal: amount,
    currency: aims.currency === 'drawn' ? undefined : seen.terms?.currency,
  };
  const aiming = Object.entries(members).filter(([name, value]) => name in body && value !== undefined);
  return { ...body, ...Object.fromEntries(aiming) };
}

/** The maximum number of units of one order, starting at the position of one buyer in a crowd. */
export const crowdOrder = (seen: SeenSale, buyer: number): Body => ({
  buyer: `crowd-${buyer}`,
  wallet: WALLET,
  ...itemsFor(seen.terms, { most: MAX_UNITS_PER_ORDER, from: buyer * MAX_UNITS_PER_ORDER, count: MAX_UNITS_PER_ORDER }),
});
