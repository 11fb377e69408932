import { problem } from '../problem.js';

/** A response: status, bytes and headers. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly replayed?: boolean;
  readonly retryAfterSeconds?: number;
  /** For reads: changes whenever the body changes. */
  readonly etag?: string;
  /** The body in gzip, for callers who accept it: long lists are kept so. */
  readonly compressed?: () => Promise<Uint8Array>;
}

export type ProblemKind = readonly [status: number, title: string];

/** Problems of the HTTP server itself, the same in every app. Codes are never reused. */
export const HTTP_PROBLEMS = {
  'request-malformed': [400, 'The request is not one of HTTP, or its address is not one.'],
  unauthorized: [401, 'The header Authorization must be Bearer and an API key that is good now.'],
  'tenant-refused': [403, 'This tenant is unknown or disabled.'],
  'route-unknown': [404, 'There is nothing at this address.'],
  'method-not-allowed': [405, 'This path does not support this method. The Allow header lists the supported ones.'],
  'request-timeout': [408, 'The request did not arrive whole in time.'],
  'body-too-large': [413, 'The body is too large.'],
  'media-type': [415, 'The body must be application/json.'],
  'too-many-requests': [429, 'This tenant exceeds its request rate.'],
  'too-many-waiting': [429, 'Too many requests wait for their decision.'],
  'too-many-connections': [429, 'This tenant has as many connections open as it may.'],
  'too-many-from-address': [429, 'This client address has as many requests under way as it may.'],
  'headers-too-large': [431, 'The headers are too large.'],
  stopping: [503, 'This process stops. Send the same request again, with the same key if it has one.'],
  fault: [500, 'The service failed. Send the same request again, with the same key if it has one.'],
} as const satisfies Record<string, ProblemKind>;

export type HttpProblem = keyof typeof HTTP_PROBLEMS;

export const RETRY_AFTER_SECONDS = 1;
/** A retry may soon get another response. */
const PASSING: ReadonlySet<number> = new Set([429, 500, 503]);

/** The response for a problem from a list of problems. */
export function problemOf<Code extends string>(
  problems: Readonly<Record<Code, ProblemKind>>,
  code: Code,
  more: Readonly<Record<string, unknown>> = {},
): Answer {
  const [status, title] = problems[code];
  const body = JSON.stringify(problem(status, code, title, more));
  return PASSING.has(status) ? { status, body, retryAfterSeconds: RETRY_AFTER_SECONDS } : { status, body };
}

export const httpProblem = (code: HttpProblem, more?: Readonly<Record<string, unknown>>): Answer => problemOf(HTTP_PROBLEMS, code, more);

export const isProblem = ({ status }: Answer): boolean => status >= 400;
