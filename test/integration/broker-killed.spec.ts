import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { waitFor } from '../../dev/processes/wait.js';
import { Caller, type Heard } from '../harness/caller.js';
import { counted, insist, toldOf } from '../harness/crash-stage.js';
import { Log, startSelling } from '../harness/selling.js';

const BUYERS = 600;
const SEATS = 300;
let log: Log;
let app: NestFastifyApplication;
let demo: Caller;

beforeAll(async () => {
  log = await Log.start('broker');
  app = await startSelling(log.server, 'silent');
  demo = await Caller.of(log.server, 'demo');
}, 180_000);
afterAll(async () => {
  await demo?.close();
  await app?.close();
  await log?.stop();
}, 30_000);

/** Kills the broker as soon as the rush has begun, and starts it again. */
async function kill(begun: () => boolean): Promise<void> {
  while (!begun()) await new Promise((resolve) => setImmediate(resolve));
  await log.server.kill9();
  await log.server.restart();
  await waitFor(async () => (await log.admin.rtt()) >= 0, { what: 'the broker is back', timeoutMs: 10_000 });
}

it('[blockchain SC-2] [L3] loses no acknowledged order when the broker is killed in a rush, decides each key once, and sells on by itself', async () => {
  await demo.open('killed', { rows: [{ row: 'A', from: 1, to: SEATS }] });
  const acknowledged = new Map<number, Heard>();
  const place = async (buyer: number): Promise<Heard> => insist(demo, 'killed', { units: [`A-${(buyer % SEATS) + 1}`] }, `k-${buyer}`);
  const killed = kill(() => acknowledged.size > BUYERS / 20);
  await Promise.all(Array.from({ length: BUYERS }, async (_, buyer) => acknowledged.set(buyer, await place(buyer))));
  await killed;
  const orders = [...acknowledged.values()].flatMap(({ status, body }) => (status === 201 ? [`${body.order}`] : []));
  await waitFor(async () => (await log.admin.rtt()) >= 0, { what: 'the admin reaches the server again', timeoutMs: 20_000 });
  const told = await toldOf(log, 'killed');
  expect(counted(orders)).toEqual([SEATS, SEATS]);
  expect([...told.orders].sort()).toEqual(orders.sort());
  expect([counted(told.units), counted(told.decisions)]).toEqual([
    [SEATS, SEATS],
    [BUYERS, BUYERS],
  ]);
  const again = await Promise.all([...acknowledged.keys()].map(place));
  expect(again.map(({ text }) => text)).toEqual([...acknowledged.values()].map(({ text }) => text));
}, 60_000);
