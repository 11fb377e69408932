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

/** What a sale is once it is opened. */
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
  /** It takes no order for a while. */
  paused: boolean;
}

/** A sale of which nothing was sold yet. */
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

/** What tickets cost by its terms. */
export const pricesOf = ({ prices, codes = [] }: SaleTerms): Pick<OpenedSale, 'prices' | 'codes'> => ({
  prices: new Prices(prices),
  codes: new Map(codes.map((code) => [code.code, code])),
});
