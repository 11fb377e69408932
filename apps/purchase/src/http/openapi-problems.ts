import { REFUSALS } from '#shared/domain/refusal.js';
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

const known = (code: string): readonly [status: number, title: string] =>
  code in PROBLEMS ? PROBLEMS[code as ProblemCode] : [REFUSED, (REFUSALS as Readonly<Record<string, string>>)[code] ?? ''];

/** The statuses of some problems, each with the codes that it may have. */
export function problemResponses(codes: readonly string[]): Node {
  const byStatus = new Map<number, string[]>();
  for (const code of codes) byStatus.set(known(code)[0], [...(byStatus.get(known(code)[0]) ?? []), code]);
  const responses = [...byStatus].map(([status, some]) => [
    status,
    {
      description: some.map((code) => `\`${code}\`: ${known(code)[1]}`).join('\n\n'),
      ...(WITH_RETRY_AFTER.includes(status) && { headers: { 'Retry-After': retryAfter } }),
      content: {
        'application/problem+json': {
          schema: { allOf: [reference('Problem'), { properties: { status: { const: status }, code: { enum: some } } }] },
        },
      },
    },
  ]);
  return Object.fromEntries(responses) as Node;
}
