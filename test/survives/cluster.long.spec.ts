import { jetstreamManager } from '@nats-io/jetstream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { saleSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { leaderInfo } from '#shared/event-store/jetstream/leader-info.js';
import { waitFor } from '../../dev/processes/wait.js';
import { commitsOf } from '../conformance/event-store-suite.js';
import type { Heard } from '../harness/caller.js';
import { scrape } from '../harness/scrape.js';
import { ClusterStage, NODES } from '../stages/cluster-stage.js';
import type { Told } from '../stages/crash-stage.js';
import { RunningLedger } from '../stages/ledger-app.js';
import { ordersOf, Rush } from '../stages/rush.js';
import { startSelling } from '../stages/selling.js';

/** Requested while two servers are gone. */
const UNHEARD = 10;
/** An answer takes as long as its reads wait for a leader that does not come. */
const ANSWERED_MS = 20_000;
/** An election takes 4 to 9 s. On a busy machine it is repeated. */
const LED_MS = 180_000;

const stage = ClusterStage.forTests();
const ledger = RunningLedger.forTests(stage);
const rush = new Rush(stage);

const restart = (...names: readonly string[]): Promise<unknown> => Promise.all(names.map((name) => stage.log.server.node(name).restart()));

const strikes: readonly (readonly [what: string, strike: () => Promise<unknown>])[] = [
  ['killed and back at once', async () => restart(await stage.killLeaderOf('EVENTS'))],
  [
    'killed and back once another leads',
    async () => {
      const killed = await stage.killLeaderOf('EVENTS');
      await stage.leaderOf('EVENTS', killed);
      await restart(killed);
    },
  ],
  [
    'asked to hand over, three times',
    async () => {
      for (let times = 0; times < 3; times++) await stage.stepDown('EVENTS');
    },
  ],
];

describe('a leader of EVENTS', () => {
  it.each(strikes)(
    '[L1] [L3] [L4] that is %s loses no acknowledged order, sells no seat twice, and decides each key once',
    async (what, strike) => {
      const sale = what.replaceAll(/[^a-z]+/g, '-');
      const response = await rush.through(sale, strike);
      await rush.expectSoldOnce(sale, response);
      await stage.isCopied('EVENTS');
    },
    600_000,
  );
});

it('[L6] ends a hold although the wake-up for it could not be stored when it was wanted: TIMERS had no leader', async () => {
  await rush.open('held', { payment: 'webhook', holdSeconds: 1 });
  const killed = await stage.killLeaderOf('TIMERS');
  expect((await rush.place('held', 1)).status).toBe(201);
  const store = await JetStreamEventStore.on(stage.log.admin);
  const expired = async (): Promise<boolean> =>
    (await commitsOf(store, saleSubject('demo', 'held'))).some(({ events }) => events.some(({ type }) => type === 'OrderExpired'));
  await waitFor(expired, { what: 'the hold has ended', timeoutMs: LED_MS });
  await restart(killed);
}, 600_000);

it('[L3] [L10] acknowledges nothing while two of three servers are gone, answers 503, trusts no copy without leadership, and continues when they are back', async () => {
  await rush.open('two-gone');
  const leader = await stage.leaderOf('EVENTS');
  const [other] = NODES.filter((name) => name !== leader) as [string];
  await Promise.all([leader, other].map((name) => stage.log.server.node(name).kill9()));
  const jsm = await jetstreamManager(stage.log.admin, { checkAPI: false, timeout: 1_000 });
  const nobodyLeads = async (): Promise<boolean> => (await stage.info('EVENTS')).cluster?.leader === undefined;
  await waitFor(nobodyLeads, { what: 'the last server answers with its own copy', timeoutMs: LED_MS });
  await expect(leaderInfo(jsm, 'EVENTS')).rejects.toMatchObject({ code: 'log-unreachable', context: { stream: 'EVENTS' } });
  await Promise.all(stage.callers.map((caller) => caller.connected()));
  const ask = (buyer: number): Promise<Heard> => {
    const key = `two-gone-${buyer}`;
    return rush.callerOf(buyer).ask('order.place', { sale: 'two-gone', buyer: key, units: [`A-${buyer + 1}`] }, key, ANSWERED_MS);
  };
  const told = await Promise.all(Array.from({ length: UNHEARD }, (_, buyer) => ask(buyer)));
  for (const { status, retryAfter } of told) expect([[202, 503], Number(retryAfter) > 0]).toEqual([expect.arrayContaining([status]), true]);
  const starting = startSelling(stage.log.server);
  await restart(leader, other);
  await (await starting).close(); // it waited for a server to report the streams
  const response = await Promise.all(told.map((_, buyer) => rush.place('two-gone', buyer)));
  expect([...(await rush.told('two-gone')).orders].sort()).toEqual([...ordersOf(response)].sort());
  expect(ordersOf(response)).toHaveLength(UNHEARD);
}, 600_000);

it('[L3] fills a server that comes back with an empty disk; it can lead, and stand in for one that had everything', async () => {
  const sales = [...strikes.map(([what]) => what.replaceAll(/[^a-z]+/g, '-')), 'two-gone'];
  const tellAll = (): Promise<readonly Told[]> => Promise.all(sales.map((sale) => rush.told(sale)));
  const before = await tellAll();
  const emptied = await stage.leaderOf('EVENTS');
  await stage.log.server.replaceDisk(emptied);
  await stage.isCopied('EVENTS');
  await stage.stepDown('EVENTS', emptied);
  expect(await stage.leaderOf('EVENTS')).toBe(emptied);
  expect(await tellAll()).toEqual(before);
  const [another] = NODES.filter((name) => name !== emptied) as [string];
  await stage.log.server.node(another).kill9();
  await waitFor(
    async () => (await scrape(stage.apps[0] as NestFastifyApplication)).get('admit_stream_copies_missing{stream="EVENTS"}') === 1,
    {
      what: 'the missing copy is shown',
      timeoutMs: LED_MS,
    },
  );
  expect((await rush.place('two-gone', UNHEARD)).status).toBe(201);
  await restart(another);
}, 600_000);

it('[L5] [L7] has all of it in the ledger, and replays to an equal one, by the addresses of all three', async () => {
  const sales = [...strikes.map(([what]) => what.replaceAll(/[^a-z]+/g, '-')), 'two-gone', 'held'];
  await rush.expectInLedger(ledger, sales);
}, 600_000);
