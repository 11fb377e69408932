import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Bench, timesOf } from './bench.js';
import { closedLoop, type Sample } from './measure/load.js';
import { figuresOf, inTurns } from './measure/rounds.js';
import { ratiosOf, spreadOf } from './measure/statistics.js';
import type { Result, Run } from './report/result.js';
import { shownSpread } from './report/table.js';
import { writeSale } from './stage/ledger-log.js';
import { memoryOf } from './stage/measured-process.js';
import { decided } from './stage/seat-orders.js';
import { OUR_DURABILITY } from './stage/seller.js';
import { ask, onStages, type SellingStage } from './stage/selling-stage.js';

const IN_FLIGHT = 64;
const TENFOLD = 10;
/** The measurements sell the rest of a sale's 100,000 places. */
const TICKETS_PER_SALE = 70_000;
const PLACES_PER_SALE = 100_000;
const WITHIN = 0.2;
const MEBIBYTE = 2 ** 20;
const SETTLE_MS = 200;

/** Logs of three sizes, each behind a purchase process that has all their sales in memory. */
export const growth: Bench = {
  name: 'growth',
  what: 'the cost of an order, and the memory, after 1/100, 1/10 and all of the tickets',
  minutes: 8,
  size: { of: 'tickets sold before', full: 1_000_000, quick: 10_000 },
  run: (run) => {
    const sizes = [run.size / TENFOLD ** 2, run.size / TENFOLD, run.size].map(Math.round);
    return onStages(
      sizes.map((tickets) => ({ name: `bench-growth-${tickets}`, prepare: (admin) => write(admin, tickets, run) })),
      (stages) => measure(stages, sizes, run),
    );
  },
};

const saleCount = (tickets: number): number => Math.ceil(tickets / TICKETS_PER_SALE);

async function write(admin: SellingStage['admin'], tickets: number, { say }: Run): Promise<void> {
  const sales = saleCount(tickets);
  for (let sale = 0; sale < sales; sale += 1) {
    const orders = Math.floor(tickets / sales) + (sale < tickets % sales ? 1 : 0);
    await writeSale(admin, { tenant: 'demo', sale: `sale-${sale}`, orders, quota: PLACES_PER_SALE, mint: 'on-request' });
    say(`${tickets} tickets: sale ${sale + 1} of ${sales} is written`);
  }
}

async function measure(stages: readonly SellingStage[], sizes: readonly number[], run: Run): Promise<Result> {
  const memory = [];
  for (const [index, stage] of stages.entries()) {
    for (let sale = 0; sale < saleCount(sizes[index] ?? 0); sale += 1) await place(stage, `sale-${sale}`);
    memory.push({ purchase: stage.purchase.bytes('VmRSS') / MEBIBYTE, nats: memoryOf(natsPid(stage), 'VmRSS') / MEBIBYTE });
  }
  const turn = new Map<SellingStage, number>();
  const variants = Object.fromEntries(
    stages.map((stage, index) => [
      `${sizes[index]} tickets`,
      async (): Promise<Sample> => {
        const number = turn.get(stage) ?? 0;
        turn.set(stage, number + 1);
        await pause(SETTLE_MS); // the snapshot of a large sale is written after the order that caused it
        return sell(stage, `sale-${number % saleCount(sizes[index] ?? 0)}`, run);
      },
    ]),
  );
  const rounds = await inTurns(run.pairs, variants, run.say);
  const samples = sizes.map((size) => rounds[`${size} tickets`] ?? []);
  return report(sizes, samples, memory);
}

async function place({ demo }: SellingStage, sale: string): Promise<void> {
  const key = randomUUID();
  const { status, text } = await decided(() => ask(demo, 'order.place', { sale, buyer: key, quantity: 1 }, key));
  if (status !== 201) throw new Error(`${sale} answered ${status}: ${text}`);
}

async function sell(stage: SellingStage, sale: string, run: Run): Promise<Sample> {
  const sold = async (): Promise<number> =>
    (JSON.parse((await ask(stage.demo, 'sale.get', { sale })).text) as { readonly units: { readonly sold: number } }).units.sold;
  const before = await sold();
  let placed = 0;
  const sample = await closedLoop({ ...timesOf(run), inFlight: IN_FLIGHT, processes: stage.processes }, async () => {
    await place(stage, sale);
    placed += 1;
  });
  const after = await sold();
  if (after - before !== placed) throw new Error(`${placed} orders were answered, ${after - before} places were sold`);
  return sample;
}

const natsPid = ({ processes }: SellingStage): number => [processes['nats-server'] ?? 0].flat()[0] ?? 0;

function report(
  sizes: readonly number[],
  samples: readonly (readonly Sample[])[],
  memory: readonly { readonly purchase: number; readonly nats: number }[],
): Result {
  const [small = [], large = []] = [samples[0], samples.at(-1)];
  const timeOf = ({ perSecond }: Sample): number => 1 / perSecond;
  const longer = ratiosOf(large.map(timeOf), small.map(timeOf));
  return {
    title: `Orders of one place, ${IN_FLIGHT} in flight, after tickets that were sold before; all sales in memory`,
    rows: sizes.map((size, index) => ({
      label: `${size.toLocaleString('en-US')} tickets in ${saleCount(size)} sale${saleCount(size) === 1 ? '' : 's'}`,
      durability: OUR_DURABILITY,
      figures: {
        ...figuresOf(samples[index] ?? []),
        purchaseMiB: spreadOf([memory[index]?.purchase ?? Number.NaN]),
        natsServerMiB: spreadOf([memory[index]?.nats ?? Number.NaN]),
      },
    })),
    targets: [
      {
        what: `an order after ${sizes.at(-1)} tickets takes at most ${(1 + WITHIN) * 100} % of its time after ${sizes[0]}`,
        reached: longer.median <= 1 + WITHIN,
        measured: `${shownSpread(longer)} ×`,
      },
    ],
    plots: [
      {
        kind: 'lines',
        title: 'Processor time of an order by tickets sold before',
        unit: 'ms',
        xUnit: 'tickets in the log',
        logX: true,
        series: ['purchase', 'nats-server'].map((name) => ({
          label: name,
          points: sizes.map((size, index) => [size, spreadOf((samples[index] ?? []).map(({ cpuMs }) => cpuMs[name] ?? 0)).median] as const),
        })),
      },
      {
        kind: 'lines',
        title: 'Memory by tickets sold before, all sales in memory',
        unit: 'MiB',
        xUnit: 'tickets in the log',
        series: (['purchase', 'nats'] as const).map((name) => ({
          label: name === 'nats' ? 'nats-server' : name,
          points: sizes.map((size, index) => [size, memory[index]?.[name] ?? 0] as const),
        })),
      },
    ],
  };
}
