import { z } from 'zod';
import type { DisputeId, PaymentId, RefundId } from '../../../kernel/ids.js';
import { amount, currency, saleId } from '../../commands.js';
import { MAX_REPORTED_DIGITS, REPORTED_CURRENCY_RULE } from '../../values.js';
import { orderId } from '../commands.js';

/** Half of a surrogate pair, which has no UTF-8. */
const HALF_OF_A_PAIR = /\p{Cs}/u;

/** An id of a payment provider: never rejected, because a rejection would lose money. */
const reportedId = <Id extends string>() =>
  z
    .string('must be a string: an id of the payment provider')
    .min(1, 'must not be empty')
    .refine((text) => !HALF_OF_A_PAIR.test(text), 'must be of whole characters')
    .transform((text) => text as Id)
    .describe(
      'An id of the payment provider. One that looks like an e-mail address or a card number, or is more than 128 of A-Z a-z 0-9 _ . : -, is kept as its hash',
    );

const reportedAmount = amount(MAX_REPORTED_DIGITS);
/** The payment of a report. */
const ofPayment = z.strictObject({
  sale: saleId,
  order: orderId,
  payment: reportedId<PaymentId>(),
  currency: currency.meta(REPORTED_CURRENCY_RULE),
});

/** `payment.confirm`, `payment.fail`: a report of the payment provider. */
export const PaymentNotification = z.strictObject({ ...ofPayment.shape, amount: reportedAmount });
export type PaymentNotification = z.infer<typeof PaymentNotification>;

export const REFUND_AMOUNTS = { message: 'must be given, or refundedTotal', path: ['amount'] };
export const hasRefund = ({
  amount,
  refundedTotal,
}: {
  readonly amount?: string | undefined;
  readonly refundedTotal?: string | undefined;
}): boolean => amount !== undefined || refundedTotal !== undefined;

/** `payment.refunded`: money was returned, by one refund or as a total. */
export const RefundNotification = z
  .strictObject({
    ...ofPayment.shape,
    amount: reportedAmount.optional().describe('Of this refund, in minor units'),
    refund: reportedId<RefundId>().optional().describe('Id of this refund. Left out, it is the id of the webhook, or the idempotency key'),
    refundedTotal: reportedAmount.optional().describe('All that went back of the payment so far, in minor units'),
  })
  .refine(hasRefund, REFUND_AMOUNTS);
export type RefundNotification = z.infer<typeof RefundNotification>;

/** `payment.refund-failed`: a refund failed, and the provider has its money again. */
export const RefundFailure = z.strictObject({
  ...ofPayment.shape,
  amount: reportedAmount.describe('Of this refund, in minor units'),
  refund: reportedId<RefundId>().describe('Id of this refund'),
});
export type RefundFailure = z.infer<typeof RefundFailure>;

/** `payment.disputed` */
export const DisputeNotification = z.strictObject({
  ...ofPayment.shape,
  amount: reportedAmount.describe('So much is disputed, or was won or lost, in minor units'),
  dispute: reportedId<DisputeId>(),
  status: z.enum(['opened', 'won', 'lost'], 'must be "opened", "won" or "lost"'),
});
export type DisputeNotification = z.infer<typeof DisputeNotification>;
