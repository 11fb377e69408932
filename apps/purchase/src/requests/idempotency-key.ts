import { type KeyHash, keyHash, MAX_KEY_LENGTH } from '#shared/kernel/ids.js';
import { type Answer, problemAnswer } from './answer.js';
import type { Command } from './command.js';

/** The headers for the key; the second is an alias of the first. */
export const KEY_HEADERS = ['Idempotency-Key', 'X-Idempotency-Key'] as const;

/** The text wherever keys are documented. */
export const KEY_IS_KEPT =
  'It is kept for ever: never an e-mail address or the number of a payment card, which are refused where they are recognised. ' +
  'Quotation marks around it, as the IETF draft has them, are not part of it: "k" and k are one key.';

/** A string of RFC 8941, the form of keys in the IETF draft. */
const QUOTED = /^"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/;

/** Removes the quotation marks of the IETF draft, however many there are. */
export function unquoted(said: string): string {
  let key = said;
  for (let inner = QUOTED.exec(key)?.[1]; inner !== undefined; inner = QUOTED.exec(key)?.[1]) key = inner.replace(/\\(["\\])/g, '$1');
  return key;
}

const quoted = (key: string): string => `"${key.replace(/["\\]/g, '\\$&')}"`;

/**
 * Hashes under which a key may have been decided, its own first. Versions before 0.1.0 treated `"k"` and `k` as two keys, so a caller's key
 * is also searched under its other spelling.
 */
export function hashesOf({ namespace, key, keyHash: own }: Pick<Command, 'namespace' | 'key' | 'keyHash'>): KeyHash[] {
  if (namespace !== 'api') return [own];
  const other = QUOTED.test(key) ? unquoted(key) : quoted(key);
  return other.length > MAX_KEY_LENGTH ? [own] : [own, keyHash(namespace, other)];
}

/** Reads the key from the headers; two different keys are rejected, because the caller's intent is unclear. */
export function keyOf(said: readonly (string | undefined)[]): { readonly key: string | undefined } | { readonly problem: Answer } {
  const keys = said.filter((value): value is string => value !== undefined && value !== '');
  return new Set(keys.map(unquoted)).size > 1 ? { problem: problemAnswer('keys-differ') } : { key: keys[0] };
}
