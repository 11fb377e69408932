import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { REFUSALS } from '#shared/domain/refusal.js';
import { pageAsset } from '#shared/platform/http/docs/api-page.js';
import { Problem } from '#shared/platform/http/docs/openapi-problems.js';
import { MAX_HEADER_BYTES } from '#shared/platform/http/http-server.js';
import { ANSWER_EXAMPLES } from '../../apps/purchase/src/api/docs/answer-examples.js';
import { MAX_IN_FLIGHT_PER_TENANT } from '../../apps/purchase/src/api/docs/idempotency-policy.js';
import { EVENT_STREAM_LIMITS } from '../../apps/purchase/src/api/http/event-stream-limits.js';
import { PUBLIC_ROUTES } from '../../apps/purchase/src/api/http/http-api.module.js';
import { methodOf, routes } from '../../apps/purchase/src/api/http/routes.js';
import { InProcess } from '../../apps/purchase/src/operations/answers.js';
import { isMutation, isSetting } from '../../apps/purchase/src/operations/operation.js';
import { operations as allOperations } from '../../apps/purchase/src/operations/operations.js';
import { DECISION_TIMEOUT_MS, MAX_WAITING_PER_SALE } from '../../apps/purchase/src/requests/intake.js';
import { MAX_BODY_BYTES, MAX_OPENING_BYTES } from '../../apps/purchase/src/requests/request-body.js';
import { projectFolder } from '../../dev/processes/project.js';
import { pairFor } from '../harness/every-mutation.js';
import { addressOf, HttpCaller } from '../harness/http-caller.js';
import { logMint, type Minted } from '../stages/logged-mint.js';
import { Shop } from '../stages/shop.js';

interface Operation {
  readonly operationId: string;
  readonly security?: readonly unknown[];
  readonly tags: readonly string[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly required?: boolean; readonly example?: unknown }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: object; readonly example: object } } };
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, { readonly example?: object }>> }>
  >;
}
interface OpenApi {
  readonly openapi: string;
  readonly info: { readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

let document: OpenApi;
let operations: (Operation & { readonly method: string; readonly path: string })[];

const shop = Shop.forTests('http-docs', { environment: { TENANT_RATE: '2000', TENANT_BURST: '4000' } });
beforeAll(async () => {
  document = (await shop.demoWeb.get('/docs/json')).body as unknown as OpenApi;
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ ...operation, method: method.toUpperCase(), path })),
  );
});

const written = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

describe('[minting AE4] the OpenAPI document', () => {
  it('is one of OpenAPI 3.1, of this version', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document) as unknown as Record<string, unknown>);
    expect([valid, errors ?? []]).toEqual([true, []]);
    expect(document.openapi).toBe('3.1.0');
    const { version } = JSON.parse(readFileSync(join(projectFolder(), 'package.json'), 'utf8')) as { version: string };
    expect(document.info.version).toBe(version);
  });

  it('holds every route that is served, and nothing else', () => {
    const server = shop.app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
    const said = operations.map(({ method, path }) => `${method} ${written(path)}`).sort();
    for (const { method, path } of operations)
      expect([path, server.hasRoute({ method: method as 'GET', url: written(path) })]).toEqual([path, true]);
    const served = [...server.printRoutes({ commonPrefix: false }).matchAll(/(\S+) \(([A-Z, ]+)\)/g)].flatMap(([, , methods = '']) =>
      methods.split(', ').filter((method) => !['HEAD'].includes(method)),
    );
    expect(served.length).toBe(said.length);
    expect(said).toEqual(expect.arrayContaining(routes().map((route) => `${methodOf(route)} ${route.http.path}`)));
  });

  it('documents for every operation whether it requires an API key, as observed', async () => {
    const nobody = new HttpCaller(shop.demoWeb.url, 'demo', '');
    for (const { method, path, security } of operations) {
      const open = security?.length === 0;
      expect([path, PUBLIC_ROUTES.has(written(path))]).toEqual([path, open]);
      const { status } = await nobody.ask(method, path.replace(/\{\w+\}/g, 'x'), method === 'POST' ? { body: {}, key: 'k' } : {});
      if (!open) expect([path, status]).toEqual([path, 401]);
    }
  });

  it('lists every status that an operation was seen to answer, each with its codes', async () => {
    await shop.demoWeb.open('listed', { quota: 5 });
    const [{ ticket }] = (await shop.demoWeb.place('listed', { quantity: 1, buyer: 'early' })).body.tickets as [{ ticket: string }];
    const seen = [
      ['order.place', await shop.demoWeb.askFor('order.place', { sale: 'listed', buyer: 'b', quantity: 1 })],
      ['order.place', await shop.demoWeb.askFor('order.place', { sale: 'listed', buyer: 'b', quantity: 'x' }, 'k')],
      ['order.place', await shop.demoWeb.askFor('order.place', { sale: 'listed', buyer: 'b', quantity: 6 }, 'k')],
      ['order.place', await shop.demoWeb.askFor('order.place', { sale: 'listed', buyer: 'c', quantity: 6 }, 'k')],
      ['order.place', await shop.demoWeb.askFor('order.place', { sale: 'nowhere', buyer: 'b', quantity: 1 }, 'k')],
      ['order.place', await shop.demoWeb.askFor('order.place', 'x'.repeat(MAX_BODY_BYTES + 1), 'k')],
      ['order.place', await shop.demoWeb.askFor('order.place', '{}', 'k', { 'Content-Type': 'text/plain' })],
      ['order.get', await shop.demoWeb.askFor('order.get', { sale: 'listed' })],
      ['ticket.get', await shop.demoWeb.askFor('ticket.get', { sale: 'listed' })],
      ['ticket.receipt', await shop.demoWeb.askFor('ticket.receipt', { sale: 'listed', ticket })],
    ] as const;
    for (const [operation, response] of seen) {
      expect(Problem.parse(response.body)).toBeDefined();
      const responses = operations.find(({ operationId }) => operationId === operation)?.responses ?? {};
      expect([operation, response.status, responses[response.status]?.description]).toEqual([
        operation,
        response.status,
        expect.stringContaining(`\`${response.body.code}\``),
      ]);
    }
    const refused = operations.map(({ responses }) => responses['409']?.description).join('\n');
    expect(Object.keys(REFUSALS).filter((code) => !refused.includes(`\`${code}\``))).toEqual([]);
  });

  it('describes the answers: every answer of every row has its shape, and its example is a request', async () => {
    for (const route of routes()) {
      if (!isMutation(route)) continue;
      const { body } = await pairFor(route.name, `shape-${route.name.replace('.', '-')}`, shop.demo);
      const response = await shop.demoWeb.askFor(route.name, body, 'key');
      expect([route.name, response.status]).toEqual([route.name, route.status]);
      route.answer.parse(response.body);
    }
    const placed = await shop.demoWeb.place('shape-order-place', { quantity: 1, buyer: 'other' });
    const [{ ticket, unit }] = placed.body.tickets as [{ ticket: string; unit: string }];
    const of = { sale: 'shape-order-place', order: placed.body.order, ticket };
    await logMint(shop.log.admin, { tenant: 'demo', unit, wallet: 'w', ...of } as Minted);
    const isLast = (name: string): boolean => name === 'webhook.remove';
    const settings = routes().filter(isSetting);
    for (const route of [...settings.filter(({ name }) => !isLast(name)), ...settings.filter(({ name }) => isLast(name))]) {
      if (isLast(route.name))
        for (const query of routes().filter((one) => !isMutation(one) && !isSetting(one))) {
          const response = await shop.demoWeb.get(addressOf(query.name, { ...of, endpoint: 'crm' }).path);
          expect([query.name, response.status]).toEqual([query.name, 200]);
          query.answer.parse(response.body);
        }
      const response = await shop.demoWeb.askFor(route.name, { endpoint: 'crm', ...route.http.example });
      expect([route.name, response.status]).toEqual([route.name, 200]);
      route.answer.parse(response.body);
    }
    for (const route of routes()) if (isMutation(route)) route.schema.parse({ ...examplePath(route.http.path), ...route.http.example });
  });

  const examplePath = (path: string): object =>
    Object.fromEntries(
      [...path.matchAll(/:([a-z]+)/g)].map(([, part]) => [part, part === 'order' ? `ord_${'a'.repeat(26)}` : 'gala-2027']),
    );

  it('documents the validated schemas: they refuse a missing or an unknown member as the service does', () => {
    for (const route of routes()) {
      if (!isMutation(route)) continue;
      const { schema } = operations.find(({ operationId }) => operationId === route.name)?.requestBody?.content['application/json'] ?? {};
      const whole = z.toJSONSchema(route.schema, { io: 'input' }) as { readonly required?: readonly string[] };
      expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
      const left = (whole.required ?? []).filter((member) => !route.http.path.includes(`:${member}`));
      expect([route.name, (schema as { required: string[] }).required]).toEqual([route.name, left]);
    }
  });
});

describe('the page at /docs', () => {
  const addresses = (html: string): string[] => [...html.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, address = '']) => address);

  it('loads scripts and styles from this app alone, and no policy or part of it permits another host', async () => {
    const page = await shop.demoWeb.get('/docs');
    expect([page.status, page.headers.get('Content-Type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.text).not.toMatch(/https?:|<script>|\son\w+=/i);
    const policy = page.headers.get('Content-Security-Policy') ?? '';
    expect(policy).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(policy).not.toMatch(/unsafe-eval|https?:|\*/);
    expect(addresses(page.text)).toHaveLength(6);
    const nobody = new HttpCaller(shop.demoWeb.url, 'demo', '');
    for (const address of addresses(page.text)) expect([address, (await nobody.get(`/${address}`)).status]).toEqual([address, 200]);
    expect((await nobody.get('/docs/assets/package.json')).status).toBe(404);
    expect((await nobody.get('/docs/assets/..%2fpackage.json')).status).toBe(404);
  });

  it('has half a megabyte, compressed, which the process keeps after the first visit alone', async () => {
    const names = ['swagger-ui-bundle.js', 'swagger-ui.css', 'page.js', 'page.css'];
    const assets = await Promise.all(names.map((name) => pageAsset(name)));
    expect(assets.reduce((sum, asset) => sum + (asset?.gzip.length ?? 0), 0)).toBeLessThan(600_000);
    expect(await pageAsset('swagger-ui.css')).toBe(assets[1]);
  });

  it('explains authentication and keys first, then sales, orders and tickets', () => {
    const { description } = document.info;
    expect([...description.matchAll(/^## (.+)$/gm)].map(([, title]) => title)).toEqual(['Authentication', 'Idempotency', 'Errors']);
    expect(document.tags.map(({ name }) => name)).toEqual(['sale', 'order', 'ticket', 'event', 'webhook', 'payment', 'service']);
    const unlisted = operations.filter(({ tags }) => !document.tags.some(({ name }) => name === tags[0]));
    expect(unlisted.map(({ operationId }) => operationId)).toEqual([]);
  });

  it('has an example of every request and every answer of an operation, which their schemas accept', () => {
    for (const route of routes()) {
      const { parameters = [], responses } = operations.find(({ operationId }) => operationId === route.name) ?? { responses: {} };
      const required = parameters.filter((one) => one.required === true && one.example === undefined);
      expect([route.name, required]).toEqual([route.name, []]);
      const successes = Object.entries(responses).filter(([status]) => /^2/.test(status));
      const examples = successes.map(([, { content }]) => content?.['application/json']?.example);
      expect([route.name, examples.length]).toEqual([route.name, isMutation(route) ? 2 : 1]);
      expect([route.name, route.answer.safeParse(examples[0]).error?.issues]).toEqual([route.name, undefined]);
    }
    expect(InProcess.safeParse(ANSWER_EXAMPLES.InProcess).success).toBe(true);
  });

  it('shows another key for each operation, for the scope of a key is a sale', () => {
    const parameters = operations.flatMap((operation) => operation.parameters ?? []);
    const keys = parameters.flatMap(({ name, example }) => (name === 'Idempotency-Key' ? [example] : []));
    expect(keys.length).toBeGreaterThan(5);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe('the page of the contract over NATS', () => {
  it('shows every operation with its problems and schemas, and runs nothing', async () => {
    const { text, headers } = await shop.demoWeb.get('/docs/nats');
    for (const { name } of allOperations()) expect(text).toContain(`<code>admit.{tenant}.${name}</code>`);
    for (const [, schema] of text.matchAll(/href="#(\w+)"/g)) expect(text).toContain(`<details id="${schema}">`);
    expect(text).not.toMatch(/<script|<link|<img|\ssrc=|\son\w+=/i);
    expect(headers.get('Content-Security-Policy')).toMatch(/^default-src 'none'; style-src 'sha256-/);
    const written = JSON.parse(readFileSync(join(projectFolder(), 'docs/asyncapi.json'), 'utf8')) as object;
    expect((await shop.demoWeb.get('/docs/nats/json')).body).toEqual(written);
  });
});

describe('[minting AE4] the policy of keys', () => {
  it('documents the limits in effect', async () => {
    const { body } = await shop.demoWeb.get('/.well-known/idempotency.json');
    expect(body.bounds).toEqual({
      bodyBytes: MAX_BODY_BYTES,
      bodyBytesOfOpening: MAX_OPENING_BYTES,
      headerBytes: MAX_HEADER_BYTES,
      decisionTimeoutMs: DECISION_TIMEOUT_MS,
      undecidedRequestsPerSale: MAX_WAITING_PER_SALE,
      requestsUnderWayPerTenant: MAX_IN_FLIGHT_PER_TENANT,
      requestsPerSecondPerTenant: 2_000,
      requestsAtOncePerTenant: 4_000,
      eventStreamsPerTenant: EVENT_STREAM_LIMITS.perTenant,
      boundsAreOf: 'one process',
    });
  });
});
