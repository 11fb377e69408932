import type { Answer } from './answer.js';

/** What became of a request, as it is counted. */
export const OUTCOMES = [
  'first', // decided now
  'refused', // decided now, by a rule of the sale
  'replayed', // decided before: the same bytes again
  'in-process', // a copy of it is being decided
  'undecided', // not decided in time
  'read', // nothing was to be changed
  'mismatch', // its key was used for another request
  'bad-input',
  'too-many',
  'unreachable', // the log does not answer
  'failed', // the service is wrong
] as const;
export type Outcome = (typeof OUTCOMES)[number];

const BY_STATUS: Readonly<Record<number, Outcome>> = { 202: 'undecided', 422: 'mismatch', 429: 'too-many', 500: 'failed' };

export function outcomeOf({ status, replayed, retryAfterSeconds, etag }: Answer): Outcome {
  if (etag !== undefined) return 'read'; // only what is read has one
  if (replayed === true) return 'replayed';
  if (status === 409) return retryAfterSeconds === undefined ? 'refused' : 'in-process'; // a decision is not asked for again
  return BY_STATUS[status] ?? (status < 300 ? 'first' : status < 500 ? 'bad-input' : 'unreachable');
}
