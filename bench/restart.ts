import { randomUUID } from 'node:crypto';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Bench } from './bench.js';
import { spreadOf } from './measure/statistics.js';
import type { Result, Row, Run } from './report/result.js';
import { shown } from './report/table.js';
import { writeSale } from './stage/ledger-log.js';
import { PurchaseProcess } from './stage/purchase-process.js';
import { decided } from './stage/seat-orders.js';
import { OUR_DURABILITY } from './stage/seller.js';
import { ask, expectStatus, onStages, type SellingStage } from './stage/selling-stage.js';

const SALE = 'gala';
/** Length of the short log. */
const FEW_ORDERS = 1_000;
/** Decided, placed, confirmed. */
const EVENTS_PER_ORDER = 3;
const FIRST_DECISION_MS = 3_000;
/** A start does not depend on the length of the log. */
const READY_FACTOR = 1.2;

interface Start {
  readonly readyMs: number;
  readonly firstOrderMs: number;
  readonly secondOrderMs: number;
}

/** Purchase is killed and started again on a log with one long sale, beside a short log. */
export const restart: Bench = {
  name: 'restart',
  what: 'purchase killed and started again: ready, and the first order of a long sale',
  minutes: 3,
  size: { of: 'orders of the long sale', full: 99_000, quick: 5_000 },
  isQuick: true,
  run: (run) =>
    onStages(
      [FEW_ORDERS, run.size].map((orders) => ({
        name: `bench-restart-${orders}`,
        purchases: 0,
        prepare: (admin) => writeSale(admin, { tenant: 'demo', sale: SALE, orders, quota: orders + FEW_ORDERS, mint: 'on-request' }),
      })),
      (stages) => measure(stages, run),
    ),
};

async function measure(stages: readonly SellingStage[], run: Run): Promise<Result> {
  const starts: Start[][] = stages.map(() => []);
  for (let round = 0; round <= run.pairs; round += 1) {
    for (const [index, stage] of stages.entries()) {
      const start = await started(stage);
      starts[index]?.push(start);
      const figures = Object.entries(start).map(([name, ms]) => `${name} ${ms.toFixed(0)}`);
      run.say(
        `${round === 0 ? 'without a snapshot' : `${round}/${run.pairs}`}, ${index === 0 ? FEW_ORDERS : run.size} orders: ${figures.join(', ')}`,
      );
    }
  }
  return report(starts, run);
}

/** Starts, sells twice, and is killed as by a power cut of its machine. */
async function started({ server }: SellingStage): Promise<Start> {
  const from = performance.now();
  const purchase = await PurchaseProcess.start(server);
  const readyMs = performance.now() - from;
  let demo: NatsConnection | undefined;
  try {
    demo = await connect(server.connection('demo'));
    const firstOrderMs = await orderMs(demo);
    const secondOrderMs = await orderMs(demo);
    return { readyMs, firstOrderMs, secondOrderMs };
  } finally {
    await demo?.close();
    await purchase.stop('SIGKILL');
  }
}

async function orderMs(demo: NatsConnection): Promise<number> {
  const key = randomUUID();
  const from = performance.now();
  expectStatus(201, await decided(() => ask(demo, 'order.place', { sale: SALE, buyer: key, quantity: 1 }, key)));
  return performance.now() - from;
}

function report(starts: readonly (readonly Start[])[], run: Run): Result {
  const [few = [], many = []] = starts;
  const row = (label: string, of: readonly Start[]): Row => ({
    label,
    durability: OUR_DURABILITY,
    figures: {
      readyMs: spreadOf(of.map(({ readyMs }) => readyMs)),
      firstOrderMs: spreadOf(of.map(({ firstOrderMs }) => firstOrderMs)),
      secondOrderMs: spreadOf(of.map(({ secondOrderMs }) => secondOrderMs)),
    },
  });
  const long = `${run.size.toLocaleString('en-US')} orders (${(run.size * EVENTS_PER_ORDER).toLocaleString('en-US')} events)`;
  const short = `${FEW_ORDERS.toLocaleString('en-US')} orders`;
  const rows = [
    row(`${short}: from the log`, few.slice(0, 1)),
    row(`${long}: from the log`, many.slice(0, 1)),
    row(`${short}: again`, few.slice(1)),
    row(`${long}: again, from its snapshot`, many.slice(1)),
  ];
  const [again, ready, readyFew] = [rows[3]?.figures.firstOrderMs, rows[3]?.figures.readyMs, rows[2]?.figures.readyMs];
  const factor = (ready?.median ?? Number.NaN) / (readyFew?.median ?? Number.NaN);
  return {
    title: 'A purchase process killed and started again; times from its start to ready, then of an order',
    rows,
    targets: [
      {
        what: `first decision on a sale of ${long} below ${FIRST_DECISION_MS} ms`,
        reached: (again?.max ?? Number.POSITIVE_INFINITY) < FIRST_DECISION_MS,
        measured: `${shown(again?.median ?? Number.NaN)} ms, slowest ${shown(again?.max ?? Number.NaN)} ms`,
      },
      {
        what: `ready as soon as with a short log (at most ${READY_FACTOR} ×)`,
        reached: factor <= READY_FACTOR,
        measured: `${shown(factor)} ×, ${shown(ready?.median ?? Number.NaN)} ms`,
      },
    ],
    plots: [
      {
        kind: 'bars',
        title: 'Purchase killed and started again',
        unit: 'ms',
        series: ['ready', 'first order', 'second order'],
        groups: rows.map(({ label, figures }) => ({ label, values: [figures.readyMs, figures.firstOrderMs, figures.secondOrderMs] })),
      },
    ],
  };
}
