import { z } from 'zod';
import { WHOLE_MESSAGE } from '../http/event-cursor.js';
import type { Endpoint } from './endpoint.js';

/** The result of the last attempt to deliver an event. */
const Attempt = z.strictObject({
  event: z.string(),
  type: z.string(),
  at: z.iso.datetime(),
  /** The HTTP status; absent without a response. */
  status: z.number().int().optional(),
  error: z.string().optional(),
});
export type Attempt = z.infer<typeof Attempt>;

/** The events of one sale for one endpoint: the delivered position, in the order of the log. */
export const Feed = z.strictObject({
  /** Of its endpoint. */
  since: z.number().int(),
  sequence: z.number().int(),
  index: z.number().int(),
  /** Whether a message of WEBHOOKS will certainly read the log again. */
  alive: z.boolean(),
  /** Failed attempts at the next event. */
  tries: z.number().int(),
  /** Milliseconds since 1970: the first failed attempt, and the next attempt. */
  failingSince: z.number().int().optional(),
  nextAt: z.number().int().optional(),
  delivered: z.number().int(),
  last: Attempt.optional(),
});
export type Feed = z.infer<typeof Feed>;

/** An event that was not accepted in time. It stays in the log, and can be sent again. */
export const DeadEvent = z.strictObject({
  since: z.number().int(),
  sale: z.string(),
  sequence: z.number().int(),
  index: z.number().int(),
  tries: z.number().int(),
  last: Attempt,
  /** Present once it was accepted later, or its endpoint was removed. */
  ended: z.literal(true).optional(),
});
export type DeadEvent = z.infer<typeof DeadEvent>;

export const feedName = (tenant: string, endpoint: string, sale: string): string => `${feedsOf(tenant, endpoint)}${sale}`;
export const feedsOf = (tenant: string, endpoint: string): string => `feed.${tenant}.${endpoint}.`;
export const deadName = (tenant: string, endpoint: string, event: string): string => `${deadOf(tenant, endpoint)}${event}`;
export const deadOf = (tenant: string, endpoint: string): string => `dead.${tenant}.${endpoint}.`;

/** The last test of an endpoint. */
export const Tested = z.strictObject({ since: z.number().int(), last: Attempt });
export type Tested = z.infer<typeof Tested>;
export const testedName = (tenant: string, endpoint: string): string => `tested.${tenant}.${endpoint}`;

export const firstFeed = ({ since }: Pick<Endpoint, 'since'>): Feed => ({
  since,
  sequence: since,
  index: WHOLE_MESSAGE,
  alive: false,
  tries: 0,
  delivered: 0,
});

/** A sale has events for an endpoint: one message until they are delivered. */
export const feedSubject = (tenant: string, endpoint: string, sale: string): string => `hook.${tenant}.${endpoint}.${sale}`;
/** `begin`: find sales with events. `event`: send a dead-lettered event again. `test`: send a test event. */
export type Task = 'begin' | 'event' | 'test';
export const taskSubject = (tenant: string, endpoint: string, task: Task, id: string): string => `hook.${tenant}.${endpoint}.${task}.${id}`;

export const bytesOf = (value: object): Uint8Array => Buffer.from(JSON.stringify(value));
export const readValue = <T extends z.ZodType>(schema: T, bytes: Uint8Array): z.infer<T> =>
  schema.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
