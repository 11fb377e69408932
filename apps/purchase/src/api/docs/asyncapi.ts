import { z } from 'zod';
import { REFUSALS } from '#shared/domain/refusal.js';
import * as commands from '#shared/domain/sale/commands.js';
import * as payments from '#shared/domain/sale/payments/commands.js';
import { KEY_PATTERN, TENANT_PATTERN } from '#shared/kernel/ids.js';
import { Problem } from '#shared/platform/http/docs/openapi-problems.js';
import { VERSION } from '#shared/platform/process/version.js';
import * as answers from '../../operations/answers.js';
import * as events from '../../operations/event/requests.js';
import { isMutation, type Operation } from '../../operations/operation.js';
import { operations } from '../../operations/operations.js';
import * as webhooks from '../../operations/webhook/requests.js';
import { NOTHING_IS_PROMISED, PROBLEMS, type ProblemCode } from '../../requests/answer.js';
import { KEY_IS_KEPT } from '../../requests/idempotency-key.js';

type Json = Readonly<Record<string, unknown>>;

const SCHEMA_DIALECT = 'draft-7'; // AsyncAPI's own schema objects are a superset of it
/** The queue group of the NATS services framework: one of all instances answers. */
const QUEUE = 'q';
const OK = 200;

const ref = (path: string): Json => ({ $ref: `#/${path}` });
const text = (description: string, more: Json = {}): Json => ({ type: 'string', description, ...more });
const fixed = (value: string): Json => ({ type: 'string', const: value });

/** Schemas by their exported name; two names of one schema become one. Names of partial schemas begin with a small letter. */
const NAMED = new Map(
  Object.entries({ ...commands, ...payments, ...webhooks, ...events, ...answers, Problem }).flatMap(([name, value]) =>
    value instanceof z.ZodType && /^[A-Z]/.test(name) ? [[value as z.ZodType, name]] : [],
  ),
);

function schemaOf(schema: z.ZodType): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: SCHEMA_DIALECT, io: 'input' });
  return rest;
}

const nameOf = (schema: z.ZodType): string | undefined => NAMED.get(schema) ?? schema.meta()?.title;

function payloadOf(schema: z.ZodType): Json {
  const name = nameOf(schema);
  return name === undefined ? schemaOf(schema) : ref(`components/schemas/${name}`);
}

const titled = (): (readonly [z.ZodType, string])[] =>
  operations().flatMap(({ answer }) => {
    const name = nameOf(answer);
    return name === undefined ? [] : [[answer, name] as const];
  });
const schemas = (): Json => Object.fromEntries([...NAMED, ...titled()].map(([schema, name]) => [name, schemaOf(schema)]));

const TRACE = { traceparent: text('W3C trace context.') };
const KEY = {
  'Idempotency-Key': text(
    `1 to 255 printable characters. The same key and request have the same answer for ever; X-Idempotency-Key is an alias. ${KEY_IS_KEPT}`,
    {
      pattern: KEY_PATTERN.source,
    },
  ),
};
const REPLAYED = {
  'Idempotent-Replayed': text('"true": the answer of an earlier request with this key, byte for byte.', { enum: ['true'] }),
};
const RETRY = { 'Retry-After': text('Seconds.', { pattern: '^\\d+$' }) };

const headersOf = (properties: Json, required: readonly string[] = []): Json => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required }),
});
const answered = (status: readonly number[], contentType: string, more: Json): Json =>
  headersOf({ 'Admit-Status': { type: 'string', enum: status.map(String) }, 'Content-Type': fixed(contentType), ...more }, [
    'Admit-Status',
    'Content-Type',
  ]);

const problemHeaders = (statuses: readonly number[], more: Json): Json =>
  answered(statuses, 'application/problem+json', {
    ...more,
    'Nats-Service-Error-Code': { type: 'string', enum: statuses.map(String) },
    'Nats-Service-Error': text('The title of the problem.'),
  });

const problemPayload = (codes: readonly string[]): Json => ({
  allOf: [ref('components/schemas/Problem'), { properties: { code: { enum: codes } } }],
});

const QUERY_PROBLEMS: readonly ProblemCode[] = [
  'tenant-refused',
  'tenant-malformed',
  'body-malformed',
  'body-invalid',
  'body-too-large',
  'sale-unknown',
  'log-unreachable',
  'fault',
];
const MUTATION_PROBLEMS: readonly ProblemCode[] = [
  ...QUERY_PROBLEMS,
  'key-missing',
  'key-malformed',
  'key-personal',
  'keys-differ',
  'in-progress',
  'key-reused',
  'too-many-waiting',
  'dead-lettered',
];

/** Problems that no decision causes; none of them uses up the idempotency key. */
export function natsProblems(operation: Operation): readonly ProblemCode[] {
  const { problems = [] } = operation;
  if (!isMutation(operation)) return [...QUERY_PROBLEMS, ...problems];
  return [...MUTATION_PROBLEMS.filter((code) => operation.opensSale !== true || code !== 'sale-unknown'), ...problems];
}

function requestMessages(operation: Operation): Json {
  const { name, schema, summary } = operation;
  const headers = isMutation(operation) ? headersOf({ ...KEY, ...TRACE }, ['Idempotency-Key']) : headersOf(TRACE);
  return { request: { name: `${name}.request`, summary, headers, payload: payloadOf(schema) } };
}

function replyMessages(operation: Operation): Json {
  const { name, answer } = operation;
  const problems = natsProblems(operation);
  const statuses = [...new Set(problems.map((code) => PROBLEMS[code][0] as number))].sort();
  return {
    done: {
      name: `${name}.done`,
      headers: isMutation(operation) ? answered([operation.status], 'application/json', REPLAYED) : answered([OK], 'application/json', {}),
      payload: payloadOf(answer),
    },
    ...(isMutation(operation) && {
      accepted: {
        name: `${name}.accepted`,
        summary: NOTHING_IS_PROMISED,
        headers: answered([202], 'application/json', RETRY),
        payload: payloadOf(answers.InProcess),
      },
      refused: {
        name: `${name}.refused`,
        summary: 'Decided against. The key holds this answer; another try needs another key.',
        headers: problemHeaders([409], REPLAYED),
        payload: problemPayload(operation.refusals),
      },
    }),
    problem: {
      name: `${name}.problem`,
      summary: 'Not decided.',
      headers: problemHeaders(statuses, RETRY),
      payload: problemPayload(problems),
    },
  };
}

const replyOf = (name: string): string => `${name}.reply`;

function channelsOf(operation: Operation): [string, Json][] {
  const { name } = operation;
  return [
    [
      name,
      {
        address: `admit.{tenant}.${name}`,
        parameters: { tenant: ref('components/parameters/tenant') },
        messages: requestMessages(operation),
      },
    ],
    [replyOf(name), { address: null, description: 'The reply subject of the request.', messages: replyMessages(operation) }],
  ];
}

function operationOf(operation: Operation): [string, Json] {
  const { name, summary } = operation;
  const reply = replyOf(name);
  const messages = isMutation(operation) ? ['done', 'accepted', 'refused', 'problem'] : ['done', 'problem'];
  return [
    name,
    {
      action: 'receive',
      summary,
      channel: ref(`channels/${name}`),
      messages: [ref(`channels/${name}/messages/request`)],
      reply: { channel: ref(`channels/${reply}`), messages: messages.map((message) => ref(`channels/${reply}/messages/${message}`)) },
      bindings: { nats: { queue: QUEUE, bindingVersion: '0.1.0' } },
    },
  ];
}

const CODES: Json = {
  ...Object.fromEntries(Object.entries(REFUSALS).map(([code, title]) => [code, { status: 409, title }])),
  ...Object.fromEntries(Object.entries(PROBLEMS).map(([code, [status, title]]) => [code, { status, title }])),
};

/** The NATS API as an AsyncAPI 3 document; `npm run docs` writes it to docs/asyncapi.json. */
export function asyncapi(): Json {
  const all = operations();
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'admit-one over NATS',
      version: VERSION,
      description:
        'Sells every ticket once and mints every ticket once. Request/reply with JSON bodies; the status is a header. ' +
        'Everything that happens to a tenant can be followed by pages with event.list; over HTTP it is a stream, GET /v1/events. ' +
        "Nest's ClientProxy may send its own envelope {pattern, data, id} instead of the bare body.",
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    servers: {
      nats: {
        host: '{host}',
        protocol: 'nats',
        description: 'Each tenant has an account of its own, which may publish to its own subjects and to nothing else.',
        variables: { host: { default: '127.0.0.1:4222', description: 'Host and port of a NATS server.' } },
      },
    },
    channels: Object.fromEntries(all.flatMap(channelsOf)),
    operations: Object.fromEntries(all.map(operationOf)),
    components: {
      parameters: { tenant: { description: `The organiser: ${TENANT_PATTERN.source}` } },
      schemas: schemas(),
      'x-problem-codes': CODES,
    },
  };
}
