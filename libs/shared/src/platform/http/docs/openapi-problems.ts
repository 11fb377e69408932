import { z } from 'zod';
import type { HttpProblem, ProblemKind } from '../answer.js';

/** A piece of a JSON document. */
export type Node = Readonly<Record<string, unknown>>;

/** Every response with a status from 400 on. */
export const Problem = z
  .looseObject({
    type: z.string().regex(/^urn:admit-one:problem:/),
    title: z.string(),
    status: z.number().int().min(400).max(599),
    code: z.string(),
    detail: z.string().optional(),
    errors: z.array(z.strictObject({ pointer: z.string(), detail: z.string() })).optional(),
  })
  .meta({ title: 'Problem' });

/** Problems of every operation that needs an API key. */
export const WITH_API_KEY = [
  'unauthorized',
  'tenant-refused',
  'too-many-requests',
  'stopping',
  'fault',
] as const satisfies readonly HttpProblem[];
const WITH_RETRY_AFTER: readonly number[] = [409, 429, 500, 503];

export const reference = (name: string): Node => ({ $ref: `#/components/schemas/${name}` });
export const text = (description: string, more: Node = {}): Node => ({ description, schema: { type: 'string', ...more } });
export const retryAfter: Node = { description: 'Seconds to wait before a retry.', schema: { type: 'integer', minimum: 1 } };

/** The statuses of some problems, each with its possible codes. */
export function problemResponses(problems: readonly (readonly [code: string, kind: ProblemKind])[]): Node {
  const byStatus = new Map<number, Map<string, string>>(); // one code may be both a 404 and a refusal
  for (const [code, [status, title]] of problems)
    byStatus.set(status, (byStatus.get(status) ?? new Map<string, string>()).set(code, title));
  const responses = [...byStatus].map(([status, codes]) => [
    status,
    {
      description: [...codes].map(([code, title]) => `\`${code}\`: ${title}`).join('\n\n'),
      ...(WITH_RETRY_AFTER.includes(status) && { headers: { 'Retry-After': retryAfter } }),
      content: {
        'application/problem+json': {
          schema: {
            allOf: [reference('Problem'), { properties: { status: { const: status }, code: { enum: [...codes.keys()] } } }],
          },
        },
      },
    },
  ]);
  return Object.fromEntries(responses) as Node;
}
