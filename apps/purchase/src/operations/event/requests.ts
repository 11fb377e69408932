import { z } from 'zod';
import { matching } from '#shared/domain/commands.js';

const MAX_EVENTS = 500;

/** `event.list` */
export const ListEvents = z.strictObject({
  after: matching(/^[A-Za-z0-9_-]{1,200}$/, 'a cursor of an event')
    .optional()
    .describe('`cursor` of an event, or `next` of the page before: the events after it. Left out: from the beginning'),
  from: z.literal('now', 'must be "now"').optional().describe('Without `after`: only what happens from now on'),
  limit: z
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(MAX_EVENTS, `must be at most ${MAX_EVENTS}`)
    .optional()
    .describe(`Events of one page, 1 to ${MAX_EVENTS}. Left out: 100. A page ends before a megabyte, too`),
});
