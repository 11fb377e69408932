import { hasUseFor } from '../codes.js';
import type { RefundOwed, RefundReason, SaleEvent } from '../events.js';
import { beyondLimits } from '../limits.js';
import { confirmOrder, holdMints, releaseMints } from '../orders/confirm-order.js';
import { giveUp, overrideAgain } from '../orders/give-up.js';
import { type Order, ticketOfUnit } from '../orders/order.js';
import type { OpenedSale } from '../sale.js';
import { backOf, disputedOf, isDisputed, isSpent, type Payment } from './payment.js';

export const owe = ({ payment, order, currency }: Payment, amount: bigint, reason: RefundReason): RefundOwed => ({
  type: 'RefundOwed',
  data: { payment, order, amount: `${amount}`, currency, reason },
});

/** The organiser ended the order: all received money is due for refund. For free last tickets it may be returned already. */
export const oweAllPaid = (order: Order, payment: Payment): SaleEvent[] => [
  owe(payment, payment.received ?? 0n, 'requested'),
  ...(isSpent(payment) ? refunded(order) : []),
];

/**
 * Some tickets of the order ended: everything beyond the price of the remaining ones is due for refund.
 * @param kept minor units: the price of the remaining tickets
 */
export function oweForEnded(payment: Payment, kept: bigint): RefundOwed[] {
  const amount = (payment.received ?? 0n) - kept;
  return amount === (payment.owed?.amount ?? 0n) ? [] : [owe(payment, amount, 'tickets-ended')];
}

const oweAll = (payment: Payment, reason: RefundReason): RefundOwed[] =>
  payment.received === undefined || payment.received === 0n ? [] : [owe(payment, payment.received, reason)];

/**
 * Settles the payments of an order, from the set of them and the recorded points of no return (L12). The first payment that covers the
 * order and is not spent pays for it. Every other received payment is due for refund, with its reason (L6).
 * @param payments all payments reported for the order, including the current one; received ones first, in the order of receipt
 */
export function settleOrder(sale: OpenedSale, order: Order, payments: readonly Payment[]): SaleEvent[] {
  const covering = payments.filter((payment) => covers(payment, order));
  const misfits = payments.filter((payment) => !payment.foreign && payment.owed === undefined && !covering.includes(payment));
  return [
    ...oweForeign(sale, payments),
    ...misfits.flatMap((payment) => oweAll(payment, 'wrong-amount')),
    ...settleCovering(sale, order, covering),
  ];
}

/** A payment that was first received for another order or currency is due for refund here, whether that order exists or not. */
export const oweForeign = (sale: OpenedSale, payments: readonly Payment[]): SaleEvent[] =>
  payments.filter(({ foreign, owed }) => foreign && owed === undefined).flatMap((payment) => oweAll(payment, whyForeign(sale, payment)));

function settleCovering(sale: OpenedSale, order: Order, covering: readonly Payment[]): SaleEvent[] {
  if (covering.length === 0) return [];
  const needsNone = order.status === 'confirmed' && order.payment === undefined;
  if (!covering.some((payment) => canPay(payment, order))) return needsNone ? [] : refundOf(sale, order, covering);
  if (order.ended !== undefined || needsNone)
    return oweOthers(covering, undefined, order.ended === 'cancelled' ? 'cancelled' : 'paid-twice');
  const payer = payerOf(order, covering);
  if (payer === undefined) return [];
  if (order.status === 'confirmed') return keepPaid(sale, order, covering, payer);
  const taken = takeUp(sale, order);
  if (taken === undefined) return oweOthers(covering, undefined, order.status === 'expired' ? 'expired' : 'refunded');
  const confirmed = confirm(sale, order, payer, isDisputed(payer));
  return [...taken, ...confirmed, ...owePart(order, payer), ...oweOthers(covering, payer, 'paid-twice')];
}

/** The events before a payment can confirm the order: none while it is held. `undefined`: it cannot be held again. */
function takeUp(sale: OpenedSale, order: Order): SaleEvent[] | undefined {
  if (order.status === 'held') return [];
  return canReturn(sale, order) ? [restored(order)] : undefined;
}

function restored({ order, tickets, kept }: Order): SaleEvent {
  return { type: 'OrderRestored', data: { order, ...(kept.length < tickets.length && { tickets: kept.map(ticketOfUnit) }) } };
}

/** Keeps the current payment, or replaces it by another one. An open dispute holds the order's mints. */
function keepPaid(sale: OpenedSale, order: Order, covering: readonly Payment[], payer: Payment): SaleEvent[] {
  const changed: SaleEvent[] =
    payer.payment === order.payment
      ? []
      : [{ type: 'OrderPaymentChanged', data: { order: order.order, payment: payer.payment } }, ...owePart(order, payer)];
  const mints = isDisputed(payer) ? holdMints(order) : releaseMints(sale.terms, order);
  return [...changed, ...oweOthers(covering, payer, 'paid-twice'), ...mints];
}

const confirm = ({ terms }: OpenedSale, order: Order, { payment }: Payment, holdMints: boolean): SaleEvent[] =>
  confirmOrder(terms, order, { payment, holdMints });

/** The part that it need not pay any more, once it pays for the order. */
const owePart = (order: Order, payer: Payment): SaleEvent[] =>
  order.kept.length === order.tickets.length ? [] : oweForEnded({ ...payer, owed: undefined }, order.keptPrice);

/** The refunds due of all other payments, unless recorded already. A spent payment has nothing to return. */
const oweOthers = (covering: readonly Payment[], payer: Payment | undefined, reason: RefundReason): SaleEvent[] =>
  covering.filter((payment) => payment !== payer && !owesAll(payment) && !isSpent(payment)).flatMap((one) => oweAll(one, reason));

/** True if its total is recorded as due for refund, and not only the price of ended tickets. */
const owesAll = ({ owed }: Payment): boolean => owed !== undefined && owed.reason !== 'tickets-ended';

/** True if the payment has money left, or the order continues with free tickets only. */
const canPay = (payment: Payment, order: Order): boolean => !isSpent(payment) || (order.ended === undefined && order.keptPrice === 0n);

/** True if it was first received for this order, equals the price at its placing, and was not given up before that. */
const covers = ({ received, foreign, currency, owed }: Payment, { total }: Order): boolean =>
  received === BigInt(total.amount) && currency === total.currency && !foreign && owed?.reason !== 'unmatched';

const whyForeign = ({ payments }: OpenedSale, { payment, order }: Payment): RefundReason =>
  payments.received(payment)?.order === order ? 'another-currency' : 'another-order';

/**
 * The payment with the most money left, the first of several. So the result does not depend on which of two partly returned or disputed
 * payments was reported first. Before an order is confirmed, a payment with a refund due cannot pay: its money may be on its way. A
 * refunded order counts as not refunded if the refund of a second payment failed.
 */
function payerOf(order: Order, covering: readonly Payment[]): Payment | undefined {
  const mayPay = (payment: Payment): boolean =>
    order.status === 'confirmed' || !owesAll(payment) || (order.status === 'refunded' && payment.owed?.reason === 'paid-twice');
  const able = covering.filter((payment) => canPay(payment, order) && mayPay(payment));
  const [first] = able;
  const best = able.reduce((kept, payment) => (isBetter(payment, kept) ? payment : kept), first as Payment);
  const current = able.find(({ payment }) => payment === order.payment);
  return current !== undefined && !isBetter(best, current) ? current : best;
}

function isBetter(one: Payment, other: Payment): boolean {
  const [gone, goneOfOther] = [backOf(one) + disputedOf(one), backOf(other) + disputedOf(other)];
  return gone < goneOfOther || (gone === goneOfOther && disputedOf(one) < disputedOf(other));
}

/**
 * Whether an expired or provider-refunded order can be restored: all its units exist and are free, none was to be revoked, its discount
 * code has a use left, and no limit is reached. Tickets that the seller ended are not restored.
 */
function canReturn(sale: OpenedSale, order: Order): boolean {
  const { kept, wasRevoked } = order;
  if (wasRevoked || !sale.units.areFree(kept.map(({ unit }) => unit))) return false;
  return hasUseFor(sale, order) && beyondLimits(sale, order, kept) === undefined;
}

/**
 * All money of the order was returned. If this was reported before the order could be confirmed, it was still paid. The result equals
 * that of the receipt reported first, without a mint that would have to be revoked.
 */
function refundOf(sale: OpenedSale, order: Order, covering: readonly Payment[]): SaleEvent[] {
  if (order.status === 'refunded') return [];
  const isOpen = order.status === 'held' || (order.status === 'expired' && order.ended === undefined);
  const payer = covering.find((payment) => !owesAll(payment));
  const taken = isOpen && payer !== undefined ? takeUp(sale, order) : undefined;
  if (taken === undefined || payer === undefined) return [...refunded(order), ...afterRefund(sale, order)];
  return [...taken, ...confirm(sale, order, payer, true), ...refunded(order), ...giveUp(sale, order)];
}

const refunded = ({ order }: Order): SaleEvent[] => [{ type: 'OrderRefunded', data: { order } }];

/**
 * Releases sold units: immediately without a mint, otherwise when each asset is burned or each ticket void. The money is gone, so a
 * transferable ticket becomes void without an organiser's override.
 */
const afterRefund = (sale: OpenedSale, order: Order): SaleEvent[] =>
  order.status === 'confirmed' ? giveUp(sale, order) : overrideAgain(sale, order);

/** The payment that pays for an order. */
export const paymentOf = ({ payments }: OpenedSale, order: Order): Payment | undefined =>
  payments.ofOrder(order.order).find((payment) => payment.payment === order.payment && covers(payment, order));
