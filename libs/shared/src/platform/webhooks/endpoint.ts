import { z } from 'zod';
import { base32, hashFields } from '../../kernel/hash.js';

/** A tenant's address for its events. */
export const ENDPOINT_PATTERN = /^[A-Za-z0-9_-]{1,32}$/;
/** The id of an event in webhooks: permanent, and the same for each endpoint. */
export const EVENT_PATTERN = /^evt_[a-z2-7]{26}$/;
const ID_LETTERS = 26; // 130 bits: collisions are practically impossible

/** The id of an event of the log for receivers. It does not reveal the log's length. */
export const eventId = (source: string, id: string): string => `evt_${base32(hashFields(source, id), ID_LETTERS)}`;
/** An id of no event of the log. */
export const idOf = (random: Uint8Array): string => `evt_${base32(random, ID_LETTERS)}`;

/** A tenant's address for its events, as stored in its bucket. Secrets are in another bucket, by number: newest first. */
export const Endpoint = z.strictObject({
  endpoint: z.string().regex(ENDPOINT_PATTERN),
  url: z.string(),
  /** Names of events without version, such as `OrderConfirmed`. Absent: all. */
  types: z.array(z.string()).optional(),
  /** The log's last message when it was added: later ones are delivered. Distinguishes it from an earlier one of its name. */
  since: z.number().int(),
  /** `until`: milliseconds since 1970; absent: for ever. */
  secrets: z.array(z.strictObject({ number: z.number().int(), until: z.number().int().optional() })).min(1),
  createdAt: z.iso.datetime(),
  changedAt: z.iso.datetime(),
});
export type Endpoint = z.infer<typeof Endpoint>;

/** The name of a removed endpoint stays, so that processes that follow the bucket notice it. */
const Removed = z.strictObject({ removed: z.literal(true) });
export const REMOVED = { removed: true } as const satisfies z.infer<typeof Removed>;

const PREFIX = 'endpoint.';
export const endpointName = (tenant: string, endpoint: string): string => `${PREFIX}${tenant}.${endpoint}`;
/** For one tenant, or for all. It ends with a point. */
export const endpointsOf = (tenant?: string): string => (tenant === undefined ? PREFIX : `${PREFIX}${tenant}.`);
export const secretName = (tenant: string, endpoint: string, since: number, number: number): string =>
  `${tenant}.${endpoint}.${since}.${number}`;

/** `undefined`: removed. @throws if this version cannot read it */
export function readEndpoint(bytes: Uint8Array): Endpoint | undefined {
  const read = z.union([Removed, Endpoint]).parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
  return 'removed' in read ? undefined : read;
}
