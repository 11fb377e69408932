import type { RefundId } from '../../../kernel/ids.js';
import { type Decision, refuse } from '../../refusal.js';
import type { DisputeLost, DisputeOpened, DisputeWon, PaymentReport, PaymentReportSetAside, RefundPaid, SaleEvent } from '../events.js';
import type { OpenedSale, Sale } from '../sale.js';
import type { DisputeNotification, PaymentNotification, RefundFailure, RefundNotification } from './commands.js';
import { factOf, type Payment } from './payment.js';
import { type FactEvent, reportOf } from './payments.js';
import { oweForeign, settleOrder } from './settle-payment.js';

/** Records a received payment. A payment reported twice, by webhook and by the caller's back end, counts once: its id is its key. */
export function confirmPayment(state: Sale, reported: PaymentNotification): Decision<SaleEvent> {
  const sale = state.open;
  if (sale === undefined) return refuse('sale-unknown', { pointers: ['/sale'] });
  const { payment, order, amount, currency } = reported;
  const known = sale.payments.find(reported);
  if (known?.received !== undefined)
    return { events: known.received === BigInt(amount) ? [] : setAside(sale, { payment, order, amount, currency, report: 'received' }) };
  return {
    events: withConsequences(sale, {
      type: 'PaymentReceived',
      data: { payment, order, amount, currency, matched: sale.orders.has(order) },
    }),
  };
}

/** Records a failed attempt to pay, once, so that the caller can see why no money arrived. */
export function failPayment(state: Sale, { order, payment }: PaymentNotification): Decision<SaleEvent> {
  const sale = state.open;
  if (sale === undefined) return refuse('sale-unknown', { pointers: ['/sale'] });
  const isKnown = sale.payments.hasFailed(payment) || sale.payments.received(payment) !== undefined;
  return { events: isKnown ? [] : [{ type: 'PaymentFailed', data: { order, payment } }] };
}

/**
 * Records returned money: a refund, counted once by its id, or the payment's total so far.
 * @param key of the notification: the id of a refund without an id of its own
 */
export function refundPayment(state: Sale, reported: RefundNotification, key: string): Decision<SaleEvent> {
  const sale = state.open;
  if (sale === undefined) return refuse('sale-unknown', { pointers: ['/sale'] });
  const { payment, order, currency } = reported;
  const known = sale.payments.find(reported);
  const refund = refundIn(reported, key, known);
  const before = refund && known?.facts.get(factOf('refunded', refund.refund));
  const total = totalIn(reported, known);
  const data: RefundPaid['data'] = { payment, order, currency, ...(before === undefined && refund), ...total };
  const contradicts = refund !== undefined && before !== undefined && before !== BigInt(refund.amount);
  const aside = contradicts
    ? setAside(sale, { payment, order, currency, amount: refund.amount, report: 'refunded', id: refund.refund })
    : [];
  if (data.refund === undefined && data.refundedTotal === undefined) return { events: aside };
  return { events: [...aside, ...withConsequences(sale, { type: 'RefundPaid', data })] };
}

/** With a total, an amount counts as a refund only if it has an id. A failed refund does not count. */
function refundIn({ amount, refund: said, refundedTotal }: RefundNotification, key: string, known: Payment | undefined) {
  if (amount === undefined || (said === undefined && refundedTotal !== undefined)) return undefined;
  const refund = said ?? (key as RefundId);
  return known?.facts.has(factOf('refund-failed', refund)) === true ? undefined : { refund, amount };
}

const totalIn = ({ refundedTotal }: RefundNotification, known: Payment | undefined) =>
  refundedTotal !== undefined && BigInt(refundedTotal) > (known?.refundedTotal ?? 0n) ? { refundedTotal } : {};

/** Records that a refund failed: its money is available again. A failed refund does not count, even if it is reported later. */
export function failRefund(state: Sale, reported: RefundFailure): Decision<SaleEvent> {
  const sale = state.open;
  if (sale === undefined) return refuse('sale-unknown', { pointers: ['/sale'] });
  const { payment, order, currency, amount, refund } = reported;
  const known = sale.payments.find(reported);
  const before = known?.facts.get(factOf('refund-failed', refund));
  if (before !== undefined)
    return {
      events: before === BigInt(amount) ? [] : setAside(sale, { payment, order, currency, amount, report: 'refunded', id: refund }),
    };
  const refunded = known?.facts.get(factOf('refunded', refund));
  const data = { payment, order, currency, amount, refund, ...(refunded !== undefined && { refunded: `${refunded}` }) };
  return { events: withConsequences(sale, { type: 'RefundFailed', data }) };
}

/** Records that a dispute was opened or decided. The first reported verdict stays valid. */
export function disputePayment(state: Sale, reported: DisputeNotification): Decision<SaleEvent> {
  const sale = state.open;
  if (sale === undefined) return refuse('sale-unknown', { pointers: ['/sale'] });
  const { payment, order, currency, amount, dispute, status } = reported;
  const known = sale.payments.find(reported);
  const fact = (report: PaymentReport): bigint | undefined => known?.facts.get(factOf(report, dispute));
  const [opened, won, lost] = [fact('dispute-opened'), fact('dispute-won'), fact('dispute-lost')];
  const isDecided = won !== undefined || lost !== undefined;
  if (status === 'opened' && isDecided) return { events: [] };
  const event = disputeEvent(status, { payment, order, currency, amount, dispute }, opened);
  const before = status === 'opened' ? opened : (won ?? lost);
  if (before === undefined) return { events: withConsequences(sale, event) };
  const isRepeated = fact(reportOf(event)) === BigInt(amount);
  return { events: isRepeated ? [] : setAside(sale, { payment, order, currency, amount, report: reportOf(event), id: dispute }) };
}

function disputeEvent(
  status: DisputeNotification['status'],
  data: DisputeOpened['data'],
  opened: bigint | undefined,
): DisputeOpened | DisputeWon | DisputeLost {
  if (status === 'opened') return { type: 'DisputeOpened', data };
  return { type: status === 'won' ? 'DisputeWon' : 'DisputeLost', data: { ...data, ...(opened !== undefined && { opened: `${opened}` }) } };
}

/** The event, and its consequences together with all other reports for its order. */
function withConsequences(sale: OpenedSale, event: FactEvent): SaleEvent[] {
  const order = sale.orders.get(event.data.order);
  const payments = sale.payments.ofOrderAfter(event);
  return [event, ...(order === undefined ? oweForeign(sale, payments) : settleOrder(sale, order, payments))];
}

/** Records a report that contradicts an earlier one, once. */
function setAside(sale: OpenedSale, data: PaymentReportSetAside['data']): SaleEvent[] {
  return sale.payments.isSetAside(data) ? [] : [{ type: 'PaymentReportSetAside', data }];
}
