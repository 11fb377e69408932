import type { RefundId } from '../../../kernel/ids.js';
import { type Decision, refuse } from '../../refusal.js';
import type { DisputeLost, DisputeOpened, DisputeWon, PaymentReport, PaymentReportSetAside, RefundPaid, SaleEvent } from '../events.js';
import type { OpenedSale, Sale } from '../sale.js';
import type { DisputeNotification, PaymentNotification, RefundFailure, RefundNotification } from './commands.js';
import { factOf, type Payment } from './payment.js';
import { type FactEvent, reportOf } from './payments.js';
import { oweForeign, settleOrder } from './settle-payment.js';

/** A payment was received. Reported twice, by webhook and by the caller's own back end, it counts once: a payment's id is its key. */
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

/** A try to pay failed: recorded once, so that the caller can see why no money arrived. */
export function failPayment(state: Sale, { order, payment }: PaymentNotification): Decision<SaleEvent> {
  const sale = state.open;
  if (sale === undefined) return refuse('sale-unknown', { pointers: ['/sale'] });
  const isKnown = sale.payments.hasFailed(payment) || sale.payments.received(payment) !== undefined;
  return { events: isKnown ? [] : [{ type: 'PaymentFailed', data: { order, payment } }] };
}

/**
 * Money went back: by one refund, whose id says that it counts once, or as the whole of the payment so far.
 * @param key of the notification: the id of a refund that has none of its own
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

/** Beside a total, an amount counts as a refund only where it has an id of its own. A refund that failed counts as none. */
function refundIn({ amount, refund: said, refundedTotal }: RefundNotification, key: string, known: Payment | undefined) {
  if (amount === undefined || (said === undefined && refundedTotal !== undefined)) return undefined;
  const refund = said ?? (key as RefundId);
  return known?.facts.has(factOf('refund-failed', refund)) === true ? undefined : { refund, amount };
}

const totalIn = ({ refundedTotal }: RefundNotification, known: Payment | undefined) =>
  refundedTotal !== undefined && BigInt(refundedTotal) > (known?.refundedTotal ?? 0n) ? { refundedTotal } : {};

/** A refund failed: its money is here again. A refund that failed counts no more, also where it is reported later. */
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

/** A dispute was opened, or decided. The verdict that is reported first stands. */
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

/** The event, and what it leads to together with everything that was reported for its order. */
function withConsequences(sale: OpenedSale, event: FactEvent): SaleEvent[] {
  const order = sale.orders.get(event.data.order);
  const payments = sale.payments.ofOrderAfter(event);
  return [event, ...(order === undefined ? oweForeign(sale, payments) : settleOrder(sale, order, payments))];
}

/** What contradicts an earlier report is recorded once. */
function setAside(sale: OpenedSale, data: PaymentReportSetAside['data']): SaleEvent[] {
  return sale.payments.isSetAside(data) ? [] : [{ type: 'PaymentReportSetAside', data }];
}
