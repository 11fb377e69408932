import { isFault } from '#shared/kernel/fault.js';
import { type Answer, HTTP_PROBLEMS, problemOf } from '#shared/platform/http/answer.js';
import type { FieldError } from '#shared/platform/problem.js';
import { QueryTooLarge } from '../queries/reader.js';

/** The ledger's problems, status 400 and above. Codes are never reused. */
export const PROBLEMS = {
  ...HTTP_PROBLEMS,
  'query-invalid': [400, 'The query has a parameter that this operation does not accept.'],
  'cursor-unknown': [400, 'This cursor was not given to this tenant, or not by this log.'],
  'query-too-large': [422, 'To answer this, more would have to be read than one request may read.'],
  'document-unknown': [404, 'There is no document at this address.'],
  'documents-busy': [503, 'Too many documents are requested at once. Retry.'],
  'ledger-behind': [503, 'The ledger has not come to this place of the log yet.'],
  'ledger-unreachable': [503, 'The ledger cannot be read now. Selling continues without it.'],
} as const;

export type ProblemCode = keyof typeof PROBLEMS;

/** Temporary read failures: the database is unreachable, being migrated or being exchanged. Any other error is a bug. */
const PASSING = ['database-unreachable', 'configuration', 'ledger-differs'] as const;
export const isPassing = (thrown: unknown): boolean => thrown instanceof QueryTooLarge || PASSING.some((code) => isFault(thrown, code));

export const problemAnswer = (code: ProblemCode, errors?: readonly FieldError[], detail?: string): Answer =>
  problemOf(PROBLEMS, code, { ...(detail !== undefined && { detail }), ...(errors !== undefined && { errors }) });
