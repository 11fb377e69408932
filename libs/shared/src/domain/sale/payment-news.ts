import { type Decision, refuse } from '../refusal.js';
import type { PaymentNews } from './commands.js';
import type { SaleEvent } from './events.js';
import type { Sale } from './sale.js';
import { afterRefund, type Paid, settlePayment } from './settle-payment.js';

/** A payment was received. Told twice, by webhook and by the caller's own back end, it counts once: a payment's name is its key. */
export function confirmPayment(state: Sale, news: PaymentNews): Decision<SaleEvent> {
  const sale = state.open;
  if (sale === undefined) return refuse('sale-unknown', { pointers: ['/sale'] });
  const paid = paidBy(news);
  const known = sale.payments.get(paid.payment);
  if (known?.received !== undefined) return { events: [] };
  const order = sale.orders.get(paid.order);
  if (order === undefined) return { events: [{ type: 'PaymentReceived', data: { ...paid, matched: false } }] };
  return { events: settlePayment(sale, order, paid, known) };
}

/** A try to pay failed: recorded once, for whoever asks why nothing came. */
export function failPayment(state: Sale, { order, payment }: PaymentNews): Decision<SaleEvent> {
  const sale = state.open;
  if (sale === undefined) return refuse('sale-unknown', { pointers: ['/sale'] });
  return sale.payments.get(payment) === undefined ? { events: [{ type: 'PaymentFailed', data: { order, payment } }] } : { events: [] };
}

/** Money went back: `amount` is the whole of it so far. What was owed is closed, and an order that nothing pays for any more is refunded. */
export function refundPayment(state: Sale, news: PaymentNews): Decision<SaleEvent> {
  const sale = state.open;
  if (sale === undefined) return refuse('sale-unknown', { pointers: ['/sale'] });
  const { payment, order: id, amount, currency } = paidBy(news);
  const known = sale.payments.get(payment);
  const refunded = BigInt(amount);
  if (known !== undefined && known.refunded >= refunded) return { events: [] };
  const paid: SaleEvent = { type: 'RefundPaid', data: { payment, order: id, amount, currency } };
  const order = sale.orders.get(id);
  const inFull = known?.received === undefined || refunded >= known.received;
  return { events: order !== undefined && inFull ? [paid, ...afterRefund(sale, order, payment)] : [paid] };
}

const paidBy = ({ payment, order, amount, currency }: PaymentNews): Paid => ({ payment, order, amount, currency });
