import { Validator } from '@seriousme/openapi-schema-validator';
import fc from 'fast-check';
import type { FastifyInstance } from 'fastify';
import { ANSWER_EXAMPLES } from '../../apps/ledger/src/http/answer-examples.js';
import { PUBLIC_ROUTES } from '../../apps/ledger/src/http/ledger-api.module.js';
import { ROUTES } from '../../apps/ledger/src/http/routes.js';
import { problemOf } from '../harness/http-caller.js';
import { RunningLedger } from '../stages/ledger-app.js';
import { Shop } from '../stages/shop.js';

/** `FUZZ=long` asks 10,000 times. */
const FUZZ_RUNS = process.env.FUZZ === 'long' ? 10_000 : 1_000;

interface Operation {
  readonly operationId: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: object; readonly description?: string }[];
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

const shop = Shop.forTests('ledger-bad-input');
const ledger = RunningLedger.forTests(shop);
let document: { readonly openapi: string; readonly paths: Readonly<Record<string, { readonly get: Operation }>> };
let operations: (Operation & { readonly path: string })[];

beforeAll(async () => {
  await shop.demoWeb.open('gala', { quota: 10 });
  for (const key of ['one', 'two']) await shop.demoWeb.place('gala', { quantity: 2 }, key);
  await ledger.catchesUp();
  document = (await ledger.demo.get('/docs/json')).body as unknown as typeof document;
  operations = Object.entries(document.paths).map(([path, { get }]) => ({ ...get, path }));
});

const asked = (): (Operation & { readonly path: string })[] => operations.filter(({ path }) => path.startsWith('/v1/ledger'));
const NAME = 'must be 1 to 64 of A-Z a-z 0-9 _ -';
const LIMIT = 'must be 1 to 1000';
const TIME = 'must be a time such as 2027-01-01T00:00:00Z';
const STATUS = expect.stringContaining('expected one of');
const ACCOUNT = expect.stringContaining('must be one of opened');
const PLACE: Bad = [
  ['x', 'cursor-unknown'],
  ['x'.repeat(48), 'cursor-unknown'],
  ['', expect.anything()],
  ['x'.repeat(401), expect.anything()],
];

/** Invalid values of a member, each with its error text. */
type Bad = readonly (readonly [value: string, told: string | ReturnType<typeof expect.anything>])[];
const BAD: Readonly<Record<string, Bad>> = {
  sale: [
    ['', NAME],
    ['a.b', NAME],
    ['a b', NAME],
    ['*', NAME],
    ['>', NAME],
    ['x'.repeat(65), NAME],
    ["' or 1=1 --", NAME],
    ['\u0000', NAME],
  ],
  order: [
    ['', expect.anything()],
    ['ord_1', 'must be an order such as ord_ and 26 letters'],
    [`tkt_${'a'.repeat(26)}`, expect.anything()],
  ],
  ticket: [
    ['tkt_1', 'must be a ticket such as tkt_ and 26 letters'],
    [`tkt_${'A'.repeat(26)}`, expect.anything()],
  ],
  buyer: [
    ['', NAME],
    ['an.na@example.org', NAME],
    ['\ud83d\ude00', NAME],
  ],
  wallet: [
    ['0OIl', expect.stringContaining('base58')],
    ['', expect.anything()],
  ],
  status: [
    ['', STATUS],
    ['HELD', STATUS],
    ['nothing', STATUS],
  ],
  unitOfAccount: [
    ['', expect.anything()],
    ['eur', expect.stringContaining('a currency')],
    ['tickets:', expect.anything()],
    ['tickets:a.b', expect.anything()],
  ],
  account: [
    ['', ACCOUNT],
    ['cash', ACCOUNT],
    ['sold%', ACCOUNT],
    ['__proto__', ACCOUNT],
  ],
  limit: [
    ['0', LIMIT],
    ['1001', LIMIT],
    ['-1', LIMIT],
    ['1e2', LIMIT],
    ['1.5', LIMIT],
    ['', LIMIT],
    [' 5', LIMIT],
    ['99999', LIMIT],
    ['ten', LIMIT],
  ],
  cursor: PLACE,
  after: PLACE,
  upTo: PLACE,
  at: PLACE,
  afterTime: [
    ['', TIME],
    ['yesterday', TIME],
    ['2027-13-01T00:00:00Z', TIME],
    ['2027-01-01', TIME],
    ['0000-01-01T00:00:00Z', 'must be a time since 1970'],
  ],
  upToTime: [
    ['1', TIME],
    ['2027-01-01T00:00:00', TIME],
    ['1969-12-31T23:59:59Z', 'must be a time since 1970'],
  ],
  atTime: [
    ['now', TIME],
    ['2027-01-01T25:00:00Z', TIME],
  ],
};

describe('a query of the ledger is refused, with the name of the error', () => {
  it('with members outside of the documented schema, in every operation', async () => {
    for (const { path, parameters = [], responses } of asked()) {
      for (const { name } of parameters) {
        expect([name, BAD[name]?.length]).toEqual([name, expect.any(Number)]); // a new member must list its invalid values here
        for (const [value, told] of BAD[name] ?? []) {
          const body = problemOf(await ledger.demo.get(`${path}?${name}=${encodeURIComponent(value)}`));
          const detail = told === 'cursor-unknown' ? expect.any(String) : told;
          const code = told === 'cursor-unknown' ? told : 'query-invalid';
          expect([path, value, body]).toEqual([path, value, expect.objectContaining({ status: 400, code })]);
          expect(body.errors).toEqual([{ pointer: `query:${name}`, detail }]);
          expect(responses['400']?.description).toContain(`\`${code}\``);
        }
      }
    }
  });

  it('whose members are half a character, which has no UTF-8, in every operation', async () => {
    for (const { path, parameters = [] } of asked()) {
      for (const { name } of parameters) {
        const body = problemOf(await ledger.demo.get(`${path}?${name}=%ED%A0%80`));
        expect([path, name, body]).toEqual([path, name, expect.objectContaining({ status: 400 })]);
        expect(body.errors).toEqual([{ pointer: `query:${name}`, detail: expect.any(String) }]);
      }
    }
  });

  it('with members that are unknown, repeated, or too many, in every operation', async () => {
    for (const { path } of asked()) {
      for (const name of ['tenant', 'Sale', 'atSequence', 'offset', '__proto__', 'constructor', 'limit[]', 'a/b~c'])
        expect(problemOf(await ledger.demo.get(`${path}?${encodeURIComponent(name)}=1`))).toMatchObject({
          code: 'query-invalid',
          errors: [{ pointer: `query:${name}`, detail: 'is not known here' }],
        });
      expect(problemOf(await ledger.demo.get(`${path}?sale=gala&sale=gala`)).errors).toEqual([
        { pointer: 'query:sale', detail: 'must be given once' },
      ]);
      const both = problemOf(await ledger.demo.get(`${path}?tenant=acme&limit=0`));
      expect(both.errors?.map(({ pointer }) => pointer).sort()).toEqual(['query:limit', 'query:tenant']);
    }
    const { body } = await ledger.demo.get('/v1/ledger/balances');
    expect(problemOf(await ledger.demo.get(`/v1/ledger/balances?at=${body.position}&atTime=2027-01-01T00:00:00Z`)).errors).toEqual([
      { pointer: 'query:atTime', detail: 'must not be combined with at' },
    ]);
  });

  it('that continues with the cursor of another query', async () => {
    const { body } = await ledger.demo.get('/v1/ledger?limit=1');
    const wrong = ['/v1/ledger?sale=gala', '/v1/ledger/balances?', '/v1/ledger/orders?', '/v1/ledger/tickets?', '/v1/ledger/revenue?'];
    for (const path of wrong) {
      const told = problemOf(await ledger.demo.get(`${path}&cursor=${body.next}`));
      expect(told).toMatchObject({
        code: 'cursor-unknown',
        errors: [{ pointer: 'query:cursor', detail: 'was not given for this question' }],
      });
    }
    const cut = String(body.next);
    for (const cursor of [cut.slice(0, -1), `${cut}A`, cut.toUpperCase(), cut.slice(0, 30), `${body.position}`])
      expect(problemOf(await ledger.demo.get(`/v1/ledger?limit=1&cursor=${cursor}`)).code).toBe('cursor-unknown');
    expect((await ledger.demo.get(`/v1/ledger?limit=3&cursor=${body.next}`)).status).toBe(200); // how much of it may differ from page to page
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('that is no question: %s', async (method) => {
    for (const { path } of asked()) {
      const response = await ledger.demo.ask(method, path, method === 'OPTIONS' ? {} : { body: {}, key: 'k' });
      expect(problemOf(response).code).toBe('method-not-allowed');
      expect(response.headers.get('Allow')).toBe('GET, HEAD');
    }
  });
});

describe('any other query of the ledger', () => {
  const names = fc.oneof(fc.constantFrom(...Object.keys(BAD)), fc.string({ maxLength: 8 }), fc.constantFrom('tenant', '__proto__'));
  const values = fc.oneof(
    fc.constantFrom('gala', 'b-1', 'EUR', 'sold', '1', '1000', 'held', '2027-01-01T00:00:00Z', `ord_${'a'.repeat(26)}`),
    fc.string({ unit: 'binary', maxLength: 60 }),
  );
  const said = fc.array(fc.tuple(names, values), { maxLength: 4 });
  const text = (part: string): string => encodeURIComponent(part.replace(/\p{Cs}/gu, ''));
  const written = fc.oneof(
    { weight: 4, arbitrary: said.map((pairs) => pairs.map(([name, value]) => `${text(name)}=${text(value)}`).join('&')) },
    { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(...'&=%[]+;,ab1?/~\'"'.split('')), maxLength: 30 }) },
  );

  it('is answered, or is the caller’s problem; and changes nothing', async () => {
    const whole = async (): Promise<unknown> => [await shop.log.lastSequences(), await ledger.query('select * from ledger.tenant_chain')];
    const before = await whole();
    const told = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...ROUTES), written, async ({ path, answer }, query) => {
        const response = await ledger.demo.get(`${path}?${query}`);
        told.set(`${response.status}`, (told.get(`${response.status}`) ?? 0) + 1);
        if (response.status === 200) answer.parse(response.body);
        else expect(problemOf(response).status).toBe(400);
      }),
      { numRuns: FUZZ_RUNS, seed: 20_275 },
    );
    expect([...told.keys()].sort()).toEqual(['200', '400']); // both were met
    expect(await whole()).toEqual(before);
  }, 180_000);
});

const written = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

describe('[minting AE4] the OpenAPI document of the ledger', () => {
  it('is one of OpenAPI 3.1 and holds every route that is served, and nothing else', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document) as unknown as Record<string, unknown>);
    expect([valid, errors ?? []]).toEqual([true, []]);
    const server = ledger.app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
    for (const { path } of operations) expect([path, server.hasRoute({ method: 'GET', url: written(path) })]).toEqual([path, true]);
    const served = [...server.printRoutes({ commonPrefix: false }).matchAll(/(\S+) \(([A-Z, ]+)\)/g)];
    expect(served.length).toBe(operations.length);
    expect(asked().map(({ operationId }) => operationId)).toEqual(ROUTES.map(({ operation }) => operation));
  });

  it('documents for every operation whether it requires an API key, as observed', async () => {
    for (const { path, security } of operations) {
      const open = security?.length === 0;
      const { status } = await ledger.world.get(path.replace(/\{\w+\}/g, 'x'));
      expect([path, PUBLIC_ROUTES.has(written(path)), status === 401]).toEqual([path, open, !open]);
    }
  });

  it('is shown as a page of this app alone, and describes every parameter', async () => {
    const { text: page } = await ledger.world.get('/docs');
    const addresses = [...page.matchAll(/(?:src|href)="(?!data:)([^"]+)"/g)].map(([, address = '']) => address);
    expect(addresses.length).toBeGreaterThan(3);
    for (const address of addresses) expect([address, (await ledger.world.get(`/${address}`)).status]).toEqual([address, 200]);
    for (const { parameters = [] } of operations)
      for (const { name, description } of parameters) expect([name, description]).toEqual([name, expect.stringMatching(/\.$/)]);
  });

  it('has an example of every answer, which its schema accepts', () => {
    for (const { answer } of ROUTES) {
      const title = String(answer.meta()?.title);
      expect([title, answer.safeParse(ANSWER_EXAMPLES[title]).error?.issues]).toEqual([title, undefined]);
    }
  });
});
