import { waitFor } from '../../dev/processes/wait.js';
import type { Heard } from '../harness/caller.js';
import { askUntilSettled, counted, toldOf } from '../stages/crash-stage.js';
import { Shop } from '../stages/shop.js';

const BUYERS = 600;
const SEATS = 300;

const shop = Shop.forTests('broker', { level: 'silent' });

/** Kills the broker as soon as the rush has begun, and starts it again. */
async function kill(begun: () => boolean): Promise<void> {
  while (!begun()) await new Promise((resolve) => setImmediate(resolve));
  await shop.log.server.kill9();
  await shop.log.server.restart();
  await waitFor(async () => (await shop.log.admin.rtt()) >= 0, { what: 'the broker is back', timeoutMs: 60_000 });
}

it('[blockchain SC-2] [L3] loses no acknowledged order when the broker is killed in a rush, decides each key once, and sells on by itself', async () => {
  await shop.demo.open('killed', { rows: [{ row: 'A', from: 1, to: SEATS }] });
  const acknowledged = new Map<number, Heard>();
  const place = async (buyer: number): Promise<Heard> =>
    askUntilSettled(shop.demo, 'killed', { units: [`A-${(buyer % SEATS) + 1}`] }, `k-${buyer}`);
  const killed = kill(() => acknowledged.size > BUYERS / 20);
  await Promise.all(Array.from({ length: BUYERS }, async (_, buyer) => acknowledged.set(buyer, await place(buyer))));
  await killed;
  const orders = [...acknowledged.values()].flatMap(({ status, body }) => (status === 201 ? [`${body.order}`] : []));
  await waitFor(async () => (await shop.log.admin.rtt()) >= 0, { what: 'the admin reaches the server again', timeoutMs: 60_000 });
  const told = await toldOf(shop.log, 'killed');
  expect(counted(orders)).toEqual([SEATS, SEATS]);
  expect([...told.orders].sort()).toEqual(orders.sort());
  expect([counted(told.units), counted(told.decisions)]).toEqual([
    [SEATS, SEATS],
    [BUYERS, BUYERS],
  ]);
  const again = await Promise.all([...acknowledged.keys()].map(place));
  expect(again.map(({ text }) => text)).toEqual([...acknowledged.values()].map(({ text }) => text));
}, 240_000);
