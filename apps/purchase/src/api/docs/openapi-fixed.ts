import { jsonAnswer, openOperation, page } from '#shared/platform/http/docs/openapi.js';
import type { Node } from '#shared/platform/http/docs/openapi-problems.js';
import { EVENTS_PATH } from '../../operations/addresses.js';
import { STRIPE_PATH } from '../../payments/stripe/stripe-webhook.js';
import { WEBHOOK_PATH } from '../http/payment-webhook.js';
import { ALWAYS, problemsOf } from '../http/problems-of.js';
import { POLICY_PATH } from './idempotency-policy.js';
import { NATS_DOCS } from './nats-docs.controller.js';
import { paymentEvents, stripeEvents } from './openapi-webhook.js';

const events: Node = {
  operationId: 'events',
  summary: "Follow the tenant's events",
  description:
    'Server-sent events, each a CloudEvent with a cursor as its id: everything that happened, from the beginning or after a cursor, ' +
    'in the order of the log, without a gap or a repetition. A reader that takes nothing for a while is cut off and resumes with its last id.',
  tags: ['event'],
  parameters: [
    { name: 'Last-Event-ID', in: 'header', description: 'A cursor: events after it.', schema: { type: 'string' } },
    {
      name: 'after',
      in: 'query',
      description: 'The same, for the first request of clients that cannot set headers.',
      schema: { type: 'string' },
    },
    {
      name: 'from',
      in: 'query',
      description: 'Without a cursor: only what happens from now on.',
      schema: { type: 'string', enum: ['now'] },
    },
  ],
  responses: {
    200: { description: 'The events.', content: { 'text/event-stream': { schema: { type: 'string' } } } },
    ...problemsOf([...ALWAYS, 'cursor-unknown', 'too-many-streams']),
  },
};

/** HTTP paths other than operations. */
export const fixedPaths = (): Record<string, Record<string, unknown>> => ({
  [EVENTS_PATH]: { get: events },
  [WEBHOOK_PATH]: { post: paymentEvents },
  [STRIPE_PATH.replace(':tenant', '{tenant}')]: { post: stripeEvents },
  [NATS_DOCS.page]: openOperation('docs.nats', 'Open the page of the contract over NATS', {
    200: page('The AsyncAPI document as a page.'),
  }),
  [NATS_DOCS.json]: openOperation('docs.nats.json', 'Read the AsyncAPI document', { 200: jsonAnswer('AsyncAPI 3.0.') }),
  [POLICY_PATH]: openOperation('idempotency', 'Read the policy of idempotency keys', {
    200: jsonAnswer('Scope, format, retention, outcomes and bounds.'),
  }),
});
