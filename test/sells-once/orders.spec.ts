import { healthUrlOf } from '../harness/scrape.js';
import { Shop } from '../stages/shop.js';

const shop = Shop.forTests('orders');

it('opens a sale once and sells a seat: 201', async () => {
  const opened = await shop.demo.open('gala', { seats: ['A-1', 'A-2', 'A-3'] });
  expect(opened).toMatchObject({ status: 201, body: { sale: 'gala', units: { opened: 3, available: 3, held: 0, sold: 0 }, version: 1 } });
  const placed = await shop.demo.place('gala', { units: ['A-1'] }, 'k-1');
  expect(placed).toMatchObject({
    status: 201,
    replayed: false,
    body: { sale: 'gala', status: 'confirmed', total: { amount: '5000', currency: 'EUR' }, version: 2 },
  });
});

it('[minting IK4] [blockchain TP-3] [blockchain TP-9] answers the same request again with the same bytes and marks it as a replay', async () => {
  await shop.demo.open('again', { seats: ['A-1', 'A-2'] });
  const first = await shop.demo.place('again', { units: ['A-1'] }, 'k-1');
  const before = await shop.log.lastSequences();
  const second = await shop.demo.ask('order.place', '{ "units": ["A-1"],  "buyer":"b-1", "sale":"again" }', 'k-1');
  expect(second).toMatchObject({ status: 201, text: first.text, replayed: true });
  expect(await shop.log.lastSequences()).toEqual(before);
});

it('[blockchain TP-9] refuses the same key for another seat with 422 and the pointer of the field that differs', async () => {
  await shop.demo.open('reused', { seats: ['A-1', 'A-2'] });
  await shop.demo.place('reused', { units: ['A-1'] }, 'k-1');
  const other = await shop.demo.place('reused', { units: ['A-2'] }, 'k-1');
  expect(other).toMatchObject({ status: 422, body: { code: 'key-reused', errors: [{ pointer: '/units/0' }] } });
  expect(other.error).not.toBe('');
});

it('[blockchain TP-7] [blockchain SC-5] keeps a key apart from the same key of another tenant and of another sale', async () => {
  await Promise.all([
    shop.demo.open('apart', { seats: ['A-1'] }),
    shop.demo.open('apart-2', { seats: ['A-1'] }),
    shop.acme.open('apart', { seats: ['A-1'] }),
  ]);
  const placed = await Promise.all([
    shop.demo.place('apart', { units: ['A-1'] }, 'k'),
    shop.demo.place('apart-2', { units: ['A-1'] }, 'k'),
    shop.acme.place('apart', { units: ['A-1'] }, 'k'),
  ]);
  expect(placed.map(({ status }) => status)).toEqual([201, 201, 201]);
  expect(new Set(placed.map(({ body }) => body.order)).size).toBe(3);
});

it('[minting DL5] [blockchain TP-4] sells one seat to one of 200 buyers at once; the other 199 refusals are recorded', async () => {
  await shop.demo.open('rush', { seats: ['A-1'] });
  const keys = Array.from({ length: 200 }, (_, buyer) => `rush-${buyer}`);
  const answer = await Promise.all(keys.map((key) => shop.demo.place('rush', { buyer: key, units: ['A-1'] }, key)));
  expect(answer.filter(({ status }) => status === 201)).toHaveLength(1);
  const refused = answer.filter(({ status, body }) => status === 409 && body.code === 'unit-taken');
  expect(refused).toHaveLength(199);
  const again = await Promise.all(keys.map((key) => shop.demo.place('rush', { buyer: key, units: ['A-1'] }, key)));
  expect(again.map(({ text }) => text)).toEqual(answer.map(({ text }) => text));
  expect(again.every(({ replayed }) => replayed)).toBe(true);
});

it('[blockchain TP-8] [blockchain SC-3] makes one order of 50 copies of one request at once', async () => {
  await shop.demo.open('copies', { quota: 100 });
  const before = await shop.log.lastSequences();
  const answer = await Promise.all(Array.from({ length: 50 }, () => shop.demo.place('copies', { quantity: 2 }, 'one')));
  const done = answer.filter(({ status }) => status === 201);
  expect(done.length).toBeGreaterThanOrEqual(1);
  expect(new Set(done.map(({ text }) => text)).size).toBe(1);
  for (const { status, body, retryAfter } of answer.filter(({ status }) => status !== 201))
    expect([status, body.code, retryAfter]).toEqual([409, 'in-progress', '1']);
  const sale = await shop.demo.ask('sale.get', { sale: 'copies' });
  expect(sale.body.units).toEqual({ opened: 100, available: 98, held: 0, sold: 2 });
  const { COMMANDS = 0, EVENTS = 0 } = before;
  expect(await shop.log.lastSequences()).toMatchObject({ COMMANDS: COMMANDS + 1, EVENTS: EVENTS + 1 }); // one was asked, one decided
});

it('[minting AE2] gives all units of an order or none, and the lowest free places of a quota', async () => {
  await shop.demo.open('whole', { rows: [{ row: 'A', from: 1, to: 4 }] });
  await shop.demo.place('whole', { units: ['A-2'] });
  const refused = await shop.demo.place('whole', { units: ['A-1', 'A-2', 'A-3'] });
  expect(refused).toMatchObject({ status: 409, body: { code: 'unit-taken', errors: [{ pointer: '/units/1' }] } });
  expect((await shop.demo.place('whole', { units: ['A-1', 'A-3'] })).status).toBe(201);
  await shop.demo.open('places', { quota: 3 });
  const placed = await shop.demo.place('places', { quantity: 2 });
  expect(placed.body.tickets).toMatchObject([{ unit: '1' }, { unit: '2' }]);
  expect(await shop.demo.place('places', { quantity: 2 })).toMatchObject({ status: 409, body: { code: 'sold-out', available: 1 } });
});

it('reads an order from the log, and reveals nothing of another tenant', async () => {
  await shop.demo.open('mine', { seats: ['A-1'] });
  const placed = await shop.demo.place('mine', { units: ['A-1'] });
  const order = placed.body.order;
  expect(await shop.demo.ask('order.get', { sale: 'mine', order })).toMatchObject({
    status: 200,
    body: { order, status: 'confirmed', tickets: [{ unit: 'A-1', status: 'sold' }] },
  });
  expect(await shop.acme.ask('order.get', { sale: 'mine', order })).toMatchObject({ status: 404, body: { code: 'sale-unknown' } });
});

it('[minting IK3] [blockchain TP-3] [blockchain SC-2] still knows a key when everything except the log is lost', async () => {
  await shop.demo.open('restart', { seats: ['A-1'] });
  const first = await shop.demo.place('restart', { units: ['A-1'] }, 'k-restart');
  await shop.stopApp();
  await shop.log.server.kill9();
  await shop.log.server.restart();
  await shop.startApp();
  await shop.demo.connected();
  const again = await shop.demo.place('restart', { units: ['A-1'] }, 'k-restart');
  expect(again).toMatchObject({ status: 201, text: first.text, replayed: true });
});

it('answers health: live and ready', async () => {
  const ready = await fetch(`${healthUrlOf(shop.app)}/health/ready`);
  expect([ready.status, await ready.json()]).toEqual([
    200,
    { status: 'ready', checks: { log: 'ok', edge: 'ok', tenants: 'ok', decider: 'ok', commands: 'ok' } },
  ]);
});
