import { z } from 'zod';
import { MAX_KEY_LENGTH } from '#shared/kernel/ids.js';
import { openApi, titleOf } from '#shared/platform/http/docs/openapi.js';
import { type Node, reference, retryAfter, text } from '#shared/platform/http/docs/openapi-problems.js';
import { REPLAY_HEADERS } from '#shared/platform/http/reply.js';
import { ADDRESS_PARTS, type AddressPart } from '../../operations/addresses.js';
import { InProcess } from '../../operations/answers.js';
import { isMutation, isSetting, type Setting } from '../../operations/operation.js';
import { NOTHING_IS_PROMISED, type ProblemCode } from '../../requests/answer.js';
import { KEY_HEADERS, KEY_IS_KEPT } from '../../requests/idempotency-key.js';
import { ALWAYS, problemsOf } from '../http/problems-of.js';
import { addressedParts, type MutationRoute, methodOf, partsOf, type Route, routes } from '../http/routes.js';
import { ANSWER_EXAMPLES } from './answer-examples.js';
import { fixedPaths } from './openapi-fixed.js';

const OF_SETTINGS: readonly ProblemCode[] = [
  ...([
    'body-malformed',
    'body-invalid',
    'request-malformed',
    'body-too-large',
    'media-type',
    'request-timeout',
    'headers-too-large',
  ] as const),
];
const OF_MUTATIONS: readonly ProblemCode[] = [
  ...['key-missing', 'key-malformed', 'key-personal', 'keys-differ', 'body-malformed', 'body-invalid', 'request-malformed'],
  ...[
    'in-progress',
    'body-too-large',
    'media-type',
    'key-reused',
    'too-many-waiting',
    'dead-lettered',
    'request-timeout',
    'headers-too-large',
  ],
] as ProblemCode[];

const IDEMPOTENCY = `## Idempotency

Every \`POST\` but those of webhook endpoints needs the header \`Idempotency-Key\`: 1 to ${MAX_KEY_LENGTH} printable characters, chosen by the caller, one for each intent (a cart, a click). Its scope is
the tenant's sale.

| what happened | answer | the key |
|---|---|---|
| accepted | 200 or 201 | holds this answer; the same request gets the same bytes and \`Idempotent-Replayed: true\` |
| refused (sold out, unit taken, limit) | 409 with a code | holds this answer; another attempt needs another key |
| the same key with another body | 422 that names the fields | unchanged |
| not decided yet | 202, or 409 \`in-progress\` | send the same request with the same key again |

Try it: open a sale, place an order, press **Execute** again and see the same bytes. Every operation here is also served over NATS, see the
[page for NATS](docs/nats). [/.well-known/idempotency.json](.well-known/idempotency.json) publishes scope, format and bounds.`;

const TAGS = [
  { name: 'sale', description: 'Open a sale, change its terms, read it and its units.' },
  { name: 'order', description: 'Place, read and end orders.' },
  { name: 'ticket', description: 'Mint tickets, read them and their receipts.' },
  { name: 'event', description: 'Follow what happens.' },
  { name: 'webhook', description: 'Endpoints to which events are sent, signed.' },
  { name: 'payment', description: 'Reports of payment providers. They are signed and need no API key.' },
];

/** The HTTP API as an OpenAPI document, generated from the served operations and the schemas that validate requests. */
export function openApiDocument(version: string): Node {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes()) {
    const path = route.http.path.replace(/:([a-z]+)/g, '{$1}');
    paths[path] = { ...paths[path], [methodOf(route).toLowerCase()]: operationOf(route) };
  }
  Object.assign(paths, fixedPaths());
  return openApi({
    tags: TAGS,
    version,
    summary: 'Sells every ticket once and mints every ticket once.',
    description: IDEMPOTENCY,
    paths,
    shapes: [...new Set(routes().map(({ answer }) => answer)), InProcess],
  });
}

function operationOf(route: Route): Node {
  return {
    operationId: route.name,
    summary: route.summary,
    description: `Over NATS: \`admit.<tenant>.${route.name}\`.`,
    tags: [route.name.split('.')[0]],
    parameters: [...addressParameters(route), ...optionParameters(route), ...headersOf(route)],
    ...((isMutation(route) || isSetting(route)) && { requestBody: requestBody(route) }),
    responses: { ...successes(route), ...problemsOfRoute(route) },
  };
}

const headersOf = (route: Route): readonly Node[] => {
  if (isSetting(route)) return [];
  return isMutation(route) ? keyParameters(route) : [conditional];
};

function problemsOfRoute(route: Route): Node {
  const { problems = [] } = route;
  const unknown = addressedParts(route).map((part) => ADDRESS_PARTS[part].unknown);
  if (isSetting(route)) return problemsOf([...ALWAYS, ...OF_SETTINGS, ...new Set([...unknown, ...problems])]);
  if (!isMutation(route))
    return problemsOf([
      ...ALWAYS,
      ...unknown,
      ...(route.http.query === undefined && route.http.options === undefined ? [] : (['body-invalid'] as const)),
      ...problems,
    ]);
  const sale = route.opensSale === true ? [] : (['sale-unknown'] as const); // only if it is a member of the body
  return problemsOf([...ALWAYS, ...OF_MUTATIONS, ...unknown, ...sale, ...problems], route.refusals);
}

const headerParameter = (name: string, description: string, schema: Node, required = false): Node => ({
  ...{ name, in: 'header', required, description },
  schema: { type: 'string', ...schema },
});
const keyBounds = { minLength: 1, maxLength: MAX_KEY_LENGTH };
/** A key is scoped to a sale, so each operation has its own example key. */
const keyParameters = ({ name }: Route): readonly Node[] => [
  {
    ...headerParameter(KEY_HEADERS[0], `The same request again has the same key, and only it. ${KEY_IS_KEPT}`, keyBounds, true),
    example: `${name.replace('.', '-')}-1`,
  },
  ...KEY_HEADERS.slice(1).map((name) => headerParameter(name, `May be sent in place of ${KEY_HEADERS[0]}.`, keyBounds)),
  headerParameter('traceparent', 'W3C trace context; carried into the log.', {}),
];
const conditional = headerParameter('If-None-Match', 'An ETag that was answered before: 304 if it still holds.', {});

function addressParameters(route: Route): Node[] {
  const parameter = (part: AddressPart, place: 'path' | 'query'): Node => {
    const { pattern, example, is } = ADDRESS_PARTS[part];
    return { name: part, in: place, required: true, description: is, schema: { type: 'string', pattern: pattern.source }, example };
  };
  const inPath = partsOf(route.http.path);
  return addressedParts(route).map((part) => parameter(part, inPath.includes(part) ? 'path' : 'query'));
}

/** Sorted as in the request's schema. */
function optionParameters(route: Route): Node[] {
  if (isMutation(route) || isSetting(route) || route.http.options === undefined) return [];
  const { properties = {} } = z.toJSONSchema(route.schema, { io: 'input' }) as { readonly properties?: Readonly<Record<string, Node>> };
  return Object.keys(route.http.options).map((name) => {
    const { description, ...schema } = properties[name] ?? {};
    return { name, in: 'query', required: false, description, schema };
  });
}

/** The request schema without required members that the path already contains. */
function requestBody({ http: { path, example }, schema }: MutationRoute | Setting): Node {
  const { $schema, ...whole } = z.toJSONSchema(schema, { io: 'input' }) as Node & { readonly required?: readonly string[] };
  const required = (whole.required ?? []).filter((member) => !(partsOf(path) as string[]).includes(member));
  return { required: required.length > 0, content: { 'application/json': { schema: { ...whole, required }, example } } };
}

function successes(route: Route): Node {
  const shape = titleOf(route.answer);
  const content = (name: string): Node => ({ 'application/json': { schema: reference(name), example: ANSWER_EXAMPLES[name] } });
  if (isSetting(route)) return { 200: { description: `${shape}.`, content: content(shape) } };
  if (!isMutation(route)) {
    const headers = { ETag: text('Its version; another whenever anything in it is another.') };
    return {
      200: { description: `${shape}.`, headers, content: content(shape) },
      304: { description: 'The version in If-None-Match is current.', headers },
    };
  }
  const location = { Location: text('Where the outcome can be read.') };
  const replayed = Object.fromEntries(
    REPLAY_HEADERS.map((name) => [name, text('This is the answer of an earlier request.', { const: 'true' })]),
  );
  return {
    [route.status]: { description: `${shape}.`, headers: { ...location, ...replayed }, content: content(shape) },
    202: {
      description: NOTHING_IS_PROMISED,
      headers: { ...location, 'Retry-After': retryAfter },
      content: content('InProcess'),
    },
  };
}
