import { randomUUID } from 'node:crypto';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { waitFor } from '../dev/processes/wait.js';
import { type Bench, timesOf } from './bench.js';
import { closedLoop, type Load, type Sample } from './measure/load.js';
import { figuresOf, inTurns, type Rounds, rateRatio, ratesOf } from './measure/rounds.js';
import { randomOf, type Spread, spreadOf } from './measure/statistics.js';
import type { Result, Row, Run, Target } from './report/result.js';
import { shown, shownSpread } from './report/table.js';
import { WALLET } from './stage/ledger-log.js';
import { SeatOrders } from './stage/seat-orders.js';
import { admitOverNats, OUR_DURABILITY } from './stage/seller.js';
import { onStage, type SellingStage } from './stage/selling-stage.js';

const IN_FLIGHT = [1, 64, 256] as const;
/** Share of the rate with 64 in flight, for the open loop. */
const OFFERED = [0.5, 0.8] as const;
/** The approximate size of an order on the wire. */
const BARE_BYTES = 500;
const BARE_DURABILITY = 'BARE: sync_interval always (fsync before the ack)';
/** Above this rate of the bare loop the processors are the limit, not the disk: then their use counts. */
const FAST_DISK_PER_SECOND = 1_500;
const RATIO_TO_REACH: Readonly<Record<number, number>> = { 64: 1.3, 256: 1.5 };
const BUSY_TO_REACH = 0.9;
const CPU_MS_TO_REACH = 0.45;
const ALONE_TO_REACH = 2.5;
const LOOP_IS_CHEAP =
  'The loop needs a fraction of the processor time of an order; where the processors are busy, they limit the orders and the disk limits the loop. Next: fewer milliseconds an order.';
const ALONE_IS_MESSAGES =
  'An order alone is eight messages over sockets and one fsync, a bare publish two and the same fsync; a third of the time of purchase is writing to sockets. Next: decide a command in the process that received it, without its way through COMMANDS.';
const PUBLISHED_MS = 300_000;
const MS_PER_SECOND = 1_000;

type Variant = 'bare publish' | 'on-request' | 'on-confirm';
type Level = { readonly inFlight: number; readonly rounds: Rounds<Variant> };

/** Orders of two named seats through the real service over NATS, beside a bare publish loop with expected sequence on the same server. */
export const orders: Bench = {
  name: 'orders',
  what: 'two named seats an order over NATS, minted on request and on confirmation, beside a bare publish loop',
  minutes: 6,
  isQuick: true,
  run: (run) => onStage('bench-orders', (stage) => measure(stage, run)),
};

async function measure(stage: SellingStage, run: Run): Promise<Result> {
  const onRequest = new SeatOrders(admitOverNats(stage));
  const onConfirm = new SeatOrders(admitOverNats(stage, 'on-confirm', WALLET));
  const levels: Level[] = [];
  for (const inFlight of run.quick ? [64] : IN_FLIGHT) {
    const load = { ...timesOf(run), inFlight };
    const variants = {
      'bare publish': () => bare(stage, load),
      'on-request': () => onRequest.sell(load),
      'on-confirm': async () => {
        const sample = await onConfirm.sell(load);
        await allRequestsPublished(stage.admin);
        return sample;
      },
    };
    levels.push({ inFlight, rounds: await inTurns(run.pairs, variants, (line) => run.say(`${inFlight} in flight, ${line}`)) });
  }
  return report(levels, await offered(onRequest, levels, run));
}

/** The server's maximum for any client that appends with an expected sequence and waits for the fsync: one subject for each loop. */
async function bare({ admin, processes }: SellingStage, load: Load): Promise<Sample> {
  const jsm = await jetstreamManager(admin);
  const name = `BARE-${randomUUID()}`;
  await jsm.streams.add({ name, subjects: [`bare.${load.inFlight}.*`], storage: 'file' });
  const js = jetstream(admin);
  const body = new Uint8Array(BARE_BYTES);
  const last = new Map<number, number>();
  try {
    return await closedLoop({ ...load, processes }, async (lane) => {
      const { seq } = await js.publish(`bare.${load.inFlight}.${lane}`, body, { expect: { lastSubjectSequence: last.get(lane) ?? 0 } });
      last.set(lane, seq);
    });
  } finally {
    await jsm.streams.delete(name);
  }
}

/** The mint-request reactor works after the answer: its backlog must not run into the next measurement. */
async function allRequestsPublished(admin: NatsConnection): Promise<void> {
  const jsm = await jetstreamManager(admin);
  const isIdle = async (): Promise<boolean> => {
    const { num_pending, num_ack_pending } = await jsm.consumers.info('EVENTS', 'mint-requests');
    return num_pending + num_ack_pending === 0;
  };
  await waitFor(isIdle, { what: 'the mint requests of all events are published', timeoutMs: PUBLISHED_MS });
}

interface Offered {
  readonly share: number;
  readonly perSecond: number;
  readonly samples: readonly Sample[];
}

/** Latency at a fixed rate: arrivals do not wait for answers. */
async function offered(selling: SeatOrders, levels: readonly Level[], run: Run): Promise<readonly Offered[]> {
  const best = spreadOf(ratesOf(levels.find(({ inFlight }) => inFlight === 64)?.rounds['on-request'] ?? [])).median;
  const random = randomOf(run.seed);
  const all: Offered[] = [];
  for (const share of OFFERED) {
    const perSecond = best * share;
    const { 'on-request': samples } = await inTurns(run.pairs, {
      'on-request': () => selling.sellAtRate({ ...timesOf(run), perSecond, random }),
    });
    run.say(`open loop at ${perSecond.toFixed(0)}/s: p99 ${samples.map(({ p99Ms }) => p99Ms.toFixed(0)).join(', ')} ms`);
    all.push({ share, perSecond, samples });
  }
  return all;
}

function report(levels: readonly Level[], open: readonly Offered[]): Result {
  const closed = levels.flatMap(({ inFlight, rounds }) =>
    (['bare publish', 'on-request', 'on-confirm'] as const).map(
      (variant): Row => ({
        label: `${inFlight} in flight: ${variant}`,
        durability: variant === 'bare publish' ? BARE_DURABILITY : OUR_DURABILITY,
        figures: {
          ...figuresOf(rounds[variant]),
          ...(variant !== 'bare publish' && { ratioToBare: rateRatio(rounds[variant], rounds['bare publish']) }),
        },
      }),
    ),
  );
  const atRate = open.map(
    ({ share, perSecond, samples }): Row => ({
      label: `open loop at ${perSecond.toFixed(0)}/s (${share * 100} %)`,
      durability: OUR_DURABILITY,
      figures: figuresOf(samples),
    }),
  );
  const rates = (variant: Variant): readonly Spread[] => levels.map(({ rounds }) => spreadOf(ratesOf(rounds[variant])));
  const variants = ['bare publish', 'on-request', 'on-confirm'] as const;
  return {
    title: 'Orders of two named seats over NATS; one purchase process',
    rows: [...closed, ...atRate],
    targets: levels.flatMap(targetsAt),
    plots: [
      {
        kind: 'bars',
        title: 'Orders of two named seats, each on disk before its answer, beside a bare publish loop',
        unit: '/s',
        series: variants.map((variant) => (variant === 'bare publish' ? 'bare publish loop' : `admit-one, mint ${variant}`)),
        groups: levels.map(({ inFlight }, index) => ({
          label: `${inFlight} in flight`,
          values: variants.map((variant) => rates(variant)[index]),
        })),
      },
    ],
  };
}

function targetsAt({ inFlight, rounds }: Level): readonly Target[] {
  const [sold, published] = [rounds['on-request'], rounds['bare publish']];
  if (inFlight === 1) {
    const times = spreadOf(sold.map(({ p50Ms }, pair) => p50Ms / (published[pair]?.p50Ms ?? 0)));
    const what = `an order alone takes at most ${ALONE_TO_REACH} × a bare publish`;
    return [{ what, reached: times.median <= ALONE_TO_REACH, measured: `${shownSpread(times)} ×`, ifMissed: ALONE_IS_MESSAGES }];
  }
  const cpuMs = spreadOf(sold.map((sample) => serverCpuMs(sample))).median;
  const cpu = {
    what: `${inFlight} in flight: at most ${CPU_MS_TO_REACH} ms of purchase and nats-server an order`,
    reached: cpuMs <= CPU_MS_TO_REACH,
    measured: `${shown(cpuMs)} ms`,
    ifMissed: 'The parts are in the profile: the NATS client, validating and deciding are half of purchase. Next: fewer messages an order.',
  };
  const ratio = rateRatio(sold, published);
  const wanted = RATIO_TO_REACH[inFlight] ?? 1;
  const bareRate = spreadOf(ratesOf(published)).median;
  if (bareRate <= FAST_DISK_PER_SECOND)
    return [
      {
        what: `${inFlight} in flight: ${wanted} × the bare loop`,
        reached: ratio.median >= wanted,
        measured: shownSpread(ratio),
        ifMissed: LOOP_IS_CHEAP,
      },
      cpu,
    ];
  const busy = spreadOf(sold.map((sample) => sample.busy)).median;
  const what = `${inFlight} in flight, fast disk (bare loop ${bareRate.toFixed(0)}/s): processors ${BUSY_TO_REACH * 100} % busy`;
  const measured = `${(busy * 100).toFixed(0)} %; ${shownSpread(ratio)} × the bare loop`;
  return [{ what, reached: busy >= BUSY_TO_REACH, measured, ifMissed: oneThread(sold) }, cpu];
}

/** Why processors are idle while orders wait. */
function oneThread(sold: readonly Sample[]): string {
  const share = spreadOf(sold.map(({ cpuMs, perSecond }) => ((cpuMs.purchase ?? 0) * perSecond) / MS_PER_SECOND)).median;
  return `purchase decides on one thread and uses ${(share * 100).toFixed(0)} % of one processor; nats-server and the caller do not fill the other. Next: validating requests on a thread of its own.`;
}

const serverCpuMs = ({ cpuMs }: Sample): number => (cpuMs.purchase ?? 0) + (cpuMs['nats-server'] ?? 0);
