import { z } from 'zod';
import { jsonAnswer, openApi, openOperation, titleOf } from '#shared/platform/http/docs/openapi.js';
import { type Node, problemResponses, reference, text, WITH_API_KEY } from '#shared/platform/http/docs/openapi-problems.js';
import { LIMIT_SCHEMA } from '../queries/questions.js';
import { ANSWER_EXAMPLES, EXAMPLE_SALE } from './answer-examples.js';
import { CSV_TYPE, csvLines, csvOf } from './csv.js';
import { DOCUMENT_PATH, IMAGE_PATH } from './documents.controller.js';
import { PROBLEMS, type ProblemCode } from './problems.js';
import { POSITION_HEADER } from './queries.js';
import { ROUTES, type Route } from './routes.js';

const CODES: readonly ProblemCode[] = [
  ...WITH_API_KEY,
  'query-invalid',
  'cursor-unknown',
  'query-too-large',
  'ledger-behind',
  'ledger-unreachable',
];

const READING = `## Reading

A read-only ledger of the log. It may lag behind the log, and may be unavailable while selling continues. Every answer has the \`position\` that the ledger has reached and, for one sale, its
\`version\`: compare it with the version in the answer to an order to read your own write. \`next\` is the \`cursor\` of the next page. With \`Accept: text/csv\` all rows come as CSV.`;

/** The OpenAPI document of the ledger, generated from the routes and their query schemas. */
export const openApiDocument = (version: string): Node =>
  openApi({
    version,
    summary: 'Sold, held, paid and minted tickets, as in the log.',
    tags: [{ name: 'ledger', description: 'Entries, balances, orders, tickets and revenue, in pages or as CSV.' }],
    description: READING,
    paths: {
      ...Object.fromEntries(ROUTES.map((route) => [route.path, { get: operationOf(route) }])),
      [DOCUMENT_PATH.replace(/:(\w+)/g, '{$1}')]: { get: { ...documentOperation, parameters: partsOf(DOCUMENT_PATH) } },
      [IMAGE_PATH.replace(/:(\w+)/g, '{$1}')]: { get: { ...imageOperation, parameters: partsOf(IMAGE_PATH) } },
    },
    shapes: ROUTES.map(({ answer }) => answer),
  });

const otherAnswers = {
  304: { description: 'The version in If-None-Match is current.' },
  ...problemResponses(
    (['document-unknown', 'documents-busy', 'ledger-unreachable', 'stopping', 'fault'] as const).map((code) => [code, PROBLEMS[code]]),
  ),
};

const documentOperation = openOperation('ticket.document', 'Read the metadata document of a ticket, to which the URI of its asset points', {
  200: {
    ...jsonAnswer('Name, symbol, description, attributes. It never changes.'),
    headers: { ETag: text('Its SHA-256, as it was planned.') },
  },
  ...otherAnswers,
}).get as Node;

const imageOperation = openOperation('ticket.image', 'Read the image that is made for a ticket, if its organiser gave none', {
  200: {
    description: 'Sale, category, type and label. It never changes: the address contains its SHA-256.',
    headers: { ETag: text('Its SHA-256.') },
    content: { 'image/svg+xml': { schema: { type: 'string' } } },
  },
  ...otherAnswers,
}).get as Node;

const partsOf = (path: string): Node[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    description: 'As the URI has it.',
    schema: { type: 'string' },
  }));

function operationOf(route: Route): Node {
  const shape = titleOf(route.answer);
  return {
    operationId: route.operation,
    summary: route.summary,
    description: route.description,
    tags: ['ledger'],
    parameters: parametersOf(route),
    responses: {
      200: {
        description: `${shape}.`,
        headers: { [POSITION_HEADER]: text('How far the ledger is: `position` of the body.') },
        content: {
          'application/json': { schema: reference(shape), example: ANSWER_EXAMPLES[shape] },
          [CSV_TYPE]: { schema: csvSchema(route) },
        },
      },
      ...problemResponses(CODES.map((code) => [code, PROBLEMS[code]])),
    },
  };
}

/** With `Accept: text/csv`. */
const csvSchema = ({ answer }: Route): Node => ({
  type: 'string',
  description:
    'Every row that the query selects, without pages: RFC 4180, with a line of names first. A value that begins with =, +, - or @ has an apostrophe in front.',
  examples: [csvLines(csvOf(answer), { [csvOf(answer).list]: [] }, true)],
});

function parametersOf({ query }: Route): Node[] {
  const { properties } = z.toJSONSchema(query, { io: 'input' }) as { readonly properties: Readonly<Record<string, Node>> };
  const known: Readonly<Record<string, Node>> = { limit: LIMIT_SCHEMA };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    ...{ name, in: 'query', description },
    schema: known[name] ?? schema,
    ...(name === 'sale' && { example: EXAMPLE_SALE }),
  }));
}
