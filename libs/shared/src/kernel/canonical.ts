import canonicalize from 'canonicalize';
import { base32, hashFields } from './hash.js';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json };

/** RFC 8785 canonical JSON: equal values have the same text, whatever the order of members or white space. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('only JSON values have a canonical form');
  return text;
}

const FINGERPRINT_LETTERS = 51; // 255 of SHA-256's 256 bits

/** The identity of a request in 51 letters: operation, path and canonical body. */
export const fingerprint = (operation: string, path: string, body: unknown): string =>
  base32(hashFields(operation, path, canonicalJson(body)), FINGERPRINT_LETTERS);

/** RFC 6901 pointers of the places where two JSON values differ, in document order; a member that one side lacks counts as different. */
export function differingPointers(left: Json | undefined, right: Json | undefined, at = ''): string[] {
  if (left === right) return [];
  if (!isBranch(left) || !isBranch(right) || Array.isArray(left) !== Array.isArray(right)) return [at];
  const names = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  return names.flatMap((name) => differingPointers(own(left, name), own(right, name), `${at}/${escapePointer(name)}`));
}

/** A body may have a member `__proto__`; the inherited property of that name does not count. */
const own = (branch: { readonly [member: string]: Json }, name: string): Json | undefined =>
  Object.hasOwn(branch, name) ? branch[name] : undefined;

export const escapePointer = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1');

const isBranch = (value: Json | undefined): value is { readonly [member: string]: Json } => typeof value === 'object' && value !== null;
