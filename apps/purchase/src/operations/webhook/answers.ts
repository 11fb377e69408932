import { z } from 'zod';
import { SALE_PATTERN } from '#shared/kernel/ids.js';
import { ENDPOINT_PATTERN, EVENT_PATTERN } from '#shared/platform/webhooks/endpoint.js';

const moment = z.iso.datetime();
const count = z.number().int().min(0);
const endpoint = z.string().regex(ENDPOINT_PATTERN);
const event = z.string().regex(EVENT_PATTERN).describe('The header webhook-id: the same with every attempt');
const attempt = z.strictObject({
  event,
  type: z.string(),
  at: moment,
  status: count.optional().describe('Of the answer over HTTP; absent: there was none'),
  error: z.string().optional().describe('Why there was no answer, such as timeout, ECONNREFUSED or address-refused'),
});

const members = {
  endpoint,
  url: z.string(),
  types: z.array(z.string()).optional().describe('Absent: all'),
  createdAt: moment,
  changedAt: moment,
  secrets: z.array(z.strictObject({ validUntil: moment.optional() })).describe('The newest first. Deliveries are signed by each of them'),
};
export const Webhook = z
  .strictObject({ ...members, secret: z.string().optional().describe('Answered where it is made, and never again') })
  .meta({ title: 'Webhook' });
export const Webhooks = z.strictObject({ endpoints: z.array(z.strictObject(members)) }).meta({ title: 'Webhooks' });
export const WebhookRemoved = z.strictObject({ endpoint, removed: z.literal(true) }).meta({ title: 'WebhookRemoved' });
export const WebhookTest = z.strictObject({ endpoint, event }).meta({ title: 'WebhookTest' });
export const Redelivered = z.strictObject({ endpoint, events: z.array(event).describe('Sent again, soon') }).meta({ title: 'Redelivered' });
export const Deliveries = z
  .strictObject({
    endpoint,
    tested: attempt.optional().describe('The last test'),
    sales: z.array(
      z.strictObject({
        sale: z.string().regex(SALE_PATTERN),
        delivered: count.describe('Events that were accepted'),
        failures: count.describe('Failed attempts at the next event; those behind it wait'),
        failingSince: moment.optional(),
        nextAttemptAt: moment.optional(),
        last: attempt.optional(),
      }),
    ),
    dead: z
      .array(z.strictObject({ event, sale: z.string().regex(SALE_PATTERN), attempts: count, last: attempt }))
      .describe('Events that were not accepted within three days, at most 200: webhook.redeliver sends them again'),
    next: z.string().optional().describe('`cursor` of the next page; absent on the last'),
  })
  .meta({ title: 'Deliveries' });
