import type { DisputeId, OrderId, PaymentId, RefundId } from '../../../kernel/ids.js';
import type { PaymentReport, RefundReason } from '../events.js';

/** The amounts reported by id: `refunded <refund>`, `dispute-opened <dispute>`, and so on. */
export type PaymentFacts = ReadonlyMap<string, bigint>;

export const factOf = (report: PaymentReport | 'refund-failed', id: RefundId | DisputeId): string => `${report} ${id}`;

/**
 * The reports of one payment, for one order and in one currency. Facts only grow, and the sums do not depend on their order of arrival.
 * All amounts are minor units of its currency.
 */
export interface Payment {
  readonly payment: PaymentId;
  readonly order: OrderId;
  readonly currency: string;
  /** `undefined`: only refunds or disputes were reported so far. */
  readonly received: bigint | undefined;
  /** The payment was received for another order or currency before: this receipt pays nothing. */
  readonly foreign: boolean;
  /** Its order was known at its receipt, or was placed later. */
  readonly matched: boolean;
  /** When it was received, or else first reported: milliseconds since 1970, UTC. */
  readonly receivedAt: number;
  /** The sum of its refunds that have ids and did not fail. */
  readonly refunds: bigint;
  /** The sum of its refunds that failed. A reported total may include them. */
  readonly refundsFailed: bigint;
  /** The largest total of refunds that was reported. */
  readonly refundedTotal: bigint;
  readonly disputesLost: bigint;
  readonly disputesOpen: bigint;
  /** The total refund due. `undefined`: none was decided, or the payment pays for its order. */
  readonly owed: { readonly amount: bigint; readonly reason: RefundReason } | undefined;
  readonly facts: PaymentFacts;
}

/** The amount reported as returned, even if more than was received. */
export const reportedBack = ({ refunds, refundsFailed, refundedTotal, disputesLost }: Payment): bigint =>
  most(refunds, refundedTotal - refundsFailed) + disputesLost;

/** The returned amount: at most the received amount. */
export const backOf = (payment: Payment): bigint => least(reportedBack(payment), payment.received ?? 0n);

/** The disputed amount, of the money that was not returned. */
export const disputedOf = (payment: Payment): bigint => least(payment.disputesOpen, (payment.received ?? 0n) - backOf(payment));

/** True if all received money was returned. A payment of nothing has nothing to return. */
export const isSpent = (payment: Payment): boolean => backOf(payment) > 0n && backOf(payment) === payment.received;

export const isDisputed = (payment: Payment): boolean => disputedOf(payment) > 0n;

/** The remaining refund due. While the payment is disputed, the provider holds the money. */
export const dueOf = (payment: Payment): bigint => most(0n, (payment.owed?.amount ?? 0n) - backOf(payment) - disputedOf(payment));

/** The amount reported as returned or disputed beyond the received amount. */
export const excessOf = (payment: Payment): bigint => most(0n, reportedBack(payment) + payment.disputesOpen - (payment.received ?? 0n));

const least = (left: bigint, right: bigint): bigint => (left < right ? left : right);
const most = (left: bigint, right: bigint): bigint => (left > right ? left : right);
