import type { DisputeId, OrderId, PaymentId, RefundId } from '../../../kernel/ids.js';
import type { PaymentReport } from '../events.js';
import { excessOf, type Payment } from './payment.js';
import type { Payments } from './payments.js';

/**
 * `contradiction`: another amount or verdict was reported under the same id. `more-than-received`: more was returned or is disputed
 * than was received. `not-received`: money was returned or is disputed, but no receipt was reported, for any order. `another-order`,
 * `another-currency`: the receipt was for another one.
 */
export type ProblemReason = 'contradiction' | 'more-than-received' | 'not-received' | 'another-order' | 'another-currency';

/** A report that does not fit the other reports of its payment. It changes no order; its amount is in minor units. */
export interface PaymentProblem {
  readonly payment: PaymentId;
  readonly order: OrderId;
  readonly amount: bigint;
  readonly currency: string;
  readonly reason: ProblemReason;
  /** For a contradiction: the kind of the report, and the id of its refund or dispute. */
  readonly report?: PaymentReport;
  readonly id?: RefundId | DisputeId;
  /** Milliseconds since 1970, UTC. */
  readonly at: number;
}

/** The current problems of a sale's payments. A later report may solve one: for example the receipt, if the refund was reported first. */
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
