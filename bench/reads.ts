import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { type Bench, timesOf } from './bench.js';
import { closedLoop, type Load, type Sample } from './measure/load.js';
import { figuresOf, inTurns, rateRatio, ratesOf } from './measure/rounds.js';
import { spreadOf } from './measure/statistics.js';
import type { Result, Run } from './report/result.js';
import { shown, shownSpread } from './report/table.js';
import { OUR_DURABILITY } from './stage/seller.js';
import { ask, expectStatus, onStage, openSale, type SellingStage } from './stage/selling-stage.js';

const IN_FLIGHT = 64;
const KEYS = 2_000;
const READS_PER_SECOND = 1_500;
/** Share of the orders while as many callers repeat decided orders: both use one process. */
const SHARE_BESIDE_RETRIES = 0.5;

/** Reads and retries of one sale at once: all are answered from the log, up to the leader's last commit at their arrival. */
export const reads: Bench = {
  name: 'reads',
  what: 'reads of decided orders, and orders beside as many retries of decided ones',
  minutes: 2,
  run: (run) => onStage('bench-reads', (stage) => measure(stage, run)),
};

async function measure({ demo, processes }: SellingStage, run: Run): Promise<Result> {
  const load: Load = { ...timesOf(run), inFlight: IN_FLIGHT, processes };
  await openSale(demo, 'reads');
  const made = await place(demo);
  const retried: Sample[] = [];
  const rounds = await inTurns(
    run.pairs,
    {
      reads: () => readOrders(demo, made, load),
      alone: () => placeOrders(demo, load),
      beside: async () => {
        const [sold, again] = await Promise.all([placeOrders(demo, load), retries(demo, load)]);
        retried.push(again);
        return sold;
      },
    },
    run.say,
  );
  const beside = rateRatio(rounds.beside, rounds.alone);
  const reading = spreadOf(ratesOf(rounds.reads));
  const row = (label: string, samples: readonly Sample[], more = {}) => ({
    label,
    durability: OUR_DURABILITY,
    figures: { ...figuresOf(samples), ...more },
  });
  return {
    title: `Reads, orders of one place, and retries of decided orders over NATS, ${IN_FLIGHT} in flight each`,
    rows: [
      row('reads of orders', rounds.reads),
      row('orders alone', rounds.alone),
      row('orders beside retries', rounds.beside, { ratioToAlone: beside }),
      row('the retries', retried),
    ],
    targets: [
      { what: `${READS_PER_SECOND} reads/s`, reached: reading.median >= READS_PER_SECOND, measured: `${shown(reading.median)}/s` },
      {
        what: `beside the retries ${SHARE_BESIDE_RETRIES * 100} % of the orders`,
        reached: beside.median >= SHARE_BESIDE_RETRIES,
        measured: shownSpread(beside),
      },
    ],
    plots: [],
  };
}

const order = (key: string): object => ({ sale: 'reads', buyer: key, quantity: 1 });

/** Orders to read, and keys to retry with. */
async function place(demo: NatsConnection): Promise<string[]> {
  const made: string[] = [];
  for (let first = 0; first < KEYS; first += IN_FLIGHT) {
    const keys = Array.from({ length: IN_FLIGHT }, (_, index) => `key-${first + index}`);
    for (const { text } of await Promise.all(keys.map((key) => ask(demo, 'order.place', order(key), key))))
      made.push((JSON.parse(text) as { readonly order: string }).order);
  }
  return made;
}

async function readOrders(demo: NatsConnection, made: readonly string[], load: Load): Promise<Sample> {
  let next = 0;
  return closedLoop(load, async () => {
    next += 1;
    expectStatus(200, await ask(demo, 'order.get', { sale: 'reads', order: made[next % made.length] }));
  });
}

async function placeOrders(demo: NatsConnection, load: Load): Promise<Sample> {
  return closedLoop(load, async () => {
    const key = randomUUID();
    expectStatus(201, await ask(demo, 'order.place', order(key), key));
  });
}

async function retries(demo: NatsConnection, load: Load): Promise<Sample> {
  let next = 0;
  return closedLoop(load, async () => {
    next += 1;
    const key = `key-${next % KEYS}`;
    expectStatus(201, await ask(demo, 'order.place', order(key), key));
  });
}
