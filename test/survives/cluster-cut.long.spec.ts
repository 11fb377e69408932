import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { NO_HEAD } from '#shared/event-store/commit.js';
import { saleSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { leaderInfo } from '#shared/event-store/jetstream/leader-info.js';
import type { Fault } from '#shared/kernel/fault.js';
import { waitFor } from '../../dev/processes/wait.js';
import { aDecision } from '../conformance/event-store-suite.js';
import type { Caller, Heard } from '../harness/caller.js';
import { scrape } from '../harness/scrape.js';
import { CutStage } from '../stages/cut-stage.js';
import { RunningLedger } from '../stages/ledger-app.js';
import type { Damage } from '../stages/network-cuts.js';
import { Rush } from '../stages/rush.js';

/** Asked for on the island while it is cut off. */
const UNHEARD = 5;
/** An answer takes as long as its reads wait for a leader that does not come; in the dark some go to the other side, and are lost. */
const ANSWERED_MS = 20_000;
const LOOK_MS = 2_000;
const SHOWN_MS = 180_000;
const STARTS_MS = 180_000;
const LATE = 'decided on the island';
const MISSING = 'admit_stream_copies_missing{stream="EVENTS"}';

const stage = CutStage.forTests();
const ledger = RunningLedger.forTests(stage);
const rush = new Rush(stage);

/** An answer, or nothing within the time in which a caller would give up. */
const perhaps = async (asking: Promise<Heard>): Promise<readonly Heard[]> => {
  const [answer] = await Promise.allSettled([asking]);
  return answer?.status === 'fulfilled' ? [answer.value] : [];
};

const place = (caller: Caller, sale: string, key: string): Promise<Heard> =>
  caller.ask('order.place', { sale, buyer: key, quantity: 1 }, key, ANSWERED_MS);

const open = (sale: string): Promise<Heard> => {
  const terms = { sale, name: 'Gala', units: { quota: 100 }, price: { amount: '5000', currency: 'EUR' }, mint: 'on-request' };
  return stage.mainlander.askUntilSettled('sale.open', terms, `open-${sale}`);
};

/** The island's answers for a sale, for an order in it, and for a sale unknown there: the others may have opened it by now. */
async function heardOnIsland(sale: string, order: string, later: string): Promise<readonly Heard[]> {
  const { islander } = stage;
  const read = (what: string, body: object): Promise<Heard> => islander.ask(what, body, undefined, ANSWERED_MS);
  const asked = Array.from({ length: UNHEARD }, (_, buyer) => [
    place(islander, sale, `${sale}-island-${buyer}`),
    place(islander, later, `${later}-island-${buyer}`),
    read('sale.get', { sale }),
    read('sale.get', { sale: later }),
    read('order.get', { sale, order }),
  ]);
  return (await Promise.all(asked.flat().map(perhaps))).flat();
}

/** An old leader claims leadership until it notices the cut; another server asks one that does not answer. Readers trust neither. */
async function islandIsNotBelieved(): Promise<void> {
  const jsm = await jetstreamManager(island, { checkAPI: false, timeout: LOOK_MS });
  await expect(leaderInfo(jsm, 'EVENTS')).rejects.toThrow();
}

/** A decision of an island process on its current state, and its append: it arrives after the cut, at a log that has moved on. */
async function decidedOnIsland(sale: string): Promise<() => Promise<unknown>> {
  const store = await JetStreamEventStore.on(island);
  const subject = saleSubject('demo', sale);
  let head = NO_HEAD;
  const isRead = async (): Promise<boolean> => {
    head = await store.head(subject); // not answered while the new leader becomes known
    return true;
  };
  await waitFor(isRead, { what: `the island reads ${sale}`, timeoutMs: STARTS_MS });
  return () => store.append(subject, head, [aDecision(LATE, 0)]).catch((thrown: Fault) => thrown.code);
}

/** The mainland's process takes over the island's decisions, and sells. */
async function mainlandSells(sale: string, later: string): Promise<void> {
  const placed = await stage.mainlander.askUntilSettled('order.place', { sale, buyer: 'b-1', quantity: 1 }, `${sale}-1`);
  expect([placed.status, (await open(later)).status]).toEqual([201, 201]);
  const missing = async (): Promise<boolean> => (await scrape(stage.mainlandApp)).get(MISSING) === 1;
  await waitFor(missing, { what: 'the missing copy is shown', timeoutMs: SHOWN_MS });
}

const ALL = ['EVENTS', 'COMMANDS', 'TIMERS', 'MINTS', 'DEAD'];
const cuts: readonly (readonly [what: string, sale: string, damage: Damage, led: readonly string[]])[] = [
  ['that leads nothing, and what it still sends arrives late,', 'late', 'dark', []],
  ['that leads everything, and its connections say nothing more,', 'dark', 'dark', ALL],
  ['that leads EVENTS, and its connections break,', 'severed', 'severed', ['EVENTS']],
];

let island: NatsConnection;
beforeAll(async () => {
  island = await stage.keep(connect(stage.log.server.node(stage.island).connection('purchase')));
  await rush.open('late');
  await stage.sellOnMainland();
}, STARTS_MS);

describe('a server that is cut off', () => {
  it.each(cuts)(
    '[L1] [L3] [L4] %s gives no acknowledgement and no old answer; the others sell on; nothing is lost and no seat sold twice',
    async (_, sale, damage, led) => {
      const [beside, later] = [`${sale}-beside`, `${sale}-later`];
      await open(beside);
      const before = await stage.islander.askUntilSettled('order.place', { sale: beside, buyer: 'b-0', quantity: 1 }, `${beside}-0`);
      for (const stream of ALL) await stage.stepDown(stream, led.includes(stream) ? stage.island : stage.mainland);
      const send = await decidedOnIsland(beside);
      const response = await rush.through(sale, async () => {
        stage.cutOff(damage);
        const sent = send();
        await stage.leaderOf('EVENTS', stage.island);
        await islandIsNotBelieved();
        const [told] = await Promise.all([heardOnIsland(beside, `${before.body.order}`, later), mainlandSells(beside, later)]);
        expect(told.length).toBeGreaterThan(0);
        for (const { status, text, retryAfter } of told)
          expect([[202, 503], text, Number(retryAfter) > 0]).toEqual([expect.arrayContaining([status]), text, true]);
        await stage.heal('EVENTS');
        expect([undefined, 'append-unknown']).toContain(await sent);
      });
      await rush.expectSoldOnce(sale, response);
      const { decisions } = await rush.told(beside);
      expect([decisions.length - new Set(decisions).size, decisions.includes(LATE)]).toEqual([0, false]);
    },
    600_000,
  );
});

it('[L5] [L7] has all of it in the ledger, and replays to an equal one', async () => {
  const sales = cuts.flatMap(([, sale]) => [sale, `${sale}-beside`, `${sale}-later`]);
  await rush.expectInLedger(ledger, sales);
}, 300_000);
