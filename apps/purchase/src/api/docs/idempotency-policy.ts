import { MAX_KEY_LENGTH } from '#shared/kernel/ids.js';
import { MAX_HEADER_BYTES } from '#shared/platform/http/http-server.js';
import { REPLAY_HEADERS } from '#shared/platform/http/reply.js';
import { NOTHING_IS_PROMISED } from '../../requests/answer.js';
import { KEY_HEADERS, KEY_IS_KEPT } from '../../requests/idempotency-key.js';
import { DECISION_TIMEOUT_MS, MAX_WAITING_PER_SALE } from '../../requests/intake.js';
import { MAX_BODY_BYTES, MAX_OPENING_BYTES } from '../../requests/request-body.js';
import { EVENT_STREAM_LIMITS } from '../http/event-stream-limits.js';

/** Concurrent requests of one tenant in one process, over NATS and HTTP: bounds their memory while the log is slow. */
export const MAX_IN_FLIGHT_PER_TENANT = 4_000;

export const POLICY_PATH = '/.well-known/idempotency.json';

/** The state of the idempotency key after each outcome. */
const OUTCOMES = [
  { outcome: 'accepted', status: [200, 201], key: 'holds this answer' },
  { outcome: 'refused by a rule of the sale', status: [409], key: 'holds this answer; a new attempt needs a new key' },
  { outcome: 'same key, other request', status: [422], code: 'key-reused', key: 'unchanged' },
  { outcome: 'same key, still in process', status: [409], code: 'in-progress', key: 'unchanged', retryAfter: true },
  { outcome: 'malformed, or not allowed', status: [400, 401, 403, 404, 405, 408, 413, 415, 431], key: 'not consumed' },
  { outcome: 'too fast', status: [429], key: 'not consumed', retryAfter: true },
  {
    outcome: 'not decided in time',
    status: [202],
    key: 'not consumed, or the same key resumes',
    retryAfter: true,
    means: NOTHING_IS_PROMISED,
  },
  { outcome: 'not known', status: [500, 503], key: 'not consumed, or the same key resumes', retryAfter: true },
] as const;

/** The guarantees for repeated requests, generated from the constants that implement them. */
export function idempotencyPolicy(rate: { readonly perSecond: number; readonly burst: number }): object {
  return {
    version: 1,
    header: KEY_HEADERS[0],
    aliases: KEY_HEADERS.slice(1),
    required: 'every POST under /v1 but webhooks, whose event id is their key; every mutation over NATS',
    format: {
      minLength: 1,
      maxLength: MAX_KEY_LENGTH,
      characters: 'printable ASCII, no space at either end',
      pattern: '^[\\x21-\\x7e](?:[\\x20-\\x7e]{0,253}[\\x21-\\x7e])?$',
      refused: [
        { code: 'key-personal', what: 'an e-mail address: anything, an @ (or %40), and a domain' },
        {
          code: 'key-personal',
          what: 'the number of a payment card, alone or as a word: start and length of a known network, right check digit, together or in the groups printed on cards',
        },
      ],
      advice: KEY_IS_KEPT,
    },
    scope: ['tenant', 'sale'],
    fingerprint: { of: ['operation', 'sale', 'body'], canonicalization: 'RFC 8785', hash: 'SHA-256' },
    retention: { policy: 'for as long as the log lives: keys never expire', seconds: null },
    replay: { headers: REPLAY_HEADERS, value: 'true', body: 'the same bytes', status: 'the same' },
    outcomes: OUTCOMES,
    webhooks: { key: 'webhook-id', success: 'the decision is in the log', otherwise: 'send the event with the same id again' },
    bounds: {
      bodyBytes: MAX_BODY_BYTES,
      bodyBytesOfOpening: MAX_OPENING_BYTES,
      headerBytes: MAX_HEADER_BYTES,
      decisionTimeoutMs: DECISION_TIMEOUT_MS,
      undecidedRequestsPerSale: MAX_WAITING_PER_SALE,
      requestsUnderWayPerTenant: MAX_IN_FLIGHT_PER_TENANT,
      requestsPerSecondPerTenant: rate.perSecond,
      requestsAtOncePerTenant: rate.burst,
      eventStreamsPerTenant: EVENT_STREAM_LIMITS.perTenant,
      boundsAreOf: 'one process',
    },
  };
}
