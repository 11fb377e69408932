import { z } from 'zod';
import { type Node, Problem } from './openapi-problems.js';

export interface Described {
  readonly version: string;
  readonly summary: string;
  readonly description: string;
  readonly paths: Readonly<Record<string, object>>;
  /** The response schemas, each with its title. */
  readonly shapes: readonly z.ZodType[];
  /** The groups of operations, in the order in which the page shows them. */
  readonly tags: readonly { readonly name: string; readonly description: string }[];
}

/** Introduction for callers; the app's own description follows it. */
const AUTHENTICATION = `## Authentication

Every request has the header \`Authorization: Bearer <API key>\`. \`admit tenant create\` shows a tenant's key once. With \`npm start\` the key of the tenant demo is
\`ADMIT_API_KEY\` in \`.admit/stack.env\`, and the printed address of this page contains it. Otherwise press **Authorize** and paste the key. The page keeps it until it is closed.
A missing or revoked key is answered 401, a disabled tenant 403. A tenant sees its own sales, orders and events and no others.`;

const ERRORS = `## Errors

Every status from 400 on is \`application/problem+json\` (RFC 9457) with a stable \`code\`. Branch on the code. 429, 500 and 503 have \`Retry-After\`: send the same request again.`;

/** An OpenAPI document around the paths of one app. */
export const openApi = ({ version, summary, description, paths, shapes, tags }: Described): Node => ({
  openapi: '3.1.0',
  info: {
    title: 'admit-one',
    version,
    summary,
    description: [AUTHENTICATION, description, ERRORS].join('\n\n'),
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  security: [{ apiKey: [] }],
  tags: [...tags, { name: 'service', description: 'Documents and health; they need no API key.' }],
  paths: { ...paths, ...openPaths },
  components: {
    securitySchemes: { apiKey: { type: 'http', scheme: 'bearer', description: 'The API key that `admit tenant create` showed once.' } },
    schemas: Object.fromEntries([...shapes, Problem].map((shape) => [titleOf(shape), jsonSchema(shape)])),
  },
});

export const titleOf = (shape: z.ZodType): string => String(shape.meta()?.title);

export const jsonAnswer = (description: string): Node => ({ description, content: { 'application/json': { schema: { type: 'object' } } } });

/** Needs no API key. */
export const openOperation = (operationId: string, summary: string, responses: Node): Node => ({
  get: { operationId, summary, tags: ['service'], security: [], responses },
});

function jsonSchema(shape: z.ZodType): Node {
  const { $schema, ...schema } = z.toJSONSchema(shape, { io: 'output' }) as Node;
  return schema;
}

export const page = (description: string): Node => ({ description, content: { 'text/html': { schema: { type: 'string' } } } });

/** Routes of every app. */
const openPaths = {
  '/docs': openOperation('docs', 'Open this page', { 200: page('A page that tries the operations.') }),
  '/docs/assets/{name}': {
    get: {
      ...(openOperation('docs.asset', 'Load a part of this page', { 200: { description: 'A script or stylesheet, in gzip.' } })
        .get as Node),
      parameters: [
        { name: 'name', in: 'path', required: true, description: 'As the page names it.', schema: { type: 'string' }, example: 'page.js' },
      ],
    },
  },
  '/docs/json': openOperation('docs.json', 'Read this document', { 200: jsonAnswer('OpenAPI 3.1.') }),
  '/health/live': openOperation('health.live', 'Checks whether the process runs', { 200: jsonAnswer('It does.') }),
  '/health/ready': openOperation('health.ready', 'Checks whether all dependencies respond', {
    200: jsonAnswer('It does.'),
    503: jsonAnswer('Something does not. The reason is shown on the port of health and metrics.'),
  }),
};
