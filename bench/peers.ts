import { type Bench, timesOf } from './bench.js';
import type { Sample } from './measure/load.js';
import { figuresOf, inTurns, type Rounds, rateRatio, ratesOf } from './measure/rounds.js';
import { randomOf, ratiosOf, type Spread, spreadOf } from './measure/statistics.js';
import type { Result, Row, Run, Target } from './report/result.js';
import { shownSpread } from './report/table.js';
import { installPeers, PEERS, type Peer, startPeer } from './stage/peers.js';
import { SeatOrders } from './stage/seat-orders.js';
import { admitOverHttp, admitOverNats, OUR_DURABILITY } from './stage/seller.js';
import { onStage, type SellingStage } from './stage/selling-stage.js';

const IN_FLIGHT = [64, 256] as const;
/** The level of load whose ratios are compared with the targets. */
const LEVEL = 64;
/** Share of the peer's best rate: at its full rate, its own open loop would never end. */
const OFFERED = 0.8;
const LATENCY_TO_REACH = 1 / 8;
const TIMES_TO_REACH: Readonly<Record<string, number>> = { 'queue-always': 8, 'direct-always': 5, 'queue-everysec': 3 };

type Variant = 'nats' | 'http' | 'peer';

interface Compared {
  readonly peer: Peer;
  readonly durability: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly levels: readonly { readonly inFlight: number; readonly rounds: Rounds<Variant> }[];
  readonly offeredPerSecond: number;
  readonly atRate: Rounds<Variant>;
}

const SHARED =
  'Callers, apps and stores share the processors of this machine, and their time for an order limits the rate. Next: a caller on a machine of its own.';

/** Each peer in turns with admit-one, on separate servers; only one peer runs at a time. */
export const peers: Bench = {
  name: 'peers',
  what: 'the audited design with its remediations (with and without a queue), DBOS and Emmett, each beside admit-one',
  minutes: 24,
  run: async (run) => {
    await installPeers(run.say);
    const all: Compared[] = [];
    for (const peer of PEERS) {
      const compared = await onStage('bench-peers', (stage) => compare(stage, peer, run));
      all.push(compared);
    }
    return report(all);
  },
};

async function compare(stage: SellingStage, peer: Peer, run: Run): Promise<Compared> {
  const running = await startPeer(peer, run.say);
  try {
    const selling = {
      nats: new SeatOrders(admitOverNats(stage)),
      http: new SeatOrders(admitOverHttp(stage)),
      peer: new SeatOrders(running),
    };
    const variants = (measure: (orders: SeatOrders) => Promise<Sample>): Record<Variant, () => Promise<Sample>> => ({
      nats: () => measure(selling.nats),
      http: () => measure(selling.http),
      peer: () => measure(selling.peer),
    });
    const say = (line: string): void => run.say(`${peer.name}, ${line}`);
    const levels: { readonly inFlight: number; readonly rounds: Rounds<Variant> }[] = [];
    for (const inFlight of run.quick ? [LEVEL] : IN_FLIGHT) {
      const closed = variants((orders) => orders.sell({ ...timesOf(run), inFlight }));
      levels.push({ inFlight, rounds: await inTurns(run.pairs, closed, (line) => say(`${inFlight} in flight, ${line}`)) });
    }
    const best = Math.max(...levels.map(({ rounds }) => spreadOf(ratesOf(rounds.peer)).median));
    const offeredPerSecond = best * OFFERED;
    const random = randomOf(run.seed);
    const open = variants((orders) => orders.sellAtRate({ ...timesOf(run), perSecond: offeredPerSecond, random }));
    const atRate = await inTurns(run.pairs, open, (line) => say(`open loop, ${line}`));
    return { peer, durability: running.durability, versions: running.versions, levels, offeredPerSecond, atRate };
  } finally {
    await running.close();
  }
}

const VARIANTS = ['nats', 'http', 'peer'] as const;
const labelOf = (variant: Variant, { what }: Peer): string => ({ nats: 'admit-one, NATS', http: 'admit-one, HTTP', peer: what })[variant];

function rowsOf({ peer, durability, levels, offeredPerSecond, atRate }: Compared): readonly Row[] {
  const row = (label: string, variant: Variant, samples: readonly Sample[], more: Readonly<Record<string, Spread>>): Row => ({
    label: `${label}: ${labelOf(variant, peer)}`,
    durability: variant === 'peer' ? durability : OUR_DURABILITY,
    figures: { ...figuresOf(samples), ...more },
  });
  return [
    ...levels.flatMap(({ inFlight, rounds }) =>
      VARIANTS.map((variant) =>
        row(`${peer.name}, ${inFlight} in flight`, variant, rounds[variant], {
          ...(variant !== 'peer' && { ratioToPeer: rateRatio(rounds[variant], rounds.peer) }),
        }),
      ),
    ),
    ...VARIANTS.map((variant) => row(`${peer.name}, open loop at ${offeredPerSecond.toFixed(0)}/s`, variant, atRate[variant], {})),
  ];
}

function targetsOf({ peer, levels, atRate }: Compared): readonly Target[] {
  const level = levels.find(({ inFlight }) => inFlight === LEVEL);
  const wanted = TIMES_TO_REACH[peer.name];
  const targets: Target[] = [];
  if (level !== undefined && wanted !== undefined) {
    const ratio = rateRatio(level.rounds.nats, level.rounds.peer);
    targets.push({
      what: `${LEVEL} in flight: ${wanted} × ${peer.what}`,
      reached: ratio.median >= wanted,
      measured: shownSpread(ratio),
      ifMissed: SHARED,
    });
  }
  if (peer.name !== 'queue-always') return targets;
  for (const percentile of ['p50Ms', 'p99Ms'] as const) {
    const shares = ratiosOf(
      atRate.nats.map((sample) => sample[percentile]),
      atRate.peer.map((sample) => sample[percentile]),
    );
    targets.push({
      what: `${percentile.slice(0, 3)} at ${OFFERED * 100} % of its best rate at most 1/8 of ${peer.what}`,
      reached: shares.median <= LATENCY_TO_REACH,
      measured: `${shownSpread(shares)} of it`,
      ifMissed: SHARED,
    });
  }
  return targets;
}

function report(all: readonly Compared[]): Result {
  const ratios = (variant: 'nats' | 'http', { levels }: Compared): Spread | undefined => {
    const level = levels.find(({ inFlight }) => inFlight === LEVEL);
    return level === undefined ? undefined : rateRatio(level.rounds[variant], level.rounds.peer);
  };
  return {
    title: 'Orders of two named seats with an idempotency key, on disk before the answer: admit-one beside other designs',
    rows: all.flatMap(rowsOf),
    targets: all.flatMap(targetsOf),
    versions: Object.assign({}, ...all.map(({ versions }) => versions)),
    plots: [
      {
        kind: 'bars',
        title: `Orders of admit-one for one of the peer, ${LEVEL} in flight, each peer measured in turns with it`,
        unit: '×',
        series: ['over NATS', 'over HTTP'],
        groups: all.map((compared) => ({ label: compared.peer.name, values: [ratios('nats', compared), ratios('http', compared)] })),
        mark: { at: 1, label: 'as fast as the peer' },
      },
      {
        kind: 'bars',
        title: `Latency (p99) at ${OFFERED * 100} % of each peer's best rate, open loop`,
        unit: 'ms',
        series: ['admit-one, NATS', 'admit-one, HTTP', 'peer'],
        groups: all.map(({ peer, atRate }) => ({
          label: peer.name,
          values: VARIANTS.map((variant) => spreadOf(atRate[variant].map(({ p99Ms }) => p99Ms))),
        })),
      },
    ],
  };
}
