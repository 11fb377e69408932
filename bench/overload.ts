import { randomUUID } from 'node:crypto';
import { cpus } from 'node:os';
import { type Bench, timesOf } from './bench.js';
import { Latencies, openLoop, type Sample } from './measure/load.js';
import { figuresOf, inTurns, rateRatio, ratesOf } from './measure/rounds.js';
import { randomOf, ratiosOf, spreadOf } from './measure/statistics.js';
import type { Result, Run } from './report/result.js';
import { shown, shownSpread } from './report/table.js';
import { FloodCaller } from './stage/flood-caller.js';
import { decided, SeatOrders } from './stage/seat-orders.js';
import { admitOverNats, OUR_DURABILITY } from './stage/seller.js';
import { ask, expectStatus, onStage, type SellingStage } from './stage/selling-stage.js';

const TIMES_CAPACITY = 4;
const IN_FLIGHT = 256;
const GOODPUT_TO_REACH = 0.8;
/** A later refusal is not quick. */
const REFUSED_P99_MS = 1_000;
const MS_PER_SECOND = 1_000;
const PLACES = 100_000;

/** Buyers arrive four times as fast as the machine can decide, and do not wait for each other. */
export const overload: Bench = {
  name: 'overload',
  what: 'four times as many orders offered as the machine makes: goodput, and how soon the others are refused',
  minutes: 3,
  isQuick: true,
  run: (run) => onStage('bench-overload', (stage) => measure(stage, run)),
};

interface Overloaded {
  readonly goodput: Sample;
  readonly offeredPerSecond: number;
  readonly refusedPerSecond: number;
  readonly refusedP99Ms: number;
  /** Answered 202, or not at all: the caller repeats the request with the same key. */
  readonly resumed: number;
}

async function measure(stage: SellingStage, run: Run): Promise<Result> {
  const selling = new SeatOrders(admitOverNats(stage));
  const random = randomOf(run.seed);
  const all: Overloaded[] = [];
  let best = 0;
  const variants = {
    capacity: async () => {
      const sample = await selling.sell({ ...timesOf(run), inFlight: IN_FLIGHT });
      best = sample.perSecond;
      return sample;
    },
    overloaded: async () => {
      const result = await flood(stage, run, best * TIMES_CAPACITY, random);
      all.push(result);
      const { offeredPerSecond, refusedPerSecond, refusedP99Ms, resumed } = result;
      run.say(
        `offered ${offeredPerSecond.toFixed(0)}/s, refused ${refusedPerSecond.toFixed(0)}/s (p99 ${refusedP99Ms.toFixed(0)} ms), resumed ${resumed}`,
      );
      return result.goodput;
    },
  };
  const rounds = await inTurns(run.pairs, variants, run.say);
  return report(rounds, all);
}

interface Order {
  readonly body: object;
  readonly key: string;
}

/**
 * A caller without a decision (202, 503, no answer) repeats its request with the same key after the flood; a caller with 429 does not. Then
 * the callers with an order are exactly the sold places: every sold place has a caller with its answer, and 429 sells nothing.
 */
async function flood(stage: SellingStage, run: Run, perSecond: number, random: () => number): Promise<Overloaded> {
  const sale = `overload-${randomUUID()}`;
  const terms = { sale, name: 'Overload', units: { quota: PLACES }, price: { amount: '5000', currency: 'EUR' }, maxPerBuyer: PLACES };
  expectStatus(201, await ask(stage.demo, 'sale.open', { ...terms, mint: 'on-request' }, sale));
  const times = timesOf(run);
  const answers = new Answers(performance.now() + times.warmUpMs, times.durationMs);
  const caller = new FloodCaller(stage.demo);
  const all = await openLoop({ ...times, perSecond, random, processes: stage.processes }, async (number) => {
    const order = { body: { sale, buyer: `b-${number}`, quantity: 1 }, key: randomUUID() };
    const from = performance.now();
    answers.record(order, await caller.ask('order.place', order.body, order.key), from);
  }).finally(() => caller.close());
  await resumeAll(stage, answers.undecided);
  const { text } = await ask(stage.demo, 'sale.get', { sale });
  const { sold } = (JSON.parse(text) as { readonly units: { readonly sold: number } }).units;
  const answered = answers.sold + answers.undecided.length;
  if (sold !== answered) throw new Error(`${sold} places are sold, ${answered} callers have an order`);
  return answers.result(all);
}

/** The answers to the callers of a flood; figures count events inside the measured time. */
class Answers {
  sold = 0;
  readonly undecided: Order[] = [];
  private offered = 0;
  private readonly good = new Latencies();
  private readonly refusals = new Latencies();

  constructor(
    private readonly start: number,
    private readonly durationMs: number,
  ) {}

  record(order: Order, { status, text }: { readonly status: number; readonly text: string }, from: number): void {
    const now = performance.now();
    if (this.isCounted(from)) this.offered += 1;
    if (status === 201) {
      this.sold += 1;
      if (this.isCounted(now)) this.good.record(now - from);
      return;
    }
    if (status === 429) {
      if (this.isCounted(now)) this.refusals.record(now - from);
      return;
    }
    if (![0, 202, 503].includes(status)) throw new Error(`answered ${status}: ${text}`);
    this.undecided.push(order);
  }

  result(all: Sample): Overloaded {
    const { good, refusals } = this;
    const perSecond = (count: number): number => (count / this.durationMs) * MS_PER_SECOND;
    const answersPerOrder = good.count === 0 ? 0 : all.count / good.count;
    const cpuMs = Object.fromEntries(Object.entries(all.cpuMs).map(([name, ms]) => [name, ms * answersPerOrder]));
    return {
      goodput: {
        ...all,
        cpuMs,
        perSecond: perSecond(good.count),
        count: good.count,
        p50Ms: good.at(50),
        p99Ms: good.at(99),
        maxMs: good.at(100),
      },
      offeredPerSecond: perSecond(this.offered),
      refusedPerSecond: perSecond(refusals.count),
      refusedP99Ms: refusals.count === 0 ? 0 : refusals.at(99),
      resumed: this.undecided.length,
    };
  }

  private isCounted(at: number): boolean {
    return at >= this.start && at < this.start + this.durationMs;
  }
}

async function resumeAll({ demo }: SellingStage, undecided: readonly Order[]): Promise<void> {
  const waiting = [...undecided];
  const lane = async (): Promise<void> => {
    for (let order = waiting.pop(); order !== undefined; order = waiting.pop()) {
      const { body, key } = order;
      expectStatus(201, await decided(() => ask(demo, 'order.place', body, key)));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
}

/** Milliseconds of the servers for an order that is answered 201, with all that they rejected meanwhile. */
const serversMs = ({ cpuMs }: Sample): number => (cpuMs.purchase ?? 0) + (cpuMs['nats-server'] ?? 0);
/** The share of all processors that the caller takes from the servers. */
const callerShare = ({ cpuMs, perSecond }: Sample): number => ((cpuMs.caller ?? 0) * perSecond) / MS_PER_SECOND / cpus().length;

/** A caller on the processors of the servers lowers both rates: how much, and what the servers make of the time that is left to them. */
function sharesOf(samples: readonly Sample[], best: readonly Sample[] = samples) {
  if (samples.some((sample) => serversMs(sample) === 0)) return {}; // not counted on this system
  return {
    serversMs: spreadOf(samples.map(serversMs)),
    callerShare: spreadOf(samples.map(callerShare)),
    ratioForServerTime: ratiosOf(best.map(serversMs), samples.map(serversMs)),
  };
}

function report(
  rounds: { readonly capacity: readonly Sample[]; readonly overloaded: readonly Sample[] },
  all: readonly Overloaded[],
): Result {
  const ratio = rateRatio(rounds.overloaded, rounds.capacity);
  const of = (value: (one: Overloaded) => number) => spreadOf(all.map(value));
  const refusedP99 = of(({ refusedP99Ms }) => refusedP99Ms);
  return {
    title: `Orders over NATS, offered ${TIMES_CAPACITY} × the rate that ${IN_FLIGHT} in flight reach; open loop, no retries during the load`,
    rows: [
      {
        label: `capacity: ${IN_FLIGHT} in flight`,
        durability: OUR_DURABILITY,
        figures: { ...figuresOf(rounds.capacity), ...sharesOf(rounds.capacity) },
      },
      {
        label: 'overloaded: answered 201',
        durability: OUR_DURABILITY,
        figures: {
          ...figuresOf(rounds.overloaded),
          ...sharesOf(rounds.overloaded, rounds.capacity),
          ratioToCapacity: ratio,
          offeredPerSecond: of(({ offeredPerSecond }) => offeredPerSecond),
          refusedPerSecond: of(({ refusedPerSecond }) => refusedPerSecond),
          refusedP99Ms: refusedP99,
          resumed: of(({ resumed }) => resumed),
        },
      },
    ],
    targets: [
      {
        what: `goodput at ${GOODPUT_TO_REACH * 100} % of capacity`,
        reached: ratio.median >= GOODPUT_TO_REACH,
        measured: shownSpread(ratio),
        ifMissed:
          'The caller that offers the load and the refusals use the same processors as selling. Next: a caller on a machine of its own.',
      },
      {
        what: `refused with 429 within ${REFUSED_P99_MS} ms (p99)`,
        reached: refusedP99.median <= REFUSED_P99_MS,
        measured: `${shown(refusedP99.median)} ms`,
      },
      { what: 'every sold place has a caller with an answer', reached: true, measured: `checked in ${all.length} runs` },
    ],
    plots: [
      {
        kind: 'bars',
        title: `Capacity, and goodput at ${TIMES_CAPACITY} × capacity`,
        unit: '/s',
        series: ['orders'],
        groups: [
          { label: `${IN_FLIGHT} in flight`, values: [spreadOf(ratesOf(rounds.capacity))] },
          { label: `${TIMES_CAPACITY} × offered`, values: [spreadOf(ratesOf(rounds.overloaded))] },
        ],
      },
    ],
  };
}
