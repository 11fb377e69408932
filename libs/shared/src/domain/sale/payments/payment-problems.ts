import type { DisputeId, OrderId, PaymentId, RefundId } from '../../../kernel/ids.js';
import type { PaymentReport } from '../events.js';
import { excessOf, type Payment } from './payment.js';
import type { Payments } from './payments.js';

/**
 * `contradiction`: another amount or verdict was reported under the same id before. `more-than-received`: more went back or is disputed than
 * came. `not-received`: nothing came of what went back or is disputed, neither for this order nor for another. `another-order`,
 * `another-currency`: something came, but for that.
 */
export type ProblemReason = 'contradiction' | 'more-than-received' | 'not-received' | 'another-order' | 'another-currency';

/** What was reported of a payment and does not fit what else was reported of it. It changes no order; its amount is in minor units. */
export interface PaymentProblem {
  readonly payment: PaymentId;
  readonly order: OrderId;
  readonly amount: bigint;
  readonly currency: string;
  readonly reason: ProblemReason;
  /** Of a contradiction: what was reported, and the id of its refund or dispute. */
  readonly report?: PaymentReport;
  readonly id?: RefundId | DisputeId;
  /** Milliseconds since 1970, UTC. */
  readonly at: number;
}

/** The problems of a sale's payments as they are now. What is reported later may solve one: a receipt, that of a refund that came before it. */
export const problemsOf = (payments: Payments): PaymentProblem[] => [
  ...payments.all().flatMap((payment) => problemOf(payments, payment)),
  ...payments.setAside().map(({ data, at }): PaymentProblem => ({ ...data, amount: BigInt(data.amount), reason: 'contradiction', at })),
];

function problemOf(payments: Payments, payment: Payment): PaymentProblem[] {
  const amount = excessOf(payment);
  if (amount === 0n) return [];
  const { payment: id, order, currency, receivedAt: at } = payment;
  return [{ payment: id, order, amount, currency, reason: reasonOf(payments, payment), at }];
}

function reasonOf(payments: Payments, { payment, order, received }: Payment): ProblemReason {
  if (received !== undefined) return 'more-than-received';
  const first = payments.received(payment);
  if (first === undefined) return 'not-received';
  return first.order === order ? 'another-currency' : 'another-order';
}
