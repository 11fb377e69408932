import { JetStreamValues } from '#shared/event-store/jetstream/jetstream-values.js';
import type { StoredSnapshot } from '#shared/event-store/snapshots.js';
import { SNAPSHOTS_BUCKET } from '#shared/platform/topology/streams.js';
import { writeSale } from '../../bench/stage/ledger-log.js';
import { waitFor } from '../../dev/processes/wait.js';
import { healthUrlOf, scrape } from '../harness/scrape.js';
import { Shop } from '../stages/shop.js';

/** With the decisions and commits of as many, longer than a sale must be for its first snapshot. */
const ORDERS = 12_000;
const SALE = 'long';
const HEAD = `demo.sale.${SALE}.head`;
const pieceOf = (version: number, number: number): string => `demo.sale.${SALE}.${version}.${number}`;
const DONE = { timeoutMs: 60_000 };

const shop = Shop.forTests('sale-snapshots');
let values: JetStreamValues;
beforeAll(async () => {
  values = await JetStreamValues.on(shop.log.admin, SNAPSHOTS_BUCKET);
  await writeSale(shop.log.admin, { tenant: 'demo', sale: SALE, orders: ORDERS, quota: 2 * ORDERS });
});

const ORDER = { sale: SALE, buyer: 'b-1', wallet: '7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV', quantity: 1 };
const order = (key: string) => shop.demo.askUntilSettled('order.place', ORDER, key);
const snapshots = async (outcome: string): Promise<number> =>
  (await scrape(shop.app)).get(`admit_snapshots_total{outcome="${outcome}"}`) ?? 0;

/** The state in which a new process finds the snapshot. */
async function restarted(): Promise<void> {
  await shop.stopApp();
  await shop.startApp();
}

async function textOf(name: string): Promise<string> {
  return Buffer.from((await values.get(name))?.bytes ?? []).toString();
}

const stored = async (): Promise<StoredSnapshot> => JSON.parse(await textOf(HEAD)) as StoredSnapshot;

it('[L1] [L3] continues from the snapshot of a long sale: keys are answered as before, and no place is given twice', async () => {
  const first = await order('before the snapshot');
  expect([first.status, first.body]).toEqual([201, expect.objectContaining({ order: expect.any(String) })]);
  await waitFor(async () => (await snapshots('taken')) === 1, { what: 'a snapshot is taken', ...DONE });
  const second = await order('behind the snapshot');
  const before = await shop.demo.ask('sale.get', { sale: SALE });
  await restarted();
  expect([(await order('before the snapshot')).text, (await order('behind the snapshot')).text]).toEqual([first.text, second.text]);
  expect(await snapshots('used')).toBe(1);
  expect((await shop.demo.ask('sale.get', { sale: SALE })).text).toBe(before.text);
  const units = [first, second, await order('after the restart')].flatMap(
    ({ body }) => body.tickets as unknown as readonly { readonly unit: string }[],
  );
  expect(units.map(({ unit }) => Number(unit))).toEqual([ORDERS + 1, ORDERS + 2, ORDERS + 3]);
  expect((await shop.demo.ask('sale.get', { sale: SALE })).body).toMatchObject({ units: { sold: ORDERS + 3, available: ORDERS - 3 } });
});

it('[L3] does without a snapshot that was changed, and writes another', async () => {
  const { head, pieces } = await stored();
  const texts = await Promise.all(pieces.map(async (_, number) => textOf(pieceOf(head.version, number))));
  const ofOrders = texts.findIndex((text) => text.includes('"orders"'));
  await values.put(pieceOf(head.version, ofOrders), Buffer.from(texts[ofOrders]?.replace('"confirmed"', '"expired"') ?? ''));
  const before = await shop.demo.ask('sale.get', { sale: SALE });
  await restarted();
  expect((await shop.demo.ask('sale.get', { sale: SALE })).text).toBe(before.text);
  expect([await snapshots('unusable'), await snapshots('used')]).toEqual([1, 0]);
  await waitFor(async () => (await snapshots('taken')) === 1, { what: 'another is taken', ...DONE });
  await restarted();
  expect((await shop.demo.ask('sale.get', { sale: SALE })).text).toBe(before.text);
  expect(await snapshots('used')).toBe(1);
});

it('[L3] stops at a snapshot of a commit that the log does not have: something was lost, and nothing is sold on top of it', async () => {
  const good = await stored();
  await values.put(HEAD, Buffer.from(JSON.stringify({ ...good, head: { ...good.head, hash: 'f'.repeat(64) } })));
  await restarted();
  const refused = await shop.demo.ask('order.place', ORDER, 'on top of a loss', 10_000);
  expect(refused.status).toBeGreaterThanOrEqual(500);
  const ready = await fetch(`${healthUrlOf(shop.app)}/health/ready`);
  expect([ready.status, await ready.text()]).toEqual([503, expect.stringContaining('log-broken')]);
  await values.put(HEAD, Buffer.from(JSON.stringify(good)));
  await restarted();
  expect(await order('on top of a loss')).toMatchObject({ status: 201 });
});
