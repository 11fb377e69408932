import { EVENTS_PATH } from './events.controller.js';
import { POLICY_PATH } from './idempotency-policy.js';
import { ALWAYS, type Node, problemResponses } from './openapi-problems.js';
import { paymentEvents } from './openapi-webhook.js';
import { WEBHOOK_PATH } from './payment-webhook.js';

const json = (description: string): Node => ({ description, content: { 'application/json': { schema: { type: 'object' } } } });
const open = (operationId: string, summary: string, responses: Node): Node => ({
  get: { operationId, summary, tags: ['service'], security: [], responses },
});

const events: Node = {
  operationId: 'events',
  summary: "Follow the tenant's events",
  description:
    'Server-sent events, each a CloudEvent with a cursor as its id: everything that happened, from the beginning or after a cursor, ' +
    'in the order of the log, without a gap or a repetition. A reader that takes nothing for a while is cut off and resumes with its last id.',
  tags: ['events'],
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
    ...problemResponses([...ALWAYS, 'cursor-unknown', 'too-many-streams']),
  },
};

/** What is served beside the rows of ROUTES. */
export const fixedPaths = (): Record<string, Record<string, unknown>> => ({
  [EVENTS_PATH]: { get: events },
  [WEBHOOK_PATH]: { post: paymentEvents },
  [POLICY_PATH]: open('idempotency', 'What happens to idempotency keys', { 200: json('Scope, format, retention, outcomes and bounds.') }),
  '/docs': open('docs', 'This document, for people', {
    200: { description: 'A page.', content: { 'text/html': { schema: { type: 'string' } } } },
  }),
  '/docs/json': open('docs.json', 'This document', { 200: json('OpenAPI 3.1.') }),
  '/health/live': open('health.live', 'Whether the process runs', { 200: json('It does.') }),
  '/health/ready': open('health.ready', 'Whether everything it needs answers', {
    200: json('It does.'),
    503: json('Something does not: which, and why.'),
  }),
});
