import type { Refusal } from '#shared/domain/refusal.js';
import { REFUSALS } from '#shared/domain/refusal.js';
import { type FieldError, problem } from '#shared/platform/problem.js';

/** What a caller gets: a status, bytes, and what else is said in headers. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly replayed?: boolean;
  readonly retryAfterSeconds?: number;
  /** Of what is read: another whenever the body is another. */
  readonly etag?: string;
}

/** Problems that are no decision of the domain. Codes are never reused. */
export const PROBLEMS = {
  'key-missing': [400, 'The header Idempotency-Key is required.'],
  'key-malformed': [400, 'The header Idempotency-Key must be 1 to 255 printable ASCII characters, with no space at either end.'],
  'keys-differ': [400, 'The headers Idempotency-Key and X-Idempotency-Key, or two of one of them, say different keys.'],
  'body-malformed': [400, 'The body is not a JSON object.'],
  'body-invalid': [400, 'The body does not say what this operation needs.'],
  'body-too-large': [413, 'The body is too large.'],
  'tenant-malformed': [400, 'The subject does not name a tenant: 1 to 64 of A-Z a-z 0-9 _ -.'],
  'request-malformed': [400, 'The request is not one of HTTP, or its address is not one.'],
  'cursor-unknown': [400, 'This cursor was not given to this tenant, or not by this log.'],
  unauthorized: [401, 'The header Authorization must be Bearer and an API key that is good now.'],
  'signature-refused': [401, 'The event is not signed by a secret of its tenant, or its time is too far from now.'],
  'tenant-refused': [403, 'This tenant is not one that may come in.'],
  'route-unknown': [404, 'There is nothing at this address.'],
  'sale-unknown': [404, 'There is no such sale.'],
  'order-unknown': [404, 'There is no such order.'],
  'ticket-unknown': [404, 'There is no such ticket.'],
  'method-not-allowed': [405, 'This address does not know this method. The header Allow says which it does.'],
  'request-timeout': [408, 'The request did not arrive whole in time.'],
  'in-progress': [409, 'A request with this key is in process. Send it again later to get its answer.'],
  'media-type': [415, 'The body must be application/json.'],
  'key-reused': [422, 'This key was used for another request.'],
  'too-many-waiting': [429, 'Too many requests of this sale wait for their decision.'],
  'too-many-requests': [429, 'This tenant asks faster than it may.'],
  'too-many-streams': [429, 'This tenant has as many streams of events open as it may.'],
  'headers-too-large': [431, 'The headers are too large.'],
  'log-unreachable': [503, 'The log cannot be reached. Send the same request with the same key again.'],
  stopping: [503, 'This process stops. Send the same request with the same key again.'],
  parked: [503, 'The request could not be decided and was set aside for a human.'],
  fault: [500, 'The service failed. Send the same request with the same key again.'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof PROBLEMS;

const RETRY_AFTER_SECONDS = 1;
/** A human has to look first: whoever asks each second asks for nothing. */
const PARKED_RETRY_AFTER_SECONDS = 60;
/** Problems that may pass, and after how many seconds to ask again. */
const RETRY_AFTER: Partial<Record<ProblemCode, number>> = {
  'in-progress': RETRY_AFTER_SECONDS,
  'too-many-waiting': RETRY_AFTER_SECONDS,
  'too-many-requests': RETRY_AFTER_SECONDS,
  'too-many-streams': RETRY_AFTER_SECONDS,
  'log-unreachable': RETRY_AFTER_SECONDS,
  stopping: RETRY_AFTER_SECONDS,
  parked: PARKED_RETRY_AFTER_SECONDS,
  fault: RETRY_AFTER_SECONDS,
};

export function problemAnswer(code: ProblemCode, more: Readonly<Record<string, unknown>> = {}): Answer {
  const [status, title] = PROBLEMS[code];
  const body = JSON.stringify(problem(status, code, title, more));
  const retryAfterSeconds = RETRY_AFTER[code];
  return retryAfterSeconds === undefined ? { status, body } : { status, body, retryAfterSeconds };
}

export const invalid = (errors: readonly FieldError[]): Answer => problemAnswer('body-invalid', { errors });

/** A refusal is a decision: 409, and the key holds it for ever. */
export function refusalAnswer({ code, pointers, facts }: Refusal): Answer {
  const errors = pointers?.map((pointer): FieldError => ({ pointer, detail: REFUSALS[code] }));
  return { status: 409, body: JSON.stringify(problem(409, code, REFUSALS[code], { ...(errors && { errors }), ...facts })) };
}

/** 202: stored, not decided in time; the same key resumes. */
export const accepted = (sale: string, order?: string): Answer => ({
  status: 202,
  body: JSON.stringify({ status: 'in-process', sale, order }),
  retryAfterSeconds: RETRY_AFTER_SECONDS,
});

export const isProblem = ({ status }: Answer): boolean => status >= 400;
