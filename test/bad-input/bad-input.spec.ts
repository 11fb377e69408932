import { randomUUID } from 'node:crypto';
import { headers } from '@nats-io/transport-node';
import fc from 'fast-check';
import { type Body, badKeys, badOpenings, badOrders, badQuestions, opening, order } from '../harness/bad-requests.js';
import { EDGE_MEMBERS, EDGE_VALUES, RANGES } from '../harness/edge-values.js';
import { Shop } from '../stages/shop.js';

/** `FUZZ=long` asks 10,000 times (`npm run test:bad-input`). */
const FUZZ_RUNS = process.env.FUZZ === 'long' ? 10_000 : 1_000;

const shop = Shop.forTests('bad-input');
beforeAll(async () => {
  await shop.demo.open('bad', { quota: 10_000 });
});

const bytesOf = (body: Body): string | Uint8Array => (typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body));

/** A problem as received over NATS, from headers and body. */
async function refused(what: string, body: Body, key?: string, header = 'Idempotency-Key'): Promise<Record<string, unknown>> {
  const head = headers();
  if (key !== undefined) head.set(header, key);
  const message = await shop.demo.connection.request(`admit.demo.${what}`, bytesOf(body), { headers: head, timeout: 10_000 });
  const problem = message.json<Record<string, unknown>>();
  const said = ['Admit-Status', 'Nats-Service-Error-Code', 'Content-Type', 'Nats-Service-Error'].map((name) => message.headers?.get(name));
  expect(said).toEqual([`${problem.status}`, `${problem.status}`, 'application/problem+json', problem.title]);
  expect(problem).toMatchObject({ type: `urn:admit-one:problem:${problem.code}`, title: expect.stringMatching(/^[A-Z].*\.$/) });
  return problem;
}

describe('an order is refused, nothing is stored and its key stays free', () => {
  it.each(badOrders)('that has %s', async (_, body, problem) => {
    const [key, before] = [randomUUID(), await shop.log.lastSequences()];
    expect(await refused('order.place', body, key)).toMatchObject(problem);
    expect(await shop.log.lastSequences()).toEqual(before);
    expect(await shop.demo.place('bad', { quantity: 1, buyer: key }, key)).toMatchObject({ status: 201, replayed: false });
  });

  it.each(badKeys)('[minting IK1] [minting IK2] [blockchain TP-1] [blockchain TP-2] that has %s', async (_, key, code) => {
    const before = await shop.log.lastSequences();
    for (const header of ['Idempotency-Key', 'X-Idempotency-Key'])
      expect(await refused('order.place', order({}), key, header)).toMatchObject({ status: 400, code });
    expect(await shop.log.lastSequences()).toEqual(before);
  });

  it('takes the longest key and body that are allowed', async () => {
    const placed = await shop.demo.ask(
      'order.place',
      `${JSON.stringify(order({ buyer: 'long' }))}${' '.repeat(200 * 1024 - 100)}`,
      '~'.repeat(255),
    );
    expect(placed.status).toBe(201);
  });
});

describe('a sale is not opened, nothing is stored and its key stays free', () => {
  it.each(badOpenings)('with %s', async (_, body, problem) => {
    const [key, before] = [randomUUID(), await shop.log.lastSequences()];
    expect(await refused('sale.open', body, key)).toMatchObject(problem);
    expect(await shop.log.lastSequences()).toEqual(before);
    expect(await shop.demo.ask('sale.open', opening({ sale: key }), key)).toMatchObject({ status: 201, replayed: false });
  });
});

describe('a question is refused that', () => {
  it.each(badQuestions)('asks %s %j', async (what, body, problem) => {
    const before = await shop.log.lastSequences();
    expect(await refused(what, body)).toMatchObject(problem);
    expect(await shop.log.lastSequences()).toEqual(before);
  });
});

describe('a value at an edge of its range', () => {
  const cases = (side: 'inside' | 'outside') =>
    RANGES.flatMap((range) => range[side].map((value) => [range.member, JSON.stringify(value).slice(0, 40), range, value] as const));

  it.each(cases('inside'))('is taken: %s %s', async (_, __, range, value) => {
    const sale = randomUUID();
    expect(await shop.demo.ask('sale.open', { ...range.with(value), sale }, sale)).toMatchObject({ status: 201 });
  });

  it.each(cases('outside'))('is refused one step further: %s %s', async (_, __, range, value) => {
    const before = await shop.log.lastSequences();
    const { status, errors } = await refused('sale.open', range.with(value), randomUUID());
    expect([status, (errors as { pointer: string }[]).map(({ pointer }) => pointer)]).toEqual([400, [range.pointer]]);
    expect(await shop.log.lastSequences()).toEqual(before);
  });
});

describe('any other input', () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('A-1', 'bad', 'b-1', 1, 2, '5000', null),
    fc.constantFrom(...EDGE_VALUES),
    fc.string({ unit: 'binary', maxLength: 12 }),
  );
  const member = fc.oneof(
    fc.constantFrom('sale', 'buyer', 'units', 'quantity', 'wallet', 'name', 'price', '__proto__', 'constructor', 'toString'),
    fc.constantFrom(...EDGE_MEMBERS),
    fc.string({ maxLength: 5 }),
  );
  /** Similar to an order or an opening, but always invalid: an unknown sale, and an unknown member. */
  const nearly = fc
    .dictionary(member, value, { maxKeys: 6 })
    .map((some) => JSON.stringify({ name: 'n', price: { amount: '1', currency: 'EUR' }, ...some, 'not-known': 1 }));
  /** An opening that is right but for one value at or beyond an edge, and for an unknown member. */
  const atAnEdge = fc
    .constantFrom(...RANGES)
    .chain((range) =>
      fc.constantFrom(...range.inside, ...range.outside).map((edge) => JSON.stringify({ ...range.with(edge), 'not-known': 1 })),
    );
  const elsewhere = fc
    .record({ buyer: value, units: value, quantity: value, wallet: value }, { requiredKeys: [] })
    .map((some) => JSON.stringify({ ...some, sale: 'nowhere' }));
  const body = fc.oneof(nearly, atAnEdge, elsewhere, fc.json(), fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 80 }));
  const key = fc.option(
    fc.oneof(fc.uuid(), fc.string({ unit: 'binary', maxLength: 300 })).filter((text) => !/[\r\n]/.test(text)),
    { nil: undefined },
  );
  const what = fc.constantFrom('order.place', 'sale.open', 'order.get', 'sale.get');

  it('is answered with a problem that is the caller’s, stores nothing and breaks nothing', async () => {
    const before = await shop.log.lastSequences();
    await fc.assert(
      fc.asyncProperty(what, body, key, async (operation, sent, withKey) => {
        const { status, code } = await refused(operation, sent, withKey);
        expect([400, 404, 413]).toContain(status);
        expect(code).toEqual(expect.any(String));
      }),
      { numRuns: FUZZ_RUNS, seed: 20_271 },
    );
    expect(await shop.log.lastSequences()).toEqual(before);
    expect((await shop.demo.place('bad', { quantity: 1, buyer: 'after' })).status).toBe(201);
  }, 180_000);
});
