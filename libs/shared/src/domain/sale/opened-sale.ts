import type { CodeId, OrderId } from '../../kernel/ids.js';
import { Holds } from './orders/holds.js';
import type { Order } from './orders/order.js';
import { Tickets } from './orders/tickets.js';
import { Payments } from './payments/payments.js';
import { Prices } from './prices.js';
import { Tally } from './tally.js';
import type { DiscountCode, SaleTerms } from './terms.js';
import { Units, type Withdrawn } from './units/units.js';
import { Usage } from './usage.js';

/** The state of an open sale. */
export interface OpenedSale {
  readonly terms: SaleTerms;
  readonly prices: Prices;
  readonly codes: ReadonlyMap<CodeId, DiscountCode>;
  readonly units: Units;
  readonly tally: Tally;
  readonly orders: Map<OrderId, Order>;
  readonly tickets: Tickets;
  readonly usage: Usage;
  readonly payments: Payments;
  readonly holds: Holds;
  closed: boolean;
  /** Accepts no orders for now. */
  paused: boolean;
}

/** A sale without orders. */
export function opened(terms: SaleTerms, withdrawn?: Withdrawn): OpenedSale {
  return {
    terms,
    ...pricesOf(terms),
    units: new Units(terms.units, withdrawn),
    tally: new Tally(),
    orders: new Map(),
    tickets: new Tickets(),
    usage: new Usage(terms),
    payments: new Payments(),
    holds: new Holds(),
    closed: false,
    paused: false,
  };
}

/** The prices of tickets by its terms. */
export const pricesOf = ({ prices, codes = [] }: SaleTerms): Pick<OpenedSale, 'prices' | 'codes'> => ({
  prices: new Prices(prices),
  codes: new Map(codes.map((code) => [code.code, code])),
});
