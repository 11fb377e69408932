import { rfc3339 } from '../../kernel/moment.js';
import { type Refusal, refuse } from '../refusal.js';
import type { PlaceOrder } from './commands.js';
import type { TicketKind } from './events.js';
import type { OpenedSale } from './opened-sale.js';
import type { Order } from './orders/order.js';
import type { DiscountCode, Price, SaleTerms } from './terms.js';

type Kind = Pick<TicketKind, 'category' | 'type'>;
interface Priced extends Kind {
  /** Minor units. */
  readonly price: string;
}

/** Whether a code lowers the price of such tickets. */
const fits = ({ types, categories }: DiscountCode, { type, category }: Kind): boolean =>
  (types === undefined || (type !== undefined && types.includes(type))) &&
  (categories === undefined || (category !== undefined && categories.includes(category)));

/** Minor units, never below 0. */
function lowered(price: string, { percentOff = 0, amountOff = '0' }: DiscountCode): string {
  const amount = BigInt(price);
  const off = (amount * BigInt(percentOff)) / 100n + BigInt(amountOff);
  return `${off < amount ? amount - off : 0n}`;
}

/** The tickets of an order at their prices with its code; unchanged without a code. */
export function withCode<T extends Priced>(
  sale: OpenedSale,
  { code: name }: PlaceOrder,
  tickets: readonly T[],
  at: number,
): readonly T[] | { readonly refusal: Refusal } {
  if (name === undefined) return tickets;
  const code = sale.codes.get(name);
  const pointers = ['/code'];
  if (code === undefined) return refuse('code-unknown', { pointers });
  const { from, until, uses } = code;
  if ((from !== undefined && at < from) || (until !== undefined && at >= until)) {
    const facts = { ...(from !== undefined && { from: rfc3339(from) }), ...(until !== undefined && { until: rfc3339(until) }) };
    return refuse('code-not-valid-now', { pointers, facts });
  }
  if (!tickets.some((ticket) => fits(code, ticket))) return refuse('code-without-effect', { pointers });
  if (sale.usage.usesOf(name) >= uses) return refuse('code-used-up', { pointers, facts: { uses } });
  return tickets.map((ticket) => (fits(code, ticket) ? { ...ticket, price: lowered(ticket.price, code) } : ticket));
}

/** Whether a restored order still has a use of its code. */
export const hasUseFor = ({ codes, usage }: OpenedSale, { code }: Pick<Order, 'code'>): boolean =>
  code === undefined || usage.usesOf(code) < (codes.get(code)?.uses ?? 0);

/** Whether a ticket can cost nothing. */
export const hasFreeTickets = ({ prices, codes = [] }: Pick<SaleTerms, 'prices' | 'codes'>): boolean =>
  prices.some((price: Price) => price.amount === '0' || codes.some((code) => fits(code, price) && lowered(price.amount, code) === '0'));
