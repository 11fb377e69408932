import type { FastifyReply } from 'fastify';
import { type Answer, isProblem } from './answer.js';

/** Headers of every response. Caches must not store responses: they are private to a tenant. */
const ALWAYS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' } as const;
export const REPLAY_HEADERS = ['Idempotent-Replayed', 'X-Idempotent-Replayed'] as const;
export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';

export type Headers = Readonly<Record<string, string>>;

/** The headers of a response by their HTTP names. */
export function headersOf(answer: Answer): Headers {
  return {
    ...ALWAYS,
    'Content-Type': isProblem(answer) ? PROBLEM_TYPE : JSON_TYPE,
    ...(answer.retryAfterSeconds !== undefined && { 'Retry-After': `${answer.retryAfterSeconds}` }),
    ...(answer.etag !== undefined && { ETag: answer.etag, 'Cache-Control': 'private, no-cache' }), // may be stored, but must be revalidated each time
    ...(answer.replayed === true && Object.fromEntries(REPLAY_HEADERS.map((name) => [name, 'true']))),
  };
}

/** Sends status, headers, and the exact bytes of the body. */
export function send(reply: FastifyReply, answer: Answer, more: Headers = {}): FastifyReply {
  return reply
    .code(answer.status)
    .headers({ ...headersOf(answer), ...more })
    .send(answer.body);
}

/** True when the caller has the current version: `If-None-Match` (RFC 9110) names its entity tag, or `*`. */
export function isKnown(etag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
