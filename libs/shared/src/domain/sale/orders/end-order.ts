import type { TicketId } from '../../../kernel/ids.js';
import { type Decision, type Refusal, refuse } from '../../refusal.js';
import type { EndOrder } from '../commands.js';
import type { SaleEvent } from '../events.js';
import { oweAllPaid, oweForEnded, paymentOf } from '../payments/settle-payment.js';
import type { OpenedSale, Sale } from '../sale.js';
import { giveUp, irrevocable, overrideAgain } from './give-up.js';
import { type Order, sumOfPrices, ticketOfUnit } from './order.js';

/** Ends an unpaid order, or some of its tickets: a hold, or an order of a sale without payment. A repetition changes nothing. */
export function cancelOrder(state: Sale, command: EndOrder): Decision<SaleEvent> {
  const found = toEnd(state, command);
  if ('refusal' in found) return found;
  const { sale, order, part } = found;
  if (order.status === 'cancelled' || part?.size === 0) return again(found, command);
  const isHeld = order.status === 'held';
  if (!isHeld && order.status !== 'confirmed') return over(order);
  if (order.payment !== undefined) return refuse('order-paid', { pointers: ['/order'] });
  const ended = part === undefined ? cancelled(order) : ticketsEnded(order, part);
  if (isHeld) return { events: [ended] };
  return standing(found, command) ?? { events: [ended, ...giveUp(sale, order, part)] };
}

/** Refunds an order for the organiser: the refund is due, and its units are released. */
export function refundOrder(state: Sale, command: EndOrder): Decision<SaleEvent> {
  const found = toEnd(state, command);
  if ('refusal' in found) return found;
  const { sale, order, part } = found;
  if (order.status === 'refund-owed' || order.status === 'refunded' || part?.size === 0) return again(found, command);
  if (order.status !== 'confirmed') return over(order);
  const payment = paymentOf(sale, order);
  if (payment === undefined) return refuse('order-not-paid', { pointers: ['/order'] });
  const refused = standing(found, command);
  if (refused !== undefined) return refused;
  if (part === undefined) return { events: [...oweAllPaid(order, payment), ...giveUp(sale, order)] };
  const left = order.kept.filter(({ ticket }) => !part.has(ticket));
  return { events: [ticketsEnded(order, part), ...oweForEnded(payment, sumOfPrices(left)), ...giveUp(sale, order, part)] };
}

/** An order, and the tickets that end while others stay. `part` is absent if all end, and empty if none is left. */
interface Found {
  readonly sale: OpenedSale;
  readonly order: Order;
  readonly part: ReadonlySet<TicketId> | undefined;
}

/** Cancels the remaining tickets: `amount` is their price, if other tickets ended before. */
function cancelled({ order, kept, keptPrice, tickets, status }: Order): SaleEvent {
  const isRest = status === 'confirmed' && kept.length < tickets.length;
  return { type: 'OrderCancelled', data: { order, ...(isRest && { amount: `${keptPrice}` }) } };
}

function ticketsEnded({ order, tickets }: Order, part: ReadonlySet<TicketId>): SaleEvent {
  const ended = tickets.filter(({ ticket }) => part.has(ticket));
  return { type: 'TicketsEnded', data: { order, tickets: ended.map(ticketOfUnit), amount: `${sumOfPrices(ended)}` } };
}

/** Refused if a ticket could only become void, unless the organiser sets `override`. */
function standing({ sale, order, part }: Found, { override }: EndOrder): { readonly refusal: Refusal } | undefined {
  const tickets = override === true ? [] : irrevocable(sale, order, part);
  if (tickets.length === 0) return undefined;
  return refuse('irrevocable', { pointers: ['/override'], facts: { tickets: tickets.map(({ ticket }) => ticket) } });
}

/** A repetition has no effect, unless it adds an override. */
const again = ({ sale, order }: Found, { override, tickets }: EndOrder): Decision<SaleEvent> => ({
  events: override === true ? overrideAgain(sale, order, tickets && new Set(tickets)) : [],
});

function toEnd(state: Sale, { order: id, tickets }: EndOrder): Found | { readonly refusal: Refusal } {
  const sale = state.open;
  if (sale === undefined) return refuse('sale-unknown', { pointers: ['/sale'] });
  const order = sale.orders.get(id);
  if (order === undefined) return refuse('order-unknown', { pointers: ['/order'] });
  if (tickets === undefined) return { sale, order, part: undefined };
  const own = new Set(order.tickets.map(({ ticket }) => ticket));
  const unknown = tickets.flatMap((ticket, index) => (own.has(ticket) ? [] : [`/tickets/${index}`]));
  if (unknown.length > 0) return refuse('ticket-unknown', { pointers: unknown });
  const named = new Set(tickets);
  const part = order.kept.filter(({ ticket }) => named.has(ticket)).map(({ ticket }) => ticket);
  return { sale, order, part: part.length === order.kept.length ? undefined : new Set(part) };
}

const over = ({ status }: Order): { readonly refusal: Refusal } =>
  refuse('order-ended', { pointers: ['/order'], facts: { orderStatus: status } });
