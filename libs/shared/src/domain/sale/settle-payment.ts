import type { OrderId, PaymentId } from '../../kernel/ids.js';
import { confirmOrder } from './confirm-order.js';
import type { Money, RefundOwed, RefundReason, SaleEvent } from './events.js';
import { giveUp, overrideAgain } from './give-up.js';
import { beyondLimits } from './limits.js';
import type { Order } from './order.js';
import { isFullyRefunded, type Payment } from './payments.js';
import type { OpenedSale } from './sale.js';

/** Money that is here, for an order. */
export interface Paid extends Money {
  readonly payment: PaymentId;
  readonly order: OrderId;
}

export const owe = ({ payment, order, amount, currency }: Paid, reason: RefundReason): RefundOwed => ({
  type: 'RefundOwed',
  data: { payment, order, amount, currency, reason },
});

/**
 * What money leads to that was received for an order, whatever became of the order meanwhile: it is confirmed, or the money has to go back
 * and why is written down. Money is never taken without one of the two (L6).
 */
export function settlePayment(sale: OpenedSale, order: Order, paid: Paid, known: Payment | undefined): SaleEvent[] {
  const received: SaleEvent = { type: 'PaymentReceived', data: { ...paid, matched: true } };
  const gone = known !== undefined && isFullyRefunded({ ...known, received: BigInt(paid.amount) });
  if (gone) return [received, ...afterRefund(sale, order, paid.payment)];
  if (paid.amount !== order.total.amount || paid.currency !== order.total.currency) return [received, owe(paid, 'wrong-amount')];
  if (order.status === 'held') return [received, ...confirmOrder(sale.terms, order, paid.payment)];
  if (order.status === 'expired') {
    if (!canRestore(sale, order)) return [received, owe(paid, 'expired')];
    return [received, { type: 'OrderRestored', data: { order: order.order } }, ...confirmOrder(sale.terms, order, paid.payment)];
  }
  return [received, owe(paid, order.status === 'cancelled' ? 'cancelled' : 'paid-twice')];
}

/** Paid after it had expired: its units are taken again if all are free and nothing has reached a limit of the sale meanwhile. */
function canRestore(sale: OpenedSale, order: Order): boolean {
  const { tickets } = order;
  return sale.units.areFree(tickets.map(({ unit }) => unit)) && beyondLimits(sale, order, tickets.length) === undefined;
}

/**
 * What becomes of an order whose payment went back in full: it is refunded, unless another payment pays for it.
 * Units that were sold are given back: at once where nothing is minted, else when each asset is revoked or each ticket void. The money is
 * gone, whoever gave it back, so nobody is asked here whether a transferable ticket may become void.
 */
export function afterRefund(sale: OpenedSale, order: Order, payment: PaymentId): SaleEvent[] {
  const paidByAnother = order.payment !== undefined && order.payment !== payment;
  if (order.status === 'refunded' || paidByAnother) return [];
  const refunded: SaleEvent = { type: 'OrderRefunded', data: { order: order.order } };
  return [refunded, ...(order.status === 'confirmed' ? giveUp(sale, order) : overrideAgain(sale, order))];
}
