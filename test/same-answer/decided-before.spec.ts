import { randomUUID } from 'node:crypto';
import { jetstream } from '@nats-io/jetstream';
import type { OperationName } from '../../apps/purchase/src/operations/operations.js';
import { commandSubject } from '../../apps/purchase/src/requests/command.js';
import { waitFor } from '../../dev/processes/wait.js';
import { HttpCaller, type HttpHeard } from '../harness/http-caller.js';
import { recordedIn } from '../harness/recorded.js';
import { decidedBefore, storedBefore, takenBefore } from '../stages/earlier-version.js';
import { Shop } from '../stages/shop.js';

const shop = Shop.forTests('decided-before', { environment: { HTTP_TENANT_RATE: '100000', HTTP_TENANT_BURST: '100000' } });
beforeAll(async () => {
  await shop.demo.open('hall', { quota: 1_000 });
});

/** It listens somewhere else then. */
async function restart(): Promise<void> {
  await shop.startApp();
  shop.demoWeb = await HttpCaller.of(shop.app, 'demo');
}

const SYSTEM_PROGRAM = '11111111111111111111111111111111';
const terms = (sale: string, more: object): object => ({
  ...{ sale, name: 'Gala', units: { quota: 5 }, price: { amount: '5000', currency: 'EUR' }, mint: 'on-request' },
  ...more,
});
const order = (more: object = {}): object => ({ sale: 'hall', buyer: 'b-1', quantity: 1, ...more });

/** Bodies that an earlier version accepted, as bytes if it read them otherwise; and the body of another request. */
type Refused = readonly [what: string, operation: OperationName, request: object, bytes: (text: string) => string];
const asItIs = (text: string): string => text;
const refusedToday: readonly Refused[] = [
  ['a time beyond what fits', 'sale.open', terms('late', { closesAt: '9999-12-31T23:59:59-12:00' }), asItIs],
  ['a time before what fits', 'sale.open', terms('early', { opensAt: '0001-01-01T00:00:00+14:00' }), asItIs],
  ['a currency that is none', 'sale.open', terms('currency', { price: { amount: '1', currency: 'ZZZ' } }), asItIs],
  ['an invisible name', 'sale.open', terms('unseen', { name: '\u200b' }), asItIs],
  ['a name with an e-mail address', 'sale.open', terms('named', { name: 'Gala ann@example.org' }), asItIs],
  ['the id of a sale that looks like a card number', 'sale.open', terms('4111111111111111', {}), asItIs],
  ['seats that look like card numbers', 'sale.open', terms('seats', { units: { seats: ['4111111111111111'] } }), asItIs],
  ['the wallet of a program', 'order.place', order({ wallet: SYSTEM_PROGRAM }), asItIs],
  ['a member twice', 'order.place', order(), (text) => text.replace('"quantity"', '"quantity":7,"quantity"')],
  ['a member twice in another spelling', 'order.place', order(), (text) => text.replace('"quantity"', '"\\u0071uantity":7,"quantity"')],
  ['a number that was rounded', 'order.place', order(), (text) => text.replace('"quantity":1', '"quantity":1.00000000000000000001')],
  ['a BOM', 'order.place', order(), (text) => `\ufeff${text}`],
];

const overHttp = (operation: OperationName, body: string, key: string): Promise<HttpHeard> =>
  shop.demoWeb.post(operation === 'sale.open' ? '/v1/sales' : '/v1/sales/hall/orders', body, key);

describe('[L4] [minting IK4] a request that an earlier version decided is answered as it was, though this one would refuse it', () => {
  it.each(refusedToday)('for %s', async (_, operation, request, bytes) => {
    const [key, free] = [randomUUID(), randomUUID()];
    const { status, body } = await decidedBefore(shop.log, takenBefore(operation, key, request));
    const sent = bytes(JSON.stringify(request));
    const before = await shop.log.lastSequences();
    expect(await shop.demo.ask(operation, sent, key)).toMatchObject({ status, text: body, replayed: true });
    expect(await overHttp(operation, sent, key)).toMatchObject({ status, text: body, replayed: true });
    const other = bytes(JSON.stringify({ ...request, more: 1 }));
    for (const response of [await shop.demo.ask(operation, other, key), await overHttp(operation, other, key)])
      expect(response).toMatchObject({ status: 422, body: { code: 'key-reused', errors: [{ pointer: '/more' }] } });
    for (const response of [await shop.demo.ask(operation, sent, free), await overHttp(operation, sent, free)])
      expect(response.status).toBe(400);
    expect(await shop.log.lastSequences()).toEqual(before);
  });

  it('for a key that looks like an e-mail address', async () => {
    for (const key of ['ann@example.org', 'order 4111 1111 1111 1111']) {
      const { status, body } = await decidedBefore(shop.log, takenBefore('order.place', key, order({ buyer: 'b-2' })));
      expect(await shop.demo.ask('order.place', order({ buyer: 'b-2' }), key)).toMatchObject({ status, text: body, replayed: true });
      expect(await shop.demoWeb.askFor('order.place', order({ buyer: 'b-2' }), key)).toMatchObject({ status, text: body, replayed: true });
    }
  });

  it('for a charset that is not that of its bytes', async () => {
    const [key, charset] = [randomUUID(), { 'Content-Type': 'application/json; charset=utf-16' }];
    expect(await shop.demoWeb.askFor('order.place', order(), randomUUID(), charset)).toMatchObject({
      status: 400,
      body: { code: 'body-malformed' },
    });
    const { status, body } = await decidedBefore(shop.log, takenBefore('order.place', key, order()));
    expect(await shop.demoWeb.askFor('order.place', order(), key, charset)).toMatchObject({ status, text: body, replayed: true });
  });

  it('and a refusal is answered as that refusal', async () => {
    const [key, request] = [randomUUID(), order({ quantity: 1, wallet: SYSTEM_PROGRAM, sale: 'full' })];
    await shop.demo.open('full', { quota: 1 });
    await shop.demo.place('full', { quantity: 1 });
    const { status, body } = await decidedBefore(shop.log, takenBefore('order.place', key, request));
    expect(status).toBe(409);
    expect(await shop.demo.ask('order.place', request, key)).toMatchObject({ status: 409, text: body, replayed: true });
  });

  it('and is in process while it is stored and not decided', async () => {
    const [key, request] = [randomUUID(), order({ wallet: SYSTEM_PROGRAM, sale: 'slow' })];
    await shop.demo.open('slow', { quota: 1 });
    await shop.stopApp();
    const command = takenBefore('order.place', key, request);
    await jetstream(shop.log.admin).publish(commandSubject(command), storedBefore(command));
    await restart();
    await waitFor(async () => (await shop.demo.ask('order.place', request, key)).status === 201, {
      what: 'it is decided',
      timeoutMs: 60_000,
    });
    expect(await shop.demo.ask('order.place', request, key)).toMatchObject({ replayed: true });
    expect(await ordersIn('slow')).toBe(1);
  });
});

const ordersIn = async (sale: string): Promise<number> =>
  (await recordedIn(shop.log, `ev.demo.sale.${sale}`)).filter(({ type }) => type === 'OrderPlaced').length;

describe('[L4] [minting IK4] a key is one key with and without the quotation marks of the IETF draft', () => {
  it.each([
    ['k', '"k"'],
    ['a b', '"a b"'],
    ['say "k"', '"say \\"k\\""'],
    ['back\\slash', '"back\\\\slash"'],
    ['k'.repeat(255), `"${'k'.repeat(255)}"`],
  ])('%j and %s', async (bare, quoted) => {
    const sale = `q-${bare.length}-${Buffer.from(bare).toString('hex').slice(0, 20)}`;
    await shop.demo.open(sale, { quota: 10 });
    const request = order({ sale });
    const [first, ...others] = [
      await shop.demo.ask('order.place', request, quoted),
      await shop.demo.ask('order.place', request, bare),
      await shop.demoWeb.askFor('order.place', request, quoted),
      await shop.demoWeb.askFor('order.place', request, bare),
      await shop.demoWeb.askFor('order.place', request, quoted, { 'X-Idempotency-Key': bare }),
    ];
    expect(first).toMatchObject({ status: 201, replayed: false });
    for (const other of others) expect(other).toMatchObject({ status: 201, text: first?.text, replayed: true });
    expect((await shop.demoWeb.askFor('order.place', order({ sale, quantity: 2 }), quoted)).status).toBe(422);
    expect(await ordersIn(sale)).toBe(1);
  });

  it.each(['"', '"k', 'k"', '"k\\"', '"a"b"', '"k";v=1'])('but not if they are part of it: %s', async (key) => {
    expect((await shop.demo.ask('order.place', order(), key)).status).toBe(201);
    expect(await shop.demo.ask('order.place', order(), key)).toMatchObject({ status: 201, replayed: true });
  });

  it.each(['""', '" k"', '"k "'])('and the text between them must be a valid key: %s', async (key) => {
    expect((await shop.demo.ask('order.place', order(), key)).body.code).toBe('key-malformed');
    expect((await shop.demoWeb.askFor('order.place', order(), key)).body.code).toBe('key-malformed');
  });

  it.each(['"bob@example.org"', '"4111 1111 1111 1111"'])('and must contain no personal data: %s', async (key) => {
    expect((await shop.demo.ask('order.place', order(), key)).body.code).toBe('key-personal');
  });

  it('also if an earlier version decided it under the quoted spelling', async () => {
    for (const key of ['"earlier-1"', '""', '"ann@example.org"']) {
      const { body } = await decidedBefore(shop.log, takenBefore('order.place', key, order({ buyer: 'b-3' })));
      const orders = await ordersIn('hall');
      const spellings = key === '"earlier-1"' ? [key, 'earlier-1'] : [key];
      for (const spelling of spellings) {
        expect(await shop.demo.ask('order.place', order({ buyer: 'b-3' }), spelling)).toMatchObject({
          status: 201,
          text: body,
          replayed: true,
        });
        expect(await shop.demoWeb.askFor('order.place', order({ buyer: 'b-3' }), spelling)).toMatchObject({
          status: 201,
          text: body,
          replayed: true,
        });
        expect((await shop.demo.ask('order.place', order({ buyer: 'other' }), spelling)).status).toBe(422);
      }
      expect(await ordersIn('hall')).toBe(orders);
    }
  });

  it('also if an earlier version treated the two spellings as two orders: each request has its answer', async () => {
    const quoted = await decidedBefore(shop.log, takenBefore('order.place', '"both"', order({ buyer: 'b-4' })));
    const bare = await decidedBefore(shop.log, takenBefore('order.place', 'both', order({ buyer: 'b-5' })));
    for (const key of ['"both"', 'both']) {
      expect(await shop.demo.ask('order.place', order({ buyer: 'b-4' }), key)).toMatchObject({ text: quoted.body, replayed: true });
      expect(await shop.demo.ask('order.place', order({ buyer: 'b-5' }), key)).toMatchObject({ text: bare.body, replayed: true });
      expect((await shop.demo.ask('order.place', order({ buyer: 'b-6' }), key)).status).toBe(422);
    }
  });

  it('also while a command of an earlier version is under way: one order comes of both', async () => {
    await shop.demo.open('rolling', { quota: 10 });
    const request = order({ sale: 'rolling' });
    await shop.stopApp();
    const command = takenBefore('order.place', '"roll"', request);
    await jetstream(shop.log.admin).publish(commandSubject(command), storedBefore(command));
    const bare = takenBefore('order.place', 'roll', request);
    await jetstream(shop.log.admin).publish(commandSubject(bare), storedBefore(bare));
    await restart();
    const response = await Promise.all(['"roll"', 'roll'].map((key) => shop.demo.askUntilSettled('order.place', request, key)));
    expect(response.map(({ status }) => status)).toEqual([201, 201]);
    expect(response[0]?.text).toBe(response[1]?.text);
    expect(await ordersIn('rolling')).toBe(1);
  });
});
