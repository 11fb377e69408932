import { z } from 'zod';
import type { Node } from '#shared/platform/http/docs/openapi-problems.js';
import { METADATA, STRIPE_EVENTS } from '../../payments/stripe/stripe-event.js';
import type { ProblemCode } from '../../requests/answer.js';
import { PaymentEvent } from '../http/payment-webhook.js';
import { problemsOf } from '../http/problems-of.js';

const RECEIVED: Node = { 'application/json': { schema: { type: 'object', properties: { received: { const: true } } } } };

const signed = (name: string, description: string): Node => ({
  ...{ name, in: 'header', required: true, description },
  schema: { type: 'string' },
});

const PROBLEMS: readonly ProblemCode[] = [
  'signature-refused',
  'body-malformed',
  'body-invalid',
  'key-malformed',
  'sale-unknown',
  'body-too-large',
  'media-type',
  'request-malformed',
  'request-timeout',
  'headers-too-large',
  'key-reused',
  'too-many-waiting',
  'dead-lettered',
  'log-unreachable',
  'not-decided',
  'stopping',
  'fault',
];

function eventSchema(): Node {
  const { $schema, ...schema } = z.toJSONSchema(PaymentEvent, { io: 'input' });
  return schema;
}

/** The events that a payment provider may send; they are signed and need no API key. */
export const paymentEvents: Node = {
  operationId: 'webhook.payments',
  summary: 'Report an event of a payment',
  description:
    'Standard Webhooks, signed by a webhook secret of the tenant over the bytes of the body. A 2xx means that its decision is in the log; ' +
    'after any other status, send it again. A duplicate waits up to five seconds for the decision of the first. Sent again with the same id, in any order, it counts once.',
  tags: ['payment'],
  security: [],
  parameters: [
    signed('webhook-id', 'The id of the event: its idempotency key.'),
    signed('webhook-timestamp', 'When it was sent, in seconds since 1970; at most five minutes from now.'),
    signed('webhook-signature', 'One or more, separated by spaces: `v1,<base64 of HMAC-SHA256>`.'),
  ],
  requestBody: { required: true, content: { 'application/json': { schema: eventSchema() } } },
  responses: {
    200: { description: 'Decided, and in the log; or of a type that is not known here.', content: RECEIVED },
    ...problemsOf(PROBLEMS),
  },
};

/** The events that Stripe may send; they are signed and need no API key. */
export const stripeEvents: Node = {
  operationId: 'webhook.stripe',
  summary: 'Report an event of a Stripe payment',
  description:
    `Events of Stripe, signed by the secret of the tenant's endpoint: ${STRIPE_EVENTS.map((type) => `\`${type}\``).join(', ')}. Others are ` +
    `answered 200 and ignored. A PaymentIntent names its order in its metadata \`${METADATA.sale}\` and \`${METADATA.order}\`; refunds and ` +
    'disputes find the order by their payment, and are answered 503 until it is known. An event counts once by its id, in any order of arrival.',
  tags: ['payment'],
  security: [],
  parameters: [
    { name: 'tenant', in: 'path', required: true, description: 'The tenant that the endpoint belongs to.', schema: { type: 'string' } },
    signed('stripe-signature', 'When it was sent, at most five minutes ago, and one or more signatures: `t=…,v1=…`.'),
  ],
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: {
          type: 'object',
          description: 'An event, as the API reference of Stripe has it.',
          properties: { id: { type: 'string' }, type: { type: 'string' }, created: { type: 'integer' }, data: { type: 'object' } },
          required: ['id', 'type', 'created', 'data'],
        },
      },
    },
  },
  responses: {
    200: { description: 'Decided, and in the log; or ignored.', content: RECEIVED },
    ...problemsOf([...PROBLEMS, 'payment-unknown']),
  },
};
