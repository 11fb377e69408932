import { randomUUID } from 'node:crypto';
import { type Bench, timesOf } from './bench.js';
import { countedLoop, type Sample } from './measure/load.js';
import { figuresOf, inTurns, rateRatio, ratesOf } from './measure/rounds.js';
import { spreadOf } from './measure/statistics.js';
import type { Result, Run } from './report/result.js';
import { shownSpread } from './report/table.js';
import { decided, SeatOrders } from './stage/seat-orders.js';
import { admitOverNats, OUR_DURABILITY, type Seller } from './stage/seller.js';
import { onStage, type SellingStage } from './stage/selling-stage.js';

const IN_FLIGHT = 256;
const SOME_SALES = 64;
const SHARE_OF_ONE = 0.7;

/** The same load on one sale, on 64, and on sales with one order each. */
export const manySales: Bench = {
  name: 'many-sales',
  what: 'orders over one sale, over 64 sales, and over sales with one order each',
  minutes: 8,
  size: { of: 'sales with one order each', full: 20_000, quick: 500 },
  isQuick: true,
  run: (run) => onStage('bench-many-sales', (stage) => measure(stage, run)),
};

async function measure(stage: SellingStage, run: Run): Promise<Result> {
  const seller = admitOverNats(stage);
  const load = { ...timesOf(run), inFlight: IN_FLIGHT };
  const [one, some] = [new SeatOrders(seller), new SeatOrders(seller, SOME_SALES)];
  const variants = {
    one: () => one.sell(load),
    some: () => some.sell(load),
    each: () => oneOrderEach(seller, run.size),
  };
  const rounds = await inTurns(run.pairs, variants, run.say);
  const ratios = { some: rateRatio(rounds.some, rounds.one), each: rateRatio(rounds.each, rounds.one) };
  const labels = { one: 'one sale', some: `${SOME_SALES} sales`, each: `${run.size} sales, one order each` };
  const names = ['one', 'some', 'each'] as const;
  return {
    title: `Orders of two named seats over NATS, ${IN_FLIGHT} in flight; one purchase process`,
    rows: names.map((name) => ({
      label: labels[name],
      durability: OUR_DURABILITY,
      figures: { ...figuresOf(rounds[name]), ...(name !== 'one' && { ratioToOne: ratios[name] }) },
    })),
    targets: (['some', 'each'] as const).map((name) => ({
      what: `${labels[name]}: at least ${SHARE_OF_ONE * 100} % of one sale`,
      reached: ratios[name].median >= SHARE_OF_ONE,
      measured: shownSpread(ratios[name]),
      ifMissed:
        'A commit belongs to one sale, so that many sales need more commits, each with a message and an fsync, for the same orders. Next: an atomic batch for several sales.',
    })),
    plots: [
      {
        kind: 'bars',
        title: 'Orders by number of sales',
        unit: '/s',
        series: ['orders'],
        groups: names.map((name) => ({ label: labels[name], values: [spreadOf(ratesOf(rounds[name]))] })),
      },
    ],
  };
}

/** Each sale has two seats and sells both in one order. */
async function oneOrderEach(seller: Seller, sales: number): Promise<Sample> {
  const run = randomUUID().slice(0, 8);
  const saleOf = (number: number): string => `one-${run}-${number}`;
  await countedLoop({ inFlight: IN_FLIGHT, calls: sales }, (number) => seller.openSale(saleOf(number), { rows: 1, seatsPerRow: 2 }));
  const sample = await countedLoop({ inFlight: IN_FLIGHT, calls: sales, processes: seller.processes }, async (number) => {
    const order = { key: randomUUID(), buyer: `b-${number}`, units: ['R0-1', 'R0-2'] };
    const { status, text } = await decided(() => seller.place(saleOf(number), order));
    if (status !== 201) throw new Error(`answered ${status}: ${text}`);
  });
  for (let number = 0; number < sales; number += Math.ceil(sales / SOME_SALES)) {
    const sold = await seller.sold(saleOf(number));
    if (sold !== 2) throw new Error(`sale ${saleOf(number)} sold ${sold} of 2 seats`);
  }
  return sample;
}
