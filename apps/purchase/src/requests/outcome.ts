import type { Answer } from './answer.js';

/** The outcome of a request, as counted in metrics. */
export const OUTCOMES = [
  'first', // decided now
  'refused', // decided now, by a rule of the sale
  'replayed', // decided before: the same bytes again
  'in-process', // a duplicate of it is being decided
  'undecided', // not decided in time
  'read', // nothing to change
  'mismatch', // its key was used for another request
  'bad-input',
  'too-many',
  'unreachable', // the log does not answer
  'failed', // the service is wrong
] as const;
export type Outcome = (typeof OUTCOMES)[number];

const BY_STATUS: Readonly<Record<number, Outcome>> = { 202: 'undecided', 422: 'mismatch', 429: 'too-many', 500: 'failed' };

export function outcomeOf({ status, replayed, retryAfterSeconds, etag }: Answer): Outcome {
  if (etag !== undefined) return 'read'; // only reads have one
  if (replayed === true) return 'replayed';
  if (status === 409) return retryAfterSeconds === undefined ? 'refused' : 'in-process'; // decisions are not requested conditionally
  return BY_STATUS[status] ?? (status < 300 ? 'first' : status < 500 ? 'bad-input' : 'unreachable');
}
