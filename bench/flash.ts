import { randomUUID } from 'node:crypto';
import type { Bench } from './bench.js';
import { countedLoop, type Sample } from './measure/load.js';
import { figuresOf, inTurns, rateRatio, ratesOf } from './measure/rounds.js';
import { spreadOf } from './measure/statistics.js';
import type { Result, Run } from './report/result.js';
import { shownSpread } from './report/table.js';
import { decided } from './stage/seat-orders.js';
import { OUR_DURABILITY } from './stage/seller.js';
import { ask, expectStatus, onStage, type SellingStage } from './stage/selling-stage.js';

const BUYERS_PER_SEAT = 10;
/** Every fifth buyer repeats its request with the same key. */
const RETRYING = 5;
const IN_FLIGHT = 256;
const ROW = 500;
const BUYERS_OF_ONE_SEAT = 1_000;
const SHARE_OF_UNCONTENDED = 0.8;
/** Spreads buyers over seats without a pattern; prime to every number of seats here. */
const STRIDE = 7_919;
const MEBIBYTE = 2 ** 20;

/** Ten buyers for every seat, a fifth of whom retry with the same key, compared with buyers who each have their own seat. */
export const flash: Bench = {
  name: 'flash',
  what: 'ten buyers for every seat, a fifth of them retrying, beside the same number of uncontended orders',
  minutes: 10,
  size: { of: 'buyers', full: 50_000, quick: 5_000 },
  isQuick: true,
  run: (run) => onStage('bench-flash', (stage) => measure(stage, run)),
};

async function measure(stage: SellingStage, run: Run): Promise<Result> {
  await oneSeat(stage);
  const memory: number[] = [];
  const buyers = Math.max(RETRYING, run.size - (run.size % RETRYING));
  const rounds = await inTurns(
    run.pairs,
    {
      uncontended: () => rush(stage, { buyers, seats: buyers }),
      contended: () => rush(stage, { buyers, seats: Math.ceil(buyers / BUYERS_PER_SEAT) }),
    },
    (line) => {
      memory.push(stage.purchase.bytes('VmRSS') / MEBIBYTE);
      run.say(line);
    },
  );
  const ratio = rateRatio(rounds.contended, rounds.uncontended);
  return {
    title: `${buyers} buyers, ${IN_FLIGHT} requests in flight, every ${RETRYING}th buyer asks twice`,
    rows: [
      { label: 'a seat for every buyer', durability: OUR_DURABILITY, figures: figuresOf(rounds.uncontended) },
      {
        label: 'a seat for every tenth buyer',
        durability: OUR_DURABILITY,
        figures: { ...figuresOf(rounds.contended), ratioToUncontended: ratio, memoryMiB: spreadOf(memory) },
      },
    ],
    targets: [
      {
        what: `contended answers at ${SHARE_OF_UNCONTENDED * 100} % of uncontended`,
        reached: ratio.median >= SHARE_OF_UNCONTENDED,
        measured: shownSpread(ratio),
      },
      {
        what: 'exactly the seats are sold, every buyer has one answer, every retry repeats it byte for byte',
        reached: true,
        measured: `checked in ${2 * run.pairs} runs; of ${BUYERS_OF_ONE_SEAT} buyers of one seat, 1 got it`,
      },
    ],
    plots: [
      {
        kind: 'bars',
        title: 'Answers with a seat for every buyer, and for every tenth buyer',
        unit: '/s',
        series: ['answers'],
        groups: [
          { label: 'uncontended', values: [spreadOf(ratesOf(rounds.uncontended))] },
          { label: 'ten buyers a seat', values: [spreadOf(ratesOf(rounds.contended))] },
        ],
      },
    ],
  };
}

async function openRows({ demo }: SellingStage, seats: number): Promise<string> {
  const sale = `flash-${randomUUID()}`;
  const rows = Array.from({ length: Math.ceil(seats / ROW) }, (_, row) => ({
    row: `R${row}`,
    from: 1,
    to: Math.min(ROW, seats - row * ROW),
  }));
  const terms = { sale, name: 'Flash', units: { rows }, price: { amount: '5000', currency: 'EUR' }, mint: 'on-request' };
  expectStatus(201, await ask(demo, 'sale.open', terms, sale));
  return sale;
}

async function oneSeat(stage: SellingStage): Promise<void> {
  const sale = await openRows(stage, 1);
  const place = (buyer: number) =>
    decided(() => ask(stage.demo, 'order.place', { sale, buyer: `b-${buyer}`, units: ['R0-1'] }, `k-${buyer}`));
  const answers = await Promise.all(Array.from({ length: BUYERS_OF_ONE_SEAT }, (_, buyer) => place(buyer)));
  const sold = answers.filter(({ status }) => status === 201).length;
  const refused = answers.filter(({ status }) => status === 409).length;
  if (sold !== 1 || refused !== BUYERS_OF_ONE_SEAT - 1) throw new Error(`One seat was sold ${sold} times; ${refused} buyers were refused.`);
}

async function rush(stage: SellingStage, { buyers, seats }: { readonly buyers: number; readonly seats: number }): Promise<Sample> {
  const sale = await openRows(stage, seats);
  const tally = { sold: 0, refused: 0, different: 0 };
  /** Each retry is the call after its order. */
  const calls = buyers + buyers / RETRYING;
  const first = new Map<number, Promise<{ readonly status: number; readonly text: string }>>();
  const place = (buyer: number) => {
    const seat = (buyer * STRIDE) % seats;
    const body = { sale, buyer: `b-${buyer}`, units: [`R${Math.floor(seat / ROW)}-${(seat % ROW) + 1}`] };
    return decided(() => ask(stage.demo, 'order.place', body, `k-${buyer}`));
  };
  const sample = await countedLoop({ inFlight: IN_FLIGHT, calls, processes: stage.processes }, async (number) => {
    const group = Math.floor(number / (RETRYING + 1));
    const position = number % (RETRYING + 1);
    if (position < RETRYING) {
      const answered = place(group * RETRYING + position);
      if (position === 0) first.set(group, answered);
      const { status } = await answered;
      if (status === 201) tally.sold += 1;
      else if (status === 409) tally.refused += 1;
      return;
    }
    const [once, again] = [await first.get(group), await place(group * RETRYING)];
    if (once?.status !== again.status || once.text !== again.text || !again.replayed) tally.different += 1;
  });
  if (tally.sold !== seats || tally.sold + tally.refused !== buyers || tally.different > 0)
    throw new Error(`${seats} seats, ${buyers} buyers: ${JSON.stringify(tally)}`);
  return sample;
}
