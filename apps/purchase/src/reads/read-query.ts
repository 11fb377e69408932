import type { z } from 'zod';
import { sha256 } from '#shared/kernel/hash.js';
import { TENANT_PATTERN } from '#shared/kernel/ids.js';
import { validate } from '#shared/platform/validate.js';
import { type Answer, invalid, problemAnswer } from '../requests/answer.js';
import { readJson } from '../requests/request-body.js';

/** Parses and validates a request without a key. */
export function readQuery<T extends z.ZodType>(
  tenant: string,
  schema: T,
  body: Uint8Array,
): { readonly ok: z.infer<T> } | { readonly problem: Answer } {
  if (!TENANT_PATTERN.test(tenant)) return { problem: problemAnswer('tenant-malformed') };
  const json = readJson(body);
  if ('problem' in json) return json;
  const valid = validate(schema, json.ok);
  return 'errors' in valid ? { problem: invalid(valid.errors) } : { ok: valid.value };
}

/** The result as JSON, with its hash as entity tag. */
export function tagged(view: object): Answer {
  const body = JSON.stringify(view);
  return { status: 200, body, etag: `"${sha256(body)}"` };
}
