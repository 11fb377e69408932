import { type Decision, type Refusal, refuse } from '../../refusal.js';
import type { EndOrder } from '../commands.js';
import type { SaleEvent } from '../events.js';
import { owe, paymentOf } from '../payments/settle-payment.js';
import type { OpenedSale, Sale } from '../sale.js';
import { giveUp, irrevocable, overrideAgain } from './give-up.js';
import { type Order, sumOfPrices } from './order.js';

/** Gives up an order that nobody paid for: a hold, or one of a sale without payment. Asked again, nothing more happens. */
export function cancelOrder(state: Sale, command: EndOrder): Decision<SaleEvent> {
  const found = orderToEnd(state, command);
  if ('refusal' in found) return found;
  const { sale, order } = found;
  const cancelled: SaleEvent = { type: 'OrderCancelled', data: { order: order.order } };
  if (order.status === 'held') return { events: [cancelled] };
  if (order.status === 'cancelled') return again(found, command);
  if (order.status !== 'confirmed') return ended(order);
  if (order.payment !== undefined) return refuse('order-paid', { pointers: ['/order'] });
  return standing(found, command) ?? { events: [cancelled, ...giveUp(sale, order)] };
}

/** The organiser gives the money back: it is owed from now on, and the units come back. */
export function refundOrder(state: Sale, command: EndOrder): Decision<SaleEvent> {
  const found = orderToEnd(state, command);
  if ('refusal' in found) return found;
  const { sale, order } = found;
  if (order.status === 'refund-owed' || order.status === 'refunded') return again(found, command);
  if (order.status !== 'confirmed') return ended(order);
  const payment = paymentOf(sale, order);
  if (payment === undefined) return refuse('order-not-paid', { pointers: ['/order'] });
  return standing(found, command) ?? { events: [owe(payment, sumOfPrices(order.tickets), 'requested'), ...giveUp(sale, order)] };
}

interface Found {
  readonly sale: OpenedSale;
  readonly order: Order;
}

/** Refused where a ticket could only become void, unless the organiser said that it may. */
function standing({ sale, order }: Found, { override }: EndOrder): { readonly refusal: Refusal } | undefined {
  const tickets = override === true ? [] : irrevocable(sale, order);
  if (tickets.length === 0) return undefined;
  return refuse('irrevocable', { pointers: ['/override'], facts: { tickets: tickets.map(({ ticket }) => ticket) } });
}

/** Nothing more happens, unless what was asked for first is an override now. */
const again = ({ sale, order }: Found, { override }: EndOrder): Decision<SaleEvent> => ({
  events: override === true ? overrideAgain(sale, order) : [],
});

function orderToEnd(state: Sale, { order: id }: EndOrder): Found | { readonly refusal: Refusal } {
  const sale = state.open;
  if (sale === undefined) return refuse('sale-unknown', { pointers: ['/sale'] });
  const order = sale.orders.get(id);
  return order === undefined ? refuse('order-unknown', { pointers: ['/order'] }) : { sale, order };
}

const ended = ({ status }: Order): { readonly refusal: Refusal } =>
  refuse('order-ended', { pointers: ['/order'], facts: { orderStatus: status } });
