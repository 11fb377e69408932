import { createHmac } from 'node:crypto';
import { personalProblem } from '#shared/domain/values.js';
import type { Json } from '#shared/kernel/canonical.js';
import { base32 } from '#shared/kernel/hash.js';
import { PAYMENT_PATTERN } from '#shared/kernel/ids.js';
import type { JsonObject } from './request-body.js';

/** Members of a payment notification that hold ids of the payment provider. */
const REPORTED_IDS = ['payment', 'refund', 'dispute'] as const;
const PREFIX = 'hash_';
const LETTERS = 51; // 255 of SHA-256's 256 bits

/** Whether an id of a payment provider can be kept as it is. */
const canBeKept = (id: string, pattern: RegExp): boolean => pattern.test(id) && personalProblem(id) === undefined;

/**
 * The id as it is kept. A notification of money is never refused for the id that it comes with: one that looks like an e-mail address or a card
 * number, or does not fit, is kept as its HMAC-SHA256. Later notifications of the same id find it; who has the log alone cannot try out card numbers.
 * @param secret of the tenant; it never changes
 */
export const keptId = (id: string, secret: string, pattern = PAYMENT_PATTERN): string =>
  canBeKept(id, pattern) ? id : `${PREFIX}${base32(createHmac('sha256', secret).update(id).digest(), LETTERS)}`;

/** The notification with its ids as they are kept; the same object where they all are. What is missing or no text stays for the schema to refuse. */
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
