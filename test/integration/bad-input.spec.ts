import { randomUUID } from 'node:crypto';
import { headers } from '@nats-io/transport-node';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import fc from 'fast-check';
import { Caller } from '../harness/caller.js';
import { Log, startSelling } from '../harness/selling.js';

/** `FUZZ=long` asks 10,000 times. */
const FUZZ_RUNS = process.env.FUZZ === 'long' ? 10_000 : 1_000;

let log: Log;
let app: NestFastifyApplication;
let demo: Caller;

beforeAll(async () => {
  log = await Log.start('bad-input');
  app = await startSelling(log.server);
  demo = await Caller.of(log.server, 'demo');
  await demo.open('bad', { quota: 10_000 });
}, 180_000);
afterAll(async () => {
  await demo?.close();
  await app?.close();
  await log?.stop();
});

type Body = object | string | Uint8Array | null;
const bytesOf = (body: Body): string | Uint8Array => (typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body));

/** A problem as a NATS client hears it, from headers and body. */
async function refused(what: string, body: Body, key?: string, header = 'Idempotency-Key'): Promise<Record<string, unknown>> {
  const head = headers();
  if (key !== undefined) head.set(header, key);
  const message = await demo.connection.request(`admit.demo.${what}`, bytesOf(body), { headers: head, timeout: 10_000 });
  const problem = message.json<Record<string, unknown>>();
  const said = ['Admit-Status', 'Nats-Service-Error-Code', 'Content-Type', 'Nats-Service-Error'].map((name) => message.headers?.get(name));
  expect(said).toEqual([`${problem.status}`, `${problem.status}`, 'application/problem+json', problem.title]);
  expect(problem).toMatchObject({ type: `urn:admit-one:problem:${problem.code}`, title: expect.stringMatching(/^[A-Z].*\.$/) });
  return problem;
}

const invalid = (pointer: string, detail: string): object => ({ status: 400, code: 'body-invalid', errors: [{ pointer, detail }] });
const malformed = { status: 400, code: 'body-malformed' };
const WHOLE = 'must be a whole number from 1 to 100';
const ID = 'must be 1 to 64 of A-Z a-z 0-9 _ -';
const A_STRING = 'must be a string of minor units such as "5000"';
const DIGITS = 'must be 1 to 15 digits of minor units, such as "5000" for 50.00';
const order = (more: object): object => ({ sale: 'bad', buyer: 'b-1', quantity: 1, ...more });
const seats = (units: unknown): object => ({ sale: 'bad', buyer: 'b-1', units });
const opening = (more: object): object => ({
  sale: 'new',
  name: 'New',
  units: { quota: 5 },
  price: { amount: '5000', currency: 'EUR' },
  ...more,
});
const deep = (open: string, close: string): string => open.repeat(30_000) + close.repeat(30_000);

const badOrders: readonly (readonly [name: string, body: Body, problem: object])[] = [
  ['an unknown member', order({ seat: 'A-1' }), invalid('/seat', 'is not known here')],
  [
    'a member named __proto__',
    '{"sale":"bad","buyer":"b-1","quantity":1,"__proto__":{"quantity":2}}',
    invalid('/__proto__', 'is not known here'),
  ],
  ['no buyer', order({ buyer: undefined }), invalid('/buyer', 'is required')],
  [
    'an unknown sale',
    order({ sale: 'nowhere' }),
    { status: 404, code: 'sale-unknown', errors: [{ pointer: '/sale', detail: 'is not known' }] },
  ],
  ['a unit twice', seats(['A-1', 'A-2', 'A-1']), invalid('/units/2', 'A-1 is named twice')],
  ...[0, -1, 1.5, 1e9, '1', null].map(
    (quantity) => [`quantity ${JSON.stringify(quantity)}`, order({ quantity }), invalid('/quantity', WHOLE)] as const,
  ),
  ['quantity 1e999', '{"sale":"bad","buyer":"b-1","quantity":1e999}', invalid('/quantity', WHOLE)],
  ['units and quantity', { ...order({}), units: ['A-1'] }, invalid('/units', 'must be given, or else quantity, and not both')],
  ...['a.b', '*', '>', 'a b', 'a\u0000b', '../bad', ''].map(
    (sale) => [`the sale ${JSON.stringify(sale)}`, order({ sale }), invalid('/sale', ID)] as const,
  ),
  [
    'an e-mail address as buyer',
    order({ buyer: 'ann@example.org' }),
    invalid('/buyer', expect.stringContaining('pseudonym') as unknown as string),
  ],
  [
    'a card number as buyer',
    order({ buyer: '4111-1111-1111-1111' }),
    invalid('/buyer', expect.stringContaining('card') as unknown as string),
  ],
  ['a wallet that is none', order({ wallet: '0xabc' }), invalid('/wallet', 'must be base58 (no 0, O, I or l)')],
  ['a short wallet', order({ wallet: 'abc' }), invalid('/wallet', 'must be 32 bytes in base58; these are 3')],
  [
    'a wallet that no key signs for',
    order({ wallet: 'HKUPAjYNSpLcpVKTLQc7ma9cJSjLhUJsr6PBRZqxWBHJ' }),
    invalid('/wallet', 'must be an Ed25519 public key; no key signs for this address'),
  ],
  ['nothing at all', '', malformed],
  ['words', 'one ticket, please', malformed],
  ['half of its JSON', '{"sale":"bad","buyer":"b-1","quan', malformed],
  ['two JSON values', '{}{}', malformed],
  ['a list', '[]', malformed],
  ['a string', '"bad"', malformed],
  ['null', 'null', malformed],
  ['no UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d), malformed],
  ['half a surrogate pair', '{"sale":"bad","buyer":"\\ud800","quantity":1}', invalid('/buyer', expect.any(String) as unknown as string)],
  ['half a surrogate pair as a member', '{"sale":"bad","buyer":"b-1","quantity":1,"\\ud800":1}', invalid('/\ud800', 'is not known here')],
  [
    '2 MB',
    order({ buyer: 'b'.repeat(2 * 1024 * 1024) }),
    { status: 413, code: 'body-too-large', detail: expect.stringContaining('204800') },
  ],
  ['deep lists', deep('[', ']'), malformed],
  ['deep objects', `{"sale":"bad","buyer":"b-1","quantity":${deep('{"a":', '}').replace(':}', ':1}')}}`, invalid('/quantity', WHOLE)],
  ['a deep unknown member', `{"sale":"bad","buyer":"b-1","quantity":1,"more":${deep('[', ']')}}`, invalid('/more', 'is not known here')],
];

const badOpenings: readonly (readonly [name: string, body: Body, problem: object])[] = [
  ['an amount that is a number', opening({ price: { amount: 5000, currency: 'EUR' } }), invalid('/price/amount', A_STRING)],
  ['an amount that is a float', opening({ price: { amount: 50.5, currency: 'EUR' } }), invalid('/price/amount', A_STRING)],
  ...['-1', '05', '50.00', '1e3', ''].map(
    (amount) => [`the amount "${amount}"`, opening({ price: { amount, currency: 'EUR' } }), invalid('/price/amount', DIGITS)] as const,
  ),
  ['a price that is a number', opening({ price: 5000 }), invalid('/price', 'must be an object')],
  ['no price', opening({ price: undefined }), invalid('/price', 'is required')],
  [
    'a row that ends before it begins',
    opening({ units: { rows: [{ row: 'A', from: 5, to: 1 }] } }),
    invalid('/units/rows/0', 'must not end before it begins'),
  ],
  ['a name that no database holds', opening({ name: 'a\u0000b' }), invalid('/name', 'must be of whole, printable characters')],
  [
    'a name that has no UTF-8',
    '{"sale":"new","name":"\\ud800","units":{"quota":5},"price":{"amount":"1","currency":"EUR"}}',
    invalid('/name', 'must be of whole, printable characters'),
  ],
  ['a sale that is a subject', opening({ sale: 'ev.acme.sale.x' }), invalid('/sale', ID)],
];

describe('an order is refused, nothing is stored and its key stays free', () => {
  it.each(badOrders)('that has %s', async (_, body, problem) => {
    const [key, before] = [randomUUID(), await log.lastSequences()];
    expect(await refused('order.place', body, key)).toMatchObject(problem);
    expect(await log.lastSequences()).toEqual(before);
    expect(await demo.place('bad', { quantity: 1, buyer: key }, key)).toMatchObject({ status: 201, replayed: false });
  });

  it.each([
    ['no key', undefined, 'key-missing'],
    ['an empty key', '', 'key-missing'],
    ['a key of 256 characters', 'k'.repeat(256), 'key-malformed'],
    ['a control character in its key', 'a\u0001b', 'key-malformed'],
    ['a tab in its key', 'a\tb', 'key-malformed'],
    ['a DEL in its key', 'a\u007fb', 'key-malformed'],
    ['NUL in its key', 'a\u0000b', 'key-malformed'],
    ['a key that is not ASCII', 'schlüssel', 'key-malformed'],
  ])('[minting IK1] [minting IK2] [blockchain TP-1] [blockchain TP-2] that has %s', async (_, key, code) => {
    const before = await log.lastSequences();
    for (const header of ['Idempotency-Key', 'X-Idempotency-Key'])
      expect(await refused('order.place', order({}), key, header)).toMatchObject({ status: 400, code });
    expect(await log.lastSequences()).toEqual(before);
  });

  it('takes the longest key and body that are allowed', async () => {
    const placed = await demo.ask(
      'order.place',
      `${JSON.stringify(order({ buyer: 'long' }))}${' '.repeat(200 * 1024 - 100)}`,
      '~'.repeat(255),
    );
    expect(placed.status).toBe(201);
  });
});

describe('a sale is not opened, nothing is stored and its key stays free', () => {
  it.each(badOpenings)('with %s', async (_, body, problem) => {
    const [key, before] = [randomUUID(), await log.lastSequences()];
    expect(await refused('sale.open', body, key)).toMatchObject(problem);
    expect(await log.lastSequences()).toEqual(before);
    expect(await demo.ask('sale.open', opening({ sale: key }), key)).toMatchObject({ status: 201, replayed: false });
  });
});

describe('a question is refused that', () => {
  it.each([
    ['order.get', { sale: 'bad', order: 'ord_1' }, invalid('/order', 'must be an order such as ord_ and 26 letters')],
    ['order.get', { sale: 'bad' }, invalid('/order', 'is required')],
    ['order.get', { sale: 'bad', order: `ord_${'a'.repeat(26)}` }, { status: 404, code: 'order-unknown' }],
    ['order.get', { sale: 'nowhere', order: `ord_${'a'.repeat(26)}` }, { status: 404, code: 'sale-unknown' }],
    ['sale.get', { sale: 'a.b' }, invalid('/sale', ID)],
    ['sale.get', { sale: 'bad', more: 1 }, invalid('/more', 'is not known here')],
    ['sale.get', 'null', malformed],
    ['sale.get', { sale: 'nowhere' }, { status: 404, code: 'sale-unknown' }],
  ])('asks %s %j', async (what, body, problem) => {
    const before = await log.lastSequences();
    expect(await refused(what, body)).toMatchObject(problem);
    expect(await log.lastSequences()).toEqual(before);
  });
});

describe('whatever else is sent', () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('A-1', 'bad', 'b-1', 1, 2, '5000', null),
    fc.string({ unit: 'binary', maxLength: 12 }),
  );
  const member = fc.oneof(
    fc.constantFrom('sale', 'buyer', 'units', 'quantity', 'wallet', 'name', 'price', '__proto__', 'constructor', 'toString'),
    fc.string({ maxLength: 5 }),
  );
  /** Like an order or an opening, but never one: of a sale that nobody opened, and with a member that nobody knows. */
  const nearly = fc
    .dictionary(member, value, { maxKeys: 6 })
    .map((some) => JSON.stringify({ name: 'n', price: { amount: '1', currency: 'EUR' }, ...some, 'not-known': 1 }));
  const elsewhere = fc
    .record({ buyer: value, units: value, quantity: value, wallet: value }, { requiredKeys: [] })
    .map((some) => JSON.stringify({ ...some, sale: 'nowhere' }));
  const body = fc.oneof(nearly, elsewhere, fc.json(), fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 80 }));
  const key = fc.option(
    fc.oneof(fc.uuid(), fc.string({ unit: 'binary', maxLength: 300 })).filter((text) => !/[\r\n]/.test(text)),
    { nil: undefined },
  );
  const what = fc.constantFrom('order.place', 'sale.open', 'order.get', 'sale.get');

  it('is answered with a problem that is the caller’s, stores nothing and breaks nothing', async () => {
    const before = await log.lastSequences();
    await fc.assert(
      fc.asyncProperty(what, body, key, async (operation, sent, withKey) => {
        const { status, code } = await refused(operation, sent, withKey);
        expect([400, 404, 413]).toContain(status);
        expect(code).toEqual(expect.any(String));
      }),
      { numRuns: FUZZ_RUNS, seed: 20_271 },
    );
    expect(await log.lastSequences()).toEqual(before);
    expect((await demo.place('bad', { quantity: 1, buyer: 'after' })).status).toBe(201);
  }, 30_000);
});
