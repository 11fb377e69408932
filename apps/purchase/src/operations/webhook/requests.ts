import { z } from 'zod';
import { fitting, matching } from '#shared/domain/commands.js';
import { EVENT_TYPES } from '#shared/domain/event-versions.js';
import { ENDPOINT_PATTERN, EVENT_PATTERN } from '#shared/platform/webhooks/endpoint.js';
import { MAX_URL_LENGTH, targetProblem } from '#shared/platform/webhooks/target.js';

const MAX_PAGE = 200;
/** 24 to 64 bytes, as in Standard Webhooks. */
const SECRET_PATTERN = /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/;

const endpoint = matching(ENDPOINT_PATTERN, '1 to 32 of A-Z, a-z, 0-9, _ and -').describe('The name of the endpoint, which you choose');
const url = z
  .string()
  .max(MAX_URL_LENGTH)
  .check(fitting((text: string) => targetProblem(text, 'any')))
  .describe('Where events are sent, by https to a public address');
const types = z
  .array(z.enum(EVENT_TYPES, 'must be the name of an event, without version'))
  .min(1)
  .max(EVENT_TYPES.length)
  .describe('The events that are sent, such as OrderConfirmed. Left out: all');

export const AddWebhook = z.strictObject({
  endpoint,
  url,
  types: types.optional(),
  secret: z
    .string()
    .regex(SECRET_PATTERN, 'must be whsec_ and 24 to 64 bytes in base64')
    .optional()
    .describe('By which deliveries are signed. Left out: one is made, and answered once'),
});
export const ChangeWebhook = z.strictObject({
  endpoint,
  url: url.optional(),
  types: z.union([types, z.null().describe('All')]).optional(),
});
export const OfWebhook = z.strictObject({ endpoint });
export const RedeliverWebhook = z.strictObject({
  endpoint,
  event: matching(EVENT_PATTERN, 'evt_ and 26 of a-z and 2-7')
    .optional()
    .describe('One that was set aside, by its webhook-id. Left out: every one of this endpoint'),
});
export const ListWebhooks = z.strictObject({});
export const ListDeliveries = z.strictObject({
  endpoint,
  limit: z.number().int().min(1).max(MAX_PAGE).optional().describe(`1 to ${MAX_PAGE}; left out: 50`),
  cursor: matching(/^[A-Za-z0-9_-]{1,200}$/, 'a cursor of the page before')
    .optional()
    .describe('`next` of the page before'),
});
