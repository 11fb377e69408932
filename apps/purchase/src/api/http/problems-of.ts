import { REFUSALS, type RefusalCode } from '#shared/domain/refusal.js';
import { type Node, problemResponses, WITH_API_KEY } from '#shared/platform/http/docs/openapi-problems.js';
import { PROBLEMS, type ProblemCode } from '../../requests/answer.js';

/** What may come of anything that wants an API key. */
export const ALWAYS: readonly ProblemCode[] = [...WITH_API_KEY, 'log-unreachable'];
const REFUSED = 409;

/** Some problems as the document tells them, and refusals by the rules of a sale. */
export const problemsOf = (codes: readonly ProblemCode[], refusals: readonly RefusalCode[] = []): Node =>
  problemResponses([
    ...codes.map((code) => [code, PROBLEMS[code]] as const),
    ...refusals.map((code) => [code, [REFUSED, REFUSALS[code]]] as const),
  ]);
