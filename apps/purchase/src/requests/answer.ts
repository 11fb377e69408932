import { REFUSALS, type Refusal } from '#shared/domain/refusal.js';
import { type Answer, HTTP_PROBLEMS, isProblem, problemOf, RETRY_AFTER_SECONDS } from '#shared/platform/http/answer.js';
import { type FieldError, problem } from '#shared/platform/problem.js';

export { type Answer, isProblem };

/** Problems that are no decision of the domain. Codes are never reused. */
export const PROBLEMS = {
  ...HTTP_PROBLEMS,
  'key-missing': [400, 'The header Idempotency-Key is required.'],
  'key-malformed': [400, 'The header Idempotency-Key must be 1 to 255 printable ASCII characters, with no space at either end.'],
  'key-personal': [
    400,
    'The header Idempotency-Key looks like an e-mail address or a card number, and keys are kept for ever. Use a key without personal data, such as a UUID.',
  ],
  'keys-differ': [400, 'The headers Idempotency-Key and X-Idempotency-Key, or two of one of them, say different keys.'],
  'body-malformed': [400, 'The body is not one JSON object in UTF-8 that every reader reads alike, with each member once.'],
  'body-invalid': [400, 'The request body failed validation.'],
  'tenant-malformed': [400, 'The subject does not name a tenant: 1 to 64 of A-Z a-z 0-9 _ -.'],
  'cursor-unknown': [400, 'This cursor was not given to this tenant, or not by this log.'],
  'signature-refused': [401, 'The event is not signed by a secret of its tenant, or its time is too far from now.'],
  'free-mints-not-granted': [
    403,
    'Orders of this sale are minted without a payment. That needs the grant free-mints, which the operator gives: admit tenant grant <tenant> --free-mints.',
  ],
  'asset-not-offered': [403, 'This operator does not offer assets of this kind.'],
  'sale-unknown': [404, 'There is no such sale.'],
  'order-unknown': [404, 'There is no such order.'],
  'ticket-unknown': [404, 'There is no such ticket.'],
  'receipt-unknown': [404, 'The ticket was minted before there were receipts: it has none.'],
  'endpoint-unknown': [404, 'There is no such webhook endpoint.'],
  'event-unknown': [404, 'No such event of this endpoint was set aside.'],
  'endpoint-exists': [409, 'A webhook endpoint of this name has another URL, or other types.'],
  'too-many-endpoints': [409, 'This tenant has as many webhook endpoints as it may.'],
  'too-many-secrets': [409, 'As many secrets of this endpoint are valid as may be. The oldest expires a day after the rotation.'],
  'in-progress': [409, 'A request with this key is in process. Send it again later to get its answer.'],
  'ticket-not-minted': [409, 'The ticket is not minted: there is no receipt of it.'],
  'ticket-void': [409, 'The ticket is void: there is no receipt of it any more.'],
  'version-gone': [410, 'The list of this version is not kept any more. Begin again with the first page.'],
  'key-reused': [422, 'This key was used for another request.'],
  'too-many-streams': [429, 'This tenant has as many streams of events open as it may.'],
  'log-unreachable': [503, 'The log cannot be reached. Send the same request with the same key again.'],
  'payment-unknown': [503, 'The payment that the event is about is not known yet. Send the event again later.'],
  'not-decided': [503, 'The event was not decided in time, and nothing is promised. Send it again with the same id.'],
  'dead-lettered': [503, 'The request could not be decided and was set aside for a human.'],
} as const satisfies Record<string, readonly [status: number, title: string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/** An operator must act first, or the payment's own event is on its way: frequent retries are useless. */
const LATER_SECONDS = 60;
/** If it differs from the retry time of the status. */
const RETRY_AFTER: Partial<Record<ProblemCode, number>> = {
  'in-progress': RETRY_AFTER_SECONDS,
  'dead-lettered': LATER_SECONDS,
  'payment-unknown': LATER_SECONDS,
};

export function problemAnswer(code: ProblemCode, more: Readonly<Record<string, unknown>> = {}): Answer {
  const answer = problemOf(PROBLEMS, code, more);
  const retryAfterSeconds = RETRY_AFTER[code];
  return retryAfterSeconds === undefined ? answer : { ...answer, retryAfterSeconds };
}

export const invalid = (errors: readonly FieldError[]): Answer => problemAnswer('body-invalid', { errors });

/** A refusal is a decision: 409, permanently bound to the key. */
export function refusalAnswer({ code, pointers, details, facts }: Refusal): Answer {
  const errors = pointers?.map((pointer, index): FieldError => ({ pointer, detail: details?.[index] ?? REFUSALS[code] }));
  return { status: 409, body: JSON.stringify(problem(409, code, REFUSALS[code], { ...(errors && { errors }), ...facts })) };
}

/** Whether a duplicate of the request is being decided. */
export const isInProgress = ({ status, retryAfterSeconds }: Answer): boolean => status === 409 && retryAfterSeconds !== undefined;

/** The text wherever 202 is documented. */
export const NOTHING_IS_PROMISED = 'Not decided in time, and nothing is promised. Send the same request with the same key again.';

/** 202: not decided in time; nothing is promised. */
export const accepted = (sale: string, order?: string): Answer => ({
  status: 202,
  body: JSON.stringify({ status: 'in-process', sale, order }),
  retryAfterSeconds: RETRY_AFTER_SECONDS,
});
