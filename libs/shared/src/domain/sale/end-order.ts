import { type Decision, type Refusal, refuse } from '../refusal.js';
import type { EndOrder } from './commands.js';
import type { SaleEvent } from './events.js';
import type { Order } from './order.js';
import type { OpenedSale, Sale } from './sale.js';
import { giveUp, owe } from './settle-payment.js';

/** Gives up an order that nobody paid for: a hold, or one of a sale without payment. Asked again, nothing more happens. */
export function cancelOrder(state: Sale, command: EndOrder): Decision<SaleEvent> {
  const found = find(state, command);
  if ('refusal' in found) return found;
  const { order } = found;
  const cancelled: SaleEvent = { type: 'OrderCancelled', data: { order: order.order } };
  if (order.status === 'held') return { events: [cancelled] };
  if (order.status === 'cancelled') return { events: [] };
  if (order.status !== 'confirmed') return ended(order);
  return order.payment === undefined ? { events: [cancelled, ...giveUp(order)] } : refuse('order-paid', { pointers: ['/order'] });
}

/** The organiser gives the money back: it is owed from now on, and the units come back. */
export function refundOrder(state: Sale, command: EndOrder): Decision<SaleEvent> {
  const found = find(state, command);
  if ('refusal' in found) return found;
  const { sale, order } = found;
  if (order.status === 'refund-owed' || order.status === 'refunded') return { events: [] };
  if (order.status !== 'confirmed') return ended(order);
  const payment = order.payment === undefined ? undefined : sale.payments.get(order.payment);
  if (payment?.received === undefined) return refuse('order-not-paid', { pointers: ['/order'] });
  const paid = { payment: payment.payment, order: order.order, amount: `${payment.received}`, currency: payment.currency };
  return { events: [owe(paid, 'requested'), ...giveUp(order)] };
}

function find(state: Sale, { order: id }: EndOrder): { readonly sale: OpenedSale; readonly order: Order } | { readonly refusal: Refusal } {
  const sale = state.open;
  if (sale === undefined) return refuse('sale-unknown', { pointers: ['/sale'] });
  const order = sale.orders.get(id);
  return order === undefined ? refuse('order-unknown', { pointers: ['/order'] }) : { sale, order };
}

const ended = ({ status }: Order): { readonly refusal: Refusal } =>
  refuse('order-ended', { pointers: ['/order'], facts: { orderStatus: status } });
