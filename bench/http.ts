import { type Bench, timesOf } from './bench.js';
import { figuresOf, inTurns, rateRatio, ratesOf } from './measure/rounds.js';
import { spreadOf } from './measure/statistics.js';
import type { Result, Run } from './report/result.js';
import { shownSpread } from './report/table.js';
import { SeatOrders } from './stage/seat-orders.js';
import { admitOverHttp, admitOverNats } from './stage/seller.js';
import { onStage, type SellingStage } from './stage/selling-stage.js';

const IN_FLIGHT = [1, 64, 256] as const;
const SHARE_OF_NATS = 0.8;
/** No order waits for another order's work: the 99th percentile is at most this many times the median. */
const P99_OF_P50 = 6;

/** The same orders over HTTP and over NATS in turns, on the same process: the difference is the cost of HTTP. */
export const http: Bench = {
  name: 'http',
  what: 'the same orders over HTTP and over NATS',
  minutes: 4,
  isQuick: true,
  run: (run) => onStage('bench-http', (stage) => measure(stage, run)),
};

async function measure(stage: SellingStage, run: Run): Promise<Result> {
  const overHttp = admitOverHttp(stage);
  const [kept, nats] = [new SeatOrders(overHttp), new SeatOrders(admitOverNats(stage))];
  const rows: Result['rows'][number][] = [];
  const targets: Result['targets'][number][] = [];
  const groups: { readonly label: string; readonly values: ReturnType<typeof spreadOf>[] }[] = [];
  for (const inFlight of run.quick ? [64] : IN_FLIGHT) {
    const load = { ...timesOf(run), inFlight };
    const opening = async () => {
      overHttp.reconnect();
      return kept.sell({ ...load, warmUpMs: 0 });
    };
    const rounds = await inTurns(run.pairs, { opening, http: () => kept.sell(load), nats: () => nats.sell(load) }, (line) =>
      run.say(`${inFlight} in flight, ${line}`),
    );
    const ratio = rateRatio(rounds.http, rounds.nats);
    const [{ durability }] = [overHttp];
    rows.push(
      { label: `${inFlight} in flight: HTTP, new connections`, durability, figures: figuresOf(rounds.opening) },
      { label: `${inFlight} in flight: HTTP`, durability, figures: { ...figuresOf(rounds.http), ratioToNats: ratio } },
      { label: `${inFlight} in flight: NATS`, durability, figures: figuresOf(rounds.nats) },
    );
    groups.push({ label: `${inFlight} in flight`, values: [spreadOf(ratesOf(rounds.http)), spreadOf(ratesOf(rounds.nats))] });
    if (inFlight === 1) continue;
    const tail = spreadOf(rounds.http.map(({ p50Ms, p99Ms }) => p99Ms / p50Ms));
    targets.push(
      {
        what: `${inFlight} in flight: HTTP at ${SHARE_OF_NATS * 100} % of NATS`,
        reached: ratio.median >= SHARE_OF_NATS,
        measured: shownSpread(ratio),
        ifMissed:
          'Each request and answer is a socket call of its own over HTTP, many share one over NATS; sockets are the largest part there (profile). Next: a process for HTTP beside the one that decides.',
      },
      {
        what: `${inFlight} in flight: p99 at most ${P99_OF_P50} × p50`,
        reached: tail.median <= P99_OF_P50,
        measured: `${shownSpread(tail)} ×`,
      },
    );
  }
  return {
    title: 'Orders of two named seats over HTTP and over NATS; one purchase process',
    rows,
    targets,
    plots: [{ kind: 'bars', title: 'Orders over HTTP and over NATS, same process', unit: '/s', series: ['HTTP', 'NATS'], groups }],
  };
}
