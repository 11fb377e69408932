import { availableParallelism } from 'node:os';
import { type Bench, timesOf } from './bench.js';
import { figuresOf, inTurns, rateRatio, ratesOf } from './measure/rounds.js';
import { spreadOf } from './measure/statistics.js';
import type { Result, Run } from './report/result.js';
import { shownSpread } from './report/table.js';
import { SeatOrders } from './stage/seat-orders.js';
import { admitOverNats, OUR_DURABILITY } from './stage/seller.js';
import { onStages, type SellingStage } from './stage/selling-stage.js';

const PROCESSES = [1, 2, 3] as const;
const SALES = 64;
const IN_FLIGHT = 256;
const SHARE_OF_ONE = 0.9;
const nameOf = (count: number): string => `${count} purchase process${count === 1 ? '' : 'es'}`;

/** One, two and three purchase processes, each number with its own server and log. */
export const scaleOut: Bench = {
  name: 'scale-out',
  what: 'one, two and three purchase processes over 64 sales',
  minutes: 3,
  run: (run) =>
    onStages(
      PROCESSES.map((purchases) => ({ name: `bench-scale-${purchases}`, purchases })),
      (stages) => measure(stages, run),
    ),
};

async function measure(stages: readonly SellingStage[], run: Run): Promise<Result> {
  const load = { ...timesOf(run), inFlight: IN_FLIGHT };
  const variants = Object.fromEntries(
    stages.map((stage, index) => {
      const orders = new SeatOrders(admitOverNats(stage), SALES);
      return [nameOf(PROCESSES[index] ?? 0), () => orders.sell(load)];
    }),
  );
  const rounds = await inTurns(run.pairs, variants, run.say);
  const [one, ...more] = PROCESSES.map((count) => ({ name: nameOf(count), samples: rounds[nameOf(count)] ?? [] }));
  if (one === undefined) throw new Error('There is no run with one process.');
  const ratios = more.map(({ name, samples }) => ({ name, ratio: rateRatio(samples, one.samples) }));
  return {
    title: `Orders over ${SALES} sales, ${IN_FLIGHT} in flight, on ${availableParallelism()} processors that servers, apps and callers share`,
    rows: [one, ...more].map(({ name, samples }, index) => ({
      label: name,
      durability: OUR_DURABILITY,
      figures: { ...figuresOf(samples), ...(index > 0 && { ratioToOne: rateRatio(samples, one.samples) }) },
    })),
    targets: ratios.map(({ name, ratio }) => ({
      what: `${name}: at least ${SHARE_OF_ONE * 100} % of one`,
      reached: ratio.median >= SHARE_OF_ONE,
      measured: shownSpread(ratio),
      ifMissed:
        'All processes share the processors of this machine, and smaller groups need more fsyncs. Next: a measurement with more processors.',
    })),
    plots: [
      {
        kind: 'bars',
        title: `Orders by number of purchase processes, on ${availableParallelism()} processors`,
        unit: '/s',
        series: ['orders'],
        groups: [one, ...more].map(({ name, samples }) => ({ label: name, values: [spreadOf(ratesOf(samples))] })),
      },
    ],
  };
}
