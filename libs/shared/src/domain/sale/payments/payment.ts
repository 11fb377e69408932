import type { DisputeId, OrderId, PaymentId, RefundId } from '../../../kernel/ids.js';
import type { PaymentReport, RefundReason } from '../events.js';

/** The amounts reported by id: `refunded <refund>`, `dispute-opened <dispute>`, and so on. */
export type PaymentFacts = ReadonlyMap<string, bigint>;

export const factOf = (report: PaymentReport | 'refund-failed', id: RefundId | DisputeId): string => `${report} ${id}`;

/**
 * What the payment provider reported of one payment, for one order and in one currency. Facts only grow, and the sums do not depend on the
 * order in which they came. All amounts are minor units of its currency.
 */
export interface Payment {
  readonly payment: PaymentId;
  readonly order: OrderId;
  readonly currency: string;
  /** `undefined`: only refunds or disputes were reported so far. */
  readonly received: bigint | undefined;
  /** The payment was received for another order or in another currency before: this receipt pays nothing. */
  readonly foreign: boolean;
  /** Its order was known when it was received, or has come since. */
  readonly matched: boolean;
  /** When it was received, or else first reported: milliseconds since 1970, UTC. */
  readonly receivedAt: number;
  /** The sum of its refunds that have ids and did not fail. */
  readonly refunds: bigint;
  /** The sum of its refunds that failed. A reported total may hold them. */
  readonly refundsFailed: bigint;
  /** The largest total of refunds that was reported. */
  readonly refundedTotal: bigint;
  readonly disputesLost: bigint;
  readonly disputesOpen: bigint;
  /** What was decided to go back, in all. `undefined`: nothing was decided, or it pays for its order. */
  readonly owed: { readonly amount: bigint; readonly reason: RefundReason } | undefined;
  readonly facts: PaymentFacts;
}

/** What was reported as gone back, also where it is more than was received. */
export const reportedBack = ({ refunds, refundsFailed, refundedTotal, disputesLost }: Payment): bigint =>
  most(refunds, refundedTotal - refundsFailed) + disputesLost;

/** What went back: at most what was received. */
export const backOf = (payment: Payment): bigint => least(reportedBack(payment), payment.received ?? 0n);

/** What is disputed of that which did not go back. */
export const disputedOf = (payment: Payment): bigint => least(payment.disputesOpen, (payment.received ?? 0n) - backOf(payment));

/** Everything that was received went back. A payment of nothing has nothing to give back. */
export const isSpent = (payment: Payment): boolean => backOf(payment) > 0n && backOf(payment) === payment.received;

export const isDisputed = (payment: Payment): boolean => disputedOf(payment) > 0n;

/** What has to go back still. While it is disputed, the provider holds it. */
export const dueOf = (payment: Payment): bigint => most(0n, (payment.owed?.amount ?? 0n) - backOf(payment) - disputedOf(payment));

/** What was reported as gone back or disputed beyond what was received. */
export const excessOf = (payment: Payment): bigint => most(0n, reportedBack(payment) + payment.disputesOpen - (payment.received ?? 0n));

const least = (left: bigint, right: bigint): bigint => (left < right ? left : right);
const most = (left: bigint, right: bigint): bigint => (left > right ? left : right);
