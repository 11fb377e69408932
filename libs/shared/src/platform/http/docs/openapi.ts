import { z } from 'zod';
import { type Node, Problem } from './openapi-problems.js';

export interface Described {
  readonly version: string;
  readonly summary: string;
  readonly description: string;
  readonly paths: Readonly<Record<string, object>>;
  /** The response schemas, each with its title. */
  readonly shapes: readonly z.ZodType[];
}

/** An OpenAPI document around the paths of one app. */
export const openApi = ({ version, summary, description, paths, shapes }: Described): Node => ({
  openapi: '3.1.0',
  info: { title: 'admit-one', version, summary, description, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
  servers: [{ url: '/' }],
  security: [{ apiKey: [] }],
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

/** Routes of every app. */
const openPaths = {
  '/docs': openOperation('docs', 'This document as HTML', {
    200: { description: 'A page.', content: { 'text/html': { schema: { type: 'string' } } } },
  }),
  '/docs/json': openOperation('docs.json', 'This document', { 200: jsonAnswer('OpenAPI 3.1.') }),
  '/health/live': openOperation('health.live', 'Whether the process runs', { 200: jsonAnswer('It does.') }),
  '/health/ready': openOperation('health.ready', 'Whether everything it needs answers', {
    200: jsonAnswer('It does.'),
    503: jsonAnswer('Something does not. The reason is shown on the port of health and metrics.'),
  }),
};
