import type { Json } from '#shared/kernel/canonical.js';
import { type Answer, invalid, problemAnswer } from './answer.js';

/** A body of more bytes could not be sure to fit a commit, in which it stands as request and as events. */
export const MAX_BODY_BYTES = 200 * 1024;

export type Read<T> = { readonly ok: T } | { readonly problem: Answer };
export type Given = Readonly<Record<string, string>>;

/** Bytes to a JSON object. What is given elsewhere is put into it, so that a request is the same whichever way it says it. */
export function readJson(body: Uint8Array, given: Given = {}): Read<Json> {
  if (body.length > MAX_BODY_BYTES)
    return { problem: problemAnswer('body-too-large', { detail: `The body has ${body.length} bytes; ${MAX_BODY_BYTES} are allowed.` }) };
  try {
    const json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as Json;
    return isObject(json) ? withGiven(json, given) : { problem: problemAnswer('body-malformed') };
  } catch (thrown) {
    return { problem: problemAnswer('body-malformed', { detail: thrown instanceof Error ? thrown.message : String(thrown) }) };
  }
}

const isObject = (json: Json): json is { readonly [member: string]: Json } =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

function withGiven(json: { readonly [member: string]: Json }, given: Given): Read<Json> {
  const missing: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(json, name)) missing[name] = value;
    else if (json[name] !== value) return { problem: invalid([{ pointer: `/${name}`, detail: 'differs from the address' }]) };
  }
  return { ok: { ...missing, ...json } };
}
