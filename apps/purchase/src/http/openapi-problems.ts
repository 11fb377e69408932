import { REFUSALS, type RefusalCode } from '#shared/domain/refusal.js';
import { PROBLEMS, type ProblemCode } from '../answer.js';

/** A piece of a JSON document. */
export type Node = Readonly<Record<string, unknown>>;

/** What may come of anything that wants an API key. */
export const ALWAYS: readonly ProblemCode[] = [
  'unauthorized',
  'tenant-refused',
  'too-many-requests',
  'log-unreachable',
  'stopping',
  'fault',
];
const REFUSED = 409;
const WITH_RETRY_AFTER: readonly number[] = [REFUSED, 429, 500, 503];

export const reference = (name: string): Node => ({ $ref: `#/components/schemas/${name}` });
export const text = (description: string, more: Node = {}): Node => ({ description, schema: { type: 'string', ...more } });
export const retryAfter: Node = { description: 'Seconds after which to ask again.', schema: { type: 'integer', minimum: 1 } };

/** The statuses of some problems, and of refusals by the rules of a sale, each with the codes that it may have. */
export function problemResponses(codes: readonly ProblemCode[], refusals: readonly RefusalCode[] = []): Node {
  const byStatus = new Map<number, [code: string, title: string][]>();
  const add = (status: number, code: string, title: string): void =>
    void byStatus.set(status, [...(byStatus.get(status) ?? []), [code, title]]);
  for (const code of new Set(codes)) add(PROBLEMS[code][0], code, PROBLEMS[code][1]);
  for (const code of refusals) add(REFUSED, code, REFUSALS[code]);
  const responses = [...byStatus].map(([status, some]) => [
    status,
    {
      description: some.map(([code, title]) => `\`${code}\`: ${title}`).join('\n\n'),
      ...(WITH_RETRY_AFTER.includes(status) && { headers: { 'Retry-After': retryAfter } }),
      content: {
        'application/problem+json': {
          schema: {
            allOf: [reference('Problem'), { properties: { status: { const: status }, code: { enum: some.map(([code]) => code) } } }],
          },
        },
      },
    },
  ]);
  return Object.fromEntries(responses) as Node;
}
