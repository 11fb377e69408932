import { createHmac } from 'node:crypto';
import { personalProblem } from '#shared/domain/values.js';
import type { Json } from '#shared/kernel/canonical.js';
import { base32 } from '#shared/kernel/hash.js';
import { PAYMENT_PATTERN } from '#shared/kernel/ids.js';
import type { JsonObject } from './request-body.js';

/** Members of a payment notification that contain ids of the payment provider. */
const REPORTED_IDS = ['payment', 'refund', 'dispute'] as const;
const PREFIX = 'hash_';
const LETTERS = 51; // 255 of SHA-256's 256 bits

/** Whether an id of a payment provider can be stored as it is. */
const canBeKept = (id: string, pattern: RegExp): boolean => pattern.test(id) && personalProblem(id) === undefined;

/**
 * The stored form of the id. A notification of money is never refused because of its id: an id that looks like an e-mail address or a card
 * number, or is too long, is stored as its HMAC-SHA256. Later notifications with the same id find it; a reader of the log alone cannot try
 * out card numbers. @param secret of the tenant; it never changes
 */
export const keptId = (id: string, secret: string, pattern = PAYMENT_PATTERN): string =>
  canBeKept(id, pattern) ? id : `${PREFIX}${base32(createHmac('sha256', secret).update(id).digest(), LETTERS)}`;

/**
 * The notification with its ids in stored form; the same object if nothing changes. Missing ids and other types are left for the schema to
 * refuse.
 */
export function withKeptIds(request: JsonObject, secret: string): JsonObject {
  const changed: Record<string, Json> = {};
  for (const name of REPORTED_IDS) {
    const id = Object.hasOwn(request, name) ? request[name] : undefined;
    if (typeof id !== 'string' || id === '') continue;
    const kept = keptId(id, secret);
    if (kept !== id) changed[name] = kept;
  }
  return Object.keys(changed).length === 0 ? request : { ...request, ...changed };
}
