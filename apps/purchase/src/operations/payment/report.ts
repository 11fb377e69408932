import { DisputeNotification, PaymentNotification, RefundFailure, RefundNotification } from '#shared/domain/sale/payments/commands.js';
import {
  confirmPayment,
  disputePayment,
  failPayment,
  failRefund,
  refundPayment,
} from '#shared/domain/sale/payments/payment-notifications.js';
import { paymentView } from '../../reads/views.js';
import { Paid } from '../answers.js';
import { bodyOf, type Mutation } from '../operation.js';

/** Called by trusted back ends over NATS, and by payment providers as a webhook. */
const report = {
  reportsMoney: true,
  refusals: ['sale-unknown'],
  answer: Paid,
  status: 200,
  view: (sale, command, version) => paymentView(sale, bodyOf(command), version),
} as const satisfies Partial<Mutation>;

export const paymentConfirm = {
  ...report,
  name: 'payment.confirm',
  method: 'confirmPayment',
  summary: 'Reports that a payment was received. For trusted back ends; payment providers report it by webhook.',
  schema: PaymentNotification,
  decide: (sale, command) => confirmPayment(sale, bodyOf(command)),
} as const satisfies Mutation;

export const paymentFail = {
  ...report,
  name: 'payment.fail',
  method: 'failPayment',
  summary: 'Reports a failed attempt to pay.',
  schema: PaymentNotification,
  decide: (sale, command) => failPayment(sale, bodyOf(command)),
} as const satisfies Mutation;

export const paymentRefunded = {
  ...report,
  name: 'payment.refunded',
  method: 'refundedPayment',
  summary: 'Reports a refund of a payment by its id, or the returned total so far.',
  schema: RefundNotification,
  decide: (sale, command) => refundPayment(sale, bodyOf(command), command.key),
} as const satisfies Mutation;

export const paymentRefundFailed = {
  ...report,
  name: 'payment.refund-failed',
  method: 'failedRefund',
  summary: 'Reports that a refund failed: its money is available again.',
  schema: RefundFailure,
  decide: (sale, command) => failRefund(sale, bodyOf(command)),
} as const satisfies Mutation;

export const paymentDisputed = {
  ...report,
  name: 'payment.disputed',
  method: 'disputedPayment',
  summary: 'Reports that a payment is disputed, or that the dispute was won or lost.',
  schema: DisputeNotification,
  decide: (sale, command) => disputePayment(sale, bodyOf(command)),
} as const satisfies Mutation;
