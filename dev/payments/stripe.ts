import { randomUUID } from 'node:crypto';
import Stripe from 'stripe';
import { stripeAmount } from '../../apps/purchase/src/payments/stripe/stripe-amounts.js';
import { METADATA } from '../../apps/purchase/src/payments/stripe/stripe-event.js';
import type { PaymentEvent, PaymentOrder, PaymentOutcome } from './event.js';

const MS_PER_SECOND = 1_000;
type Fields = Readonly<Record<string, unknown>>;
type Made = readonly [type: string, object: Fields];

/** Stripe's event for an outcome: its type, and the object's state at that time. Amounts are Stripe's own. */
const EVENTS: Readonly<Record<PaymentOutcome, (order: PaymentOrder) => Made>> = {
  succeeded: (order) => ['payment_intent.succeeded', { ...intent(order), amount_received: amountOf(order), status: 'succeeded' }],
  failed: (order) => ['payment_intent.payment_failed', { ...intent(order), amount_received: 0, status: 'requires_payment_method' }],
  refunded: (order) =>
    order.refund === undefined
      ? [
          'charge.refunded',
          { ...about(order, 'charge'), amount_refunded: amountOf({ ...order, amount: order.refundedTotal ?? order.amount }) },
        ]
      : ['refund.created', refund(order, 'succeeded')],
  'refund.failed': (order) => ['refund.failed', refund(order, 'failed')],
  'dispute.opened': (order) => ['charge.dispute.created', dispute(order, 'needs_response')],
  'dispute.won': (order) => ['charge.dispute.closed', dispute(order, 'won')],
  'dispute.lost': (order) => ['charge.dispute.closed', dispute(order, 'lost')],
};

const newId = (prefix: string): string => `${prefix}_${randomUUID().replaceAll('-', '')}`;

/** An event of Stripe in its API version of 2026, with the members that receivers read. */
export function stripeEvent(outcome: PaymentOutcome, said: PaymentOrder): PaymentEvent {
  const order = { ...said, payment: said.payment ?? newId('pi') };
  const [type, object] = EVENTS[outcome](order);
  const id = newId('evt');
  const event = { id, object: 'event', api_version: '2026-10-28.endive', created: Math.floor(Date.now() / MS_PER_SECOND), livemode: false };
  return { id, payment: order.payment, form: 'stripe', body: JSON.stringify({ ...event, pending_webhooks: 1, type, data: { object } }) };
}

/** The Stripe-Signature header with a signature for every secret, as Stripe signs while a secret is rolled. */
export function stripeSignature(body: string, secrets: readonly string[], at: Date): string {
  const timestamp = Math.floor(at.getTime() / MS_PER_SECOND);
  const headers = secrets.map((secret) => Stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp }));
  return [`t=${timestamp}`, ...headers.map((header) => header.slice(header.indexOf('v1=')))].join(',');
}

function amountOf({ amount, currency }: PaymentOrder): number {
  const stripes = stripeAmount(amount, currency);
  if (stripes === undefined) throw new Error(`Stripe has no amount for ${amount} minor units of ${currency}.`);
  return stripes;
}

const about = ({ payment, currency }: PaymentOrder, object: string): Fields => ({
  id: newId(object === 'charge' ? 'ch' : object),
  object,
  payment_intent: payment,
  currency: currency.toLowerCase(),
});

const intent = (order: PaymentOrder): Fields => ({
  id: order.payment,
  object: 'payment_intent',
  amount: amountOf(order),
  currency: order.currency.toLowerCase(),
  metadata: { [METADATA.sale]: order.sale, [METADATA.order]: order.order, [METADATA.tenant]: order.tenant },
});

const refund = (order: PaymentOrder, status: string): Fields => ({
  ...about(order, 'refund'),
  id: order.refund ?? newId('re'),
  amount: amountOf(order),
  status,
});

const dispute = (order: PaymentOrder, status: string): Fields => ({
  ...about(order, 'dispute'),
  id: order.dispute ?? newId('du'),
  amount: amountOf(order),
  status,
});
