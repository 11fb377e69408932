import type { Json } from '#shared/kernel/canonical.js';
import { readLenientJson, readStrictJson } from '#shared/kernel/strict-json.js';
import { type Answer, invalid, problemAnswer } from './answer.js';

/** A larger body might not fit a commit, which holds it as request and as events. */
export const MAX_BODY_BYTES = 200 * 1024;
/** Limit of an opening with the plan of a hall: 80,000 seats in 3,000 rows. Another check ensures that it fits a commit. */
export const MAX_OPENING_BYTES = 448 * 1024;

export type Read<T> = { readonly ok: T } | { readonly problem: Answer };
export type JsonObject = { readonly [member: string]: Json };
export type Given = Readonly<Record<string, string>>;

/** The sender's description of its bytes. */
export interface Media {
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
}

interface Reading {
  readonly given?: Given | undefined;
  readonly media?: Media | undefined;
  readonly maxBytes?: number | undefined;
  /** Refuses numbers that a double cannot represent, except in members of payment events that are ignored. */
  readonly exactNumbers?: boolean;
}

/** Parses bytes to a JSON object and adds the members given elsewhere, so that the request is the same in either form. */
export function readJson(
  body: Uint8Array,
  { given = {}, media = {}, maxBytes = MAX_BODY_BYTES, exactNumbers = true }: Reading = {},
): Read<JsonObject> {
  if (body.length > maxBytes)
    return { problem: problemAnswer('body-too-large', { detail: `The body has ${body.length} bytes; ${maxBytes} are allowed.` }) };
  const wrong = mediaProblem(media);
  if (wrong !== undefined) return { problem: wrong };
  const read = readStrictJson(body, { exactNumbers });
  if ('problem' in read) {
    const { detail, pointer } = read.problem;
    return { problem: problemAnswer('body-malformed', pointer === undefined ? { detail } : { errors: [{ pointer, detail }] }) };
  }
  return isObject(read.ok) ? withGiven(read.ok, given) : { problem: problemAnswer('body-malformed') };
}

/** The JSON object that an earlier version would have read; `undefined` if it would have refused. */
export function readAsBefore(body: Uint8Array, given: Given = {}): JsonObject | undefined {
  const json = body.length > MAX_OPENING_BYTES ? undefined : readLenientJson(body);
  if (json === undefined || !isObject(json)) return undefined;
  const read = withGiven(json, given);
  return 'ok' in read ? read.ok : undefined;
}

const CHARSET = /;\s*charset\s*=\s*("[^"]*"|[^;\s]*)/gi;
const UTF_8 = /^"?utf-?8"?$/i;
const NO_CODING = /^\s*(?:identity)?\s*$/i;

/** Refused, so that a proxy that trusts these headers cannot read another request than the app. */
function mediaProblem({ contentType = '', contentEncoding = '' }: Media): Answer | undefined {
  for (const [, charset = ''] of contentType.matchAll(CHARSET))
    if (!UTF_8.test(charset))
      return problemAnswer('body-malformed', { errors: [{ pointer: 'header:Content-Type', detail: 'must say no charset, or utf-8' }] });
  if (contentEncoding.split(',').every((coding) => NO_CODING.test(coding))) return undefined;
  return problemAnswer('body-malformed', {
    errors: [{ pointer: 'header:Content-Encoding', detail: 'must be left out: bodies are read as they come' }],
  });
}

const isObject = (json: Json): json is JsonObject => typeof json === 'object' && json !== null && !Array.isArray(json);

function withGiven(json: JsonObject, given: Given): Read<JsonObject> {
  const missing: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(json, name)) missing[name] = value;
    else if (json[name] !== value) return { problem: invalid([{ pointer: `/${name}`, detail: 'differs from the address' }]) };
  }
  return { ok: { ...missing, ...json } };
}
