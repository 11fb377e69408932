import type { Json } from './canonical.js';
import { escapePointer } from './canonical.js';

/** No request of the API nests deeper than 5; the limit protects recursive code from stack overflow. */
export const MAX_JSON_DEPTH = 32;

/** Why bytes are not unambiguous JSON. */
export interface JsonProblem {
  readonly detail: string;
  /** RFC 6901, when one place is at fault. */
  readonly pointer?: string;
}
export type StrictJson = { readonly ok: Json } | { readonly problem: JsonProblem };

const HALF = /\p{Cs}/u;

/**
 * Reads as earlier versions did: skips a BOM, and the last of duplicate members counts. `undefined` for what they rejected: invalid
 * JSON, nesting deeper than 32, a number beyond the range of a double, or an unpaired surrogate.
 */
export function readLenientJson(bytes: Uint8Array): Json | undefined {
  let isBeyond = false;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const json = JSON.parse(text, (name, value: unknown) => {
      isBeyond ||= HALF.test(name) || (typeof value === 'number' ? !Number.isFinite(value) : typeof value === 'string' && HALF.test(value));
      return value;
    }) as Json;
    return isBeyond || measure(text).depth > MAX_JSON_DEPTH ? undefined : json;
  } catch (thrown) {
    if (thrown instanceof SyntaxError || thrown instanceof TypeError || thrown instanceof RangeError) return undefined; // not UTF-8, not JSON, or truncated
    throw thrown;
  }
}

/**
 * Parses JSON that every reader interprets alike (RFC 7493, I-JSON): UTF-8 without a BOM, no duplicate members, nesting at most 32. With
 * `exactNumbers` it also rejects numbers that a double cannot represent: 1e400, -0, 0.99999999999999999999.
 */
export function readStrictJson(bytes: Uint8Array, { exactNumbers }: { readonly exactNumbers: boolean }): StrictJson {
  let text: string;
  let ok: Json;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    ok = JSON.parse(text) as Json;
  } catch (thrown) {
    return { problem: { detail: thrown instanceof Error ? thrown.message : String(thrown) } };
  }
  const { members, depth, hasOddNumbers } = measure(text);
  if (depth > MAX_JSON_DEPTH) return { problem: { detail: `it is nested ${depth} deep; ${MAX_JSON_DEPTH} are allowed` } };
  if (members !== countMembers(ok) || (exactNumbers && hasOddNumbers)) {
    const problem = findProblem(text, exactNumbers);
    if (problem !== undefined) return { problem };
  }
  return { ok };
}

/** The meaning of a character outside strings. */
const OTHER = 0;
const QUOTE = 1;
const COLON = 2;
const OPENS = 3;
const CLOSES = 4;
const DIGIT = 5;
const POINT = 6;
const POWER = 7;
const LETTERS = ['"', ':', '{[', '}]', '0123456789', '.-', 'eE'];
const ASCII = 0x80;
const KINDS = new Uint8Array(ASCII);
for (const [index, letters] of LETTERS.entries()) for (const letter of letters) KINDS[letter.charCodeAt(0)] = index + 1;

const BACKSLASH = '\\'.charCodeAt(0);
/** Whole numbers of this many digits are always exact. */
const EXACT_DIGITS = 15;

/** One pass over valid JSON: counts its members and its depth, and notes numbers that need a check. */
function measure(text: string): { readonly members: number; readonly depth: number; readonly hasOddNumbers: boolean } {
  let [members, level, depth, digits, hasOddNumbers] = [0, 0, 0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const kind = KINDS[text.charCodeAt(at)] ?? OTHER;
    const digitsBefore = digits;
    digits = kind === DIGIT ? digits + 1 : 0;
    switch (kind) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case COLON:
        members += 1;
        break;
      case OPENS:
        level += 1;
        depth = Math.max(depth, level);
        break;
      case CLOSES:
        level -= 1;
        break;
      case DIGIT:
        hasOddNumbers ||= digits > EXACT_DIGITS;
        break;
      case POINT:
        hasOddNumbers = true;
        break;
      case POWER:
        hasOddNumbers ||= digitsBefore > 0; // and not the end of `true`
        break;
    }
  }
  return { members, depth, hasOddNumbers };
}

/** The end of a string that begins at `at`: the first quotation mark after an even number of backslashes. */
function endOfString(text: string, at: number): number {
  for (let end = text.indexOf('"', at + 1); ; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
}

/** Members of the value, where duplicates count once. */
function countMembers(value: Json): number {
  if (typeof value !== 'object' || value === null) return 0;
  let members = 0;
  if (Array.isArray(value)) {
    for (const item of value as readonly Json[]) members += countMembers(item);
    return members;
  }
  const branch = value as { readonly [member: string]: Json };
  for (const name of Object.keys(branch)) members += 1 + countMembers(branch[name] as Json);
  return members;
}

/** An object with the names seen so far, or a list; and the current member or item. */
interface Level {
  readonly names: Set<string> | undefined;
  part: string;
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|-?\d[\d.eE+-]*/g;
const NUMBER = /^[-\d]/;

/** Searches valid JSON for the first duplicate member or inexact number. */
function findProblem(text: string, exactNumbers: boolean): JsonProblem | undefined {
  const levels: Level[] = [];
  let last = '';
  for (const [token] of text.matchAll(TOKEN)) {
    const detail = token === ':' ? nameProblem(levels.at(-1), last) : exactNumbers && NUMBER.test(token) ? numberProblem(token) : undefined;
    if (detail !== undefined) return { detail, pointer: levels.map(({ part }) => `/${escapePointer(part)}`).join('') };
    step(levels, token);
    last = token;
  }
  return undefined;
}

/** Enters or leaves an object or a list, or advances to the next list item. */
function step(levels: Level[], token: string): void {
  const level = levels.at(-1);
  if (token === '{') levels.push({ names: new Set(), part: '' });
  else if (token === '[') levels.push({ names: undefined, part: '0' });
  else if (token === '}' || token === ']') levels.pop();
  else if (token === ',' && level !== undefined && level.names === undefined) level.part = `${Number(level.part) + 1}`;
}

/** Advances to the member with this name, as spelled in the text. */
function nameProblem(level: Level | undefined, spelled: string): string | undefined {
  if (level?.names === undefined) return undefined;
  level.part = JSON.parse(spelled) as string;
  if (level.names.has(level.part)) return 'occurs twice in one object';
  level.names.add(level.part);
  return undefined;
}

const numberProblem = (number: string): string | undefined =>
  isExact(number) ? undefined : `${shortened(number)} is no number that can be kept as it is`;

const LONGEST_SHOWN = 40;
const shortened = (number: string): string => (number.length > LONGEST_SHOWN ? `${number.slice(0, LONGEST_SHOWN)}…` : number);

/** True when a double has the same value as the number, in any spelling: 1.0 is 1, and 1e2 is 100. */
function isExact(number: string): boolean {
  const value = Number(number);
  return Number.isFinite(value) && plain(number) === plain(`${value}`);
}

/** Sign, digits and power of ten. */
function plain(number: string): string {
  const [, sign = '', whole = '', , fraction = '', , power = '0'] = /^(-?)(\d+)(\.(\d+))?([eE]([+-]?\d+))?$/.exec(number) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  if (kept === '') return `${sign}0`;
  return `${sign}${kept}e${BigInt(power) - BigInt(fraction.length) + BigInt(digits.length - kept.length)}`;
}
