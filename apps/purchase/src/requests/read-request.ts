import { personalProblem } from '#shared/domain/values.js';
import { fingerprint } from '#shared/kernel/canonical.js';
import { KEY_PATTERN, keyHash, SALE_PATTERN, type SaleId, TENANT_PATTERN, type TenantId } from '#shared/kernel/ids.js';
import { validate } from '#shared/platform/validate.js';
import { type OperationName, operation as operationOf } from '../operations/operations.js';
import { type Answer, invalid, problemAnswer } from './answer.js';
import type { Asked } from './command.js';
import { unquoted } from './idempotency-key.js';
import { keptId, withKeptIds } from './reported-ids.js';
import { type Given, type JsonObject, MAX_BODY_BYTES, type Media, readAsBefore, readJson } from './request-body.js';

/** A mutation as received, over any transport. */
export interface Request {
  readonly operation: OperationName;
  /** The key's owner: a caller, or an event of a payment provider. */
  readonly namespace?: 'api' | 'webhook';
  readonly tenant: string;
  readonly key: string | undefined;
  readonly traceparent: string | undefined;
  readonly body: Uint8Array;
  readonly media?: Media;
  /** Members of the body that the path already contains; the body may omit them. */
  readonly given?: Given;
}

const DOES_NOT_FIT = {
  pointer: '/units',
  detail:
    'must be shorter: request and event together do not fit 960 KiB. Give ranges of rows in place of seats one by one, and shorter labels',
};

/** A request that can be stored. `said`: the request as received, if ids of a payment provider are stored otherwise. */
export type ReadRequest = { readonly ok: Asked; readonly said?: Asked } | { readonly problem: Answer };

/** W3C trace context. Invalid values are dropped, including those that the standard calls invalid: version ff, an id of zeros. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Parses and validates a request. @param secret of the tenant: the HMAC key for provider ids that cannot be stored as they are */
export function readRequest(request: Request, secret: string): ReadRequest {
  const { operation, tenant, key: said, body, given, media } = request;
  const { schema, reportsMoney = false, maxBodyBytes, fitsCommit } = operationOf(operation);
  if (schema === undefined) throw new Error(`${operation} is not for callers`);
  if (!TENANT_PATTERN.test(tenant)) return { problem: problemAnswer('tenant-malformed') };
  if (said === undefined) return { problem: problemAnswer('key-missing') };
  const key = keyOfRequest(request, said);
  const wrong = reportsMoney ? undefined : keyProblem(key);
  if (wrong !== undefined) return { problem: wrong };
  const json = readJson(body, { given, media, maxBytes: maxBodyBytes });
  if ('problem' in json) return json;
  const valid = validate(schema, json.ok);
  if ('errors' in valid) return { problem: invalid(valid.errors) };
  if (body.length > MAX_BODY_BYTES && fitsCommit?.({ request: json.ok }) === false) return { problem: invalid([DOES_NOT_FIT]) };
  const { sale } = valid.value;
  if (!reportsMoney) return { ok: asked(request, sale, key, json.ok) };
  const [keptKey, kept] = [keptId(key, secret, KEY_PATTERN), withKeptIds(json.ok, secret)];
  const ok = asked(request, sale, keptKey, kept);
  return keptKey === key && kept === json.ok ? { ok } : { ok, said: asked(request, sale, key, json.ok) };
}

/** Forms in which an earlier version may have accepted a request that this one refuses: each spelling of its key and ids. */
export function readingsBefore(request: Request, secret: string): Asked[] {
  const { operation, tenant, key: said, body, given } = request;
  const json = said === undefined || !TENANT_PATTERN.test(tenant) ? undefined : readAsBefore(body, given);
  const sale = json?.sale;
  if (said === undefined || json === undefined || typeof sale !== 'string' || !SALE_PATTERN.test(sale)) return [];
  const key = keyOfRequest(request, said);
  const asSaid = [...new Set([key, said])].filter((one) => KEY_PATTERN.test(one)).map((one) => asked(request, sale, one, json));
  if (operationOf(operation).reportsMoney !== true) return asSaid;
  return [asked(request, sale, keptId(key, secret, KEY_PATTERN), withKeptIds(json, secret)), ...asSaid];
}

const keyOfRequest = ({ namespace = 'api' }: Request, said: string): string => (namespace === 'api' ? unquoted(said) : said);

function keyProblem(key: string): Answer | undefined {
  if (!KEY_PATTERN.test(key)) return problemAnswer('key-malformed');
  return personalProblem(key) === undefined ? undefined : problemAnswer('key-personal');
}

function asked(request: Request, sale: string, key: string, json: JsonObject): Asked {
  const { operation, namespace = 'api', tenant, traceparent } = request;
  return {
    operation,
    namespace,
    tenant: tenant as TenantId,
    sale: sale as SaleId,
    key,
    keyHash: keyHash(namespace, key),
    fingerprint: fingerprint(operation, sale, json),
    request: json,
    ...(traceparent !== undefined && TRACEPARENT.test(traceparent) && { traceparent }),
  };
}
