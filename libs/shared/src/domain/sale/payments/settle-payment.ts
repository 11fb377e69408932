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

/** All that was received goes back: the organiser ended the order. Where its last tickets cost nothing, it may have gone back before. */
export const oweAllPaid = (order: Order, payment: Payment): SaleEvent[] => [
  owe(payment, payment.received ?? 0n, 'requested'),
  ...(isSpent(payment) ? refunded(order) : []),
];

/**
 * Tickets of the order ended, and their prices go back: all but what the others cost.
 * @param kept minor units: what the tickets cost that did not end
 */
export function oweForEnded(payment: Payment, kept: bigint): RefundOwed[] {
  const amount = (payment.received ?? 0n) - kept;
  return amount === (payment.owed?.amount ?? 0n) ? [] : [owe(payment, amount, 'tickets-ended')];
}

const oweAll = (payment: Payment, reason: RefundReason): RefundOwed[] =>
  payment.received === undefined || payment.received === 0n ? [] : [owe(payment, payment.received, reason)];

/**
 * What the payments of an order lead to, as the set of them and the recorded points of no return have it (L12): the first that covers the
 * order and is not spent pays for it; what every other received has to go back, and why is written down (L6).
 * @param payments all that were reported for the order, with the one that is reported now; received ones first, as they were received
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

/** What was received first for another order or in another currency goes back from here, whether there is such an order or not. */
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

/** What has to happen before a payment can confirm the order: nothing while it is held. `undefined`: it cannot be held again. */
function takeUp(sale: OpenedSale, order: Order): SaleEvent[] | undefined {
  if (order.status === 'held') return [];
  return canReturn(sale, order) ? [restored(order)] : undefined;
}

function restored({ order, tickets, kept }: Order): SaleEvent {
  return { type: 'OrderRestored', data: { order, ...(kept.length < tickets.length && { tickets: kept.map(ticketOfUnit) }) } };
}

/** Where it pays already, or another has to take its place. An open dispute holds its mints. */
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

/** What it does not have to pay for any more, once it is said that it pays for the order. */
const owePart = (order: Order, payer: Payment): SaleEvent[] =>
  order.kept.length === order.tickets.length ? [] : oweForEnded({ ...payer, owed: undefined }, order.keptPrice);

/** All but the one that pays, where it is not said already that they owe. What is spent has nothing to give back. */
const oweOthers = (covering: readonly Payment[], payer: Payment | undefined, reason: RefundReason): SaleEvent[] =>
  covering.filter((payment) => payment !== payer && !owesAll(payment) && !isSpent(payment)).flatMap((one) => oweAll(one, reason));

/** It was said that all of it goes back, and not only the price of tickets that ended. */
const owesAll = ({ owed }: Payment): boolean => owed !== undefined && owed.reason !== 'tickets-ended';

/** Money is left of it, or the order goes on and its tickets cost nothing any more. */
const canPay = (payment: Payment, order: Order): boolean => !isSpent(payment) || (order.ended === undefined && order.keptPrice === 0n);

/** It was received for this order first, is exactly what the order cost when it was placed, and was not given up before the order came. */
const covers = ({ received, foreign, currency, owed }: Payment, { total }: Order): boolean =>
  received === BigInt(total.amount) && currency === total.currency && !foreign && owed?.reason !== 'unmatched';

const whyForeign = ({ payments }: OpenedSale, { payment, order }: Payment): RefundReason =>
  payments.received(payment)?.order === order ? 'another-currency' : 'another-order';

/**
 * The payment of which most is left, of several the first: so it does not depend on which of two was reported first, of which a part went
 * back or is disputed. Before an order is confirmed, what was once said to go back pays no more: it may be on its way. A refunded order is as one that
 * was not refunded, where a refund of a payment that came beside another failed.
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
 * An order that expired, or that the provider refunded, is taken up again if all its units are there and free, none was to be revoked, its
 * discount code has a use left, and no limit is reached. Tickets that the seller ended do not come back.
 */
function canReturn(sale: OpenedSale, order: Order): boolean {
  const { kept, wasRevoked } = order;
  if (wasRevoked || !sale.units.areFree(kept.map(({ unit }) => unit))) return false;
  return hasUseFor(sale, order) && beyondLimits(sale, order, kept) === undefined;
}

/**
 * Everything that was paid for the order went back. Reported before the order could be confirmed, it was paid for all the same: the end is
 * the one that it has when the receipt is reported first, without a mint that would have to be taken back.
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
 * Gives sold units back: immediately where nothing is minted, else when each asset is revoked or each ticket void. The money is gone, so a
 * transferable ticket becomes void without an organiser's override.
 */
const afterRefund = (sale: OpenedSale, order: Order): SaleEvent[] =>
  order.status === 'confirmed' ? giveUp(sale, order) : overrideAgain(sale, order);

/** The payment that pays for an order. */
export const paymentOf = ({ payments }: OpenedSale, order: Order): Payment | undefined =>
  payments.ofOrder(order.order).find((payment) => payment.payment === order.payment && covers(payment, order));
