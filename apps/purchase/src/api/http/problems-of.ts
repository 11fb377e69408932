import { REFUSALS, type RefusalCode } from '#shared/domain/refusal.js';
import { type Node, problemResponses, WITH_API_KEY } from '#shared/platform/http/docs/openapi-problems.js';
import { PROBLEMS, type ProblemCode } from '../../requests/answer.js';

/** Problems of every path that needs an API key. */
export const ALWAYS: readonly ProblemCode[] = [...WITH_API_KEY, 'log-unreachable'];
const REFUSED = 409;

/** Documents some problems, and the refusals of a sale's rules. */
export const problemsOf = (codes: readonly ProblemCode[], refusals: readonly RefusalCode[] = []): Node =>
  problemResponses([
    ...codes.map((code) => [code, PROBLEMS[code]] as const),
    ...refusals.map((code) => [code, [REFUSED, REFUSALS[code]]] as const),
  ]);
