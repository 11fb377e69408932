import { z } from 'zod';
import { EVENTS_PATH } from '../addresses.js';
import type { Query } from '../operation.js';
import { ListEvents } from './requests.js';

export const Events = z
  .strictObject({
    events: z.array(
      z.strictObject({
        cursor: z.string().describe('Resumes right after this event; the same for ever'),
        specversion: z.literal('1.0'),
        id: z
          .string()
          .regex(/^\d+\.\d+$/)
          .describe('Unique for its source: `<version>.<index>`'),
        source: z.string().describe('`/<tenant>/<sale|mint|ledger>/<sale>`'),
        type: z.string().describe('`admit.<name>.v<version>`'),
        time: z.iso.datetime(),
        traceparent: z.string().optional(),
        data: z.record(z.string(), z.unknown()),
      }),
    ),
    next: z.string().describe('`after` of the next page, also where there is no event yet'),
    more: z.boolean().describe('Whether there may be more already. False: the page reached the end of the log'),
  })
  .meta({ title: 'Events' });

export const eventList = {
  name: 'event.list',
  method: 'eventPage',
  summary: 'Lists events of the tenant after a cursor, in the order of the log, as CloudEvents. Each is listed once.',
  http: { path: `${EVENTS_PATH}/page`, options: { after: 'text', from: 'text', limit: 'number' } },
  schema: ListEvents,
  answer: Events,
  problems: ['cursor-unknown'],
  read: (reads, tenant, body) => reads.events(tenant, body),
} as const satisfies Query;
