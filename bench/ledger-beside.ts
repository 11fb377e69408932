import { setTimeout as pause } from 'node:timers/promises';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import type { PostgresServer } from '../dev/postgres/server.js';
import { temporaryFolder } from '../dev/processes/temporary.js';
import { waitFor } from '../dev/processes/wait.js';
import { type Bench, timesOf } from './bench.js';
import type { Processes } from './measure/cpu.js';
import type { Sample } from './measure/load.js';
import { figuresOf, inTurns, rateRatio, ratesOf } from './measure/rounds.js';
import { spreadOf } from './measure/statistics.js';
import type { Result, Run } from './report/result.js';
import { shown, shownSpread } from './report/table.js';
import { checkpointOf, LEDGER_DURABILITY, startLedger, startLedgerDatabase } from './stage/ledger-process.js';
import { SeatOrders } from './stage/seat-orders.js';
import { admitOverNats, OUR_DURABILITY } from './stage/seller.js';
import { onStage, pidOf, type SellingStage } from './stage/selling-stage.js';

const IN_FLIGHT = 64;
const SHARE_TO_KEEP = 0.9;
const LAG_SECONDS = 10;
const CAUGHT_UP_SECONDS = 30;
const SAMPLE_MS = 250;
const CATCH_UP_MS = 600_000;
const MS_PER_SECOND = 1_000;
/** The load of the last part, in measurements one after the other: five minutes at the default of five pairs and four seconds. */
const LONG_RUN_FACTOR = 15;

/**
 * Selling with and without the ledger app, then a long load with it: the loss of the selling rate, the ledger's lag, and its time to catch
 * up.
 */
export const ledgerBeside: Bench = {
  name: 'ledger-beside',
  what: 'selling with the ledger app running, and without it; how far the ledger falls behind under a long load',
  minutes: 8,
  run: (run) => onStage('bench-ledger-beside', (stage) => measure(stage, run)),
};

interface LagAt {
  readonly atSeconds: number;
  readonly lagSeconds: number;
}

interface LongRun {
  readonly lags: readonly LagAt[];
  readonly caughtUpSeconds: number;
  readonly loadSeconds: number;
}

async function measure(stage: SellingStage, run: Run): Promise<Result> {
  const folder = temporaryFolder('bench-ledger');
  const postgres = await startLedgerDatabase(folder.path);
  try {
    const jsm = await jetstreamManager(stage.admin);
    const selling = new SeatOrders(admitOverNats(stage));
    const load = { ...timesOf(run), inFlight: IN_FLIGHT };
    const rounds = await inTurns(
      run.pairs,
      {
        alone: () => selling.sell(load),
        beside: () => besideLedger(stage, postgres, (processes) => selling.sell({ ...load, processes })),
      },
      run.say,
    );
    const long = await besideLedger(stage, postgres, () => longRun(jsm, postgres, selling, run));
    return report(rounds, long);
  } finally {
    await postgres.stop();
    folder.remove();
  }
}

/** The ledger has applied everything before the work begins; its processes are counted with the others. */
async function besideLedger<T>(stage: SellingStage, postgres: PostgresServer, work: (processes: Processes) => Promise<T>): Promise<T> {
  const ledger = await startLedger(stage.server, postgres);
  try {
    await caughtUp(await jetstreamManager(stage.admin), postgres);
    return await work({ ledger: ledger.pid, postgres: pidOf(postgres) });
  } finally {
    await ledger.stop();
  }
}

async function caughtUp(jsm: JetStreamManager, postgres: PostgresServer): Promise<void> {
  const last = await lastSequence(jsm);
  await waitFor(async () => (await checkpointOf(postgres)) >= last, { what: `the ledger has sequence ${last}`, timeoutMs: CATCH_UP_MS });
}

const lastSequence = async (jsm: JetStreamManager): Promise<number> => (await jsm.streams.info('EVENTS')).state.last_seq;

async function longRun(jsm: JetStreamManager, postgres: PostgresServer, selling: SeatOrders, run: Run): Promise<LongRun> {
  const startedAt = performance.now();
  const watch = new LagWatch(jsm, postgres, startedAt);
  const watching = watch.run();
  for (let part = 1; part <= run.pairs * LONG_RUN_FACTOR; part += 1) {
    await selling.sell({ ...timesOf(run), inFlight: IN_FLIGHT });
    if (part % run.pairs === 0)
      run.say(`long load, ${part}/${run.pairs * LONG_RUN_FACTOR}: the ledger is ${watch.lags.at(-1)?.lagSeconds.toFixed(1)} s behind`);
  }
  const endedAt = performance.now();
  await caughtUp(jsm, postgres);
  const caughtUpSeconds = (performance.now() - endedAt) / MS_PER_SECOND;
  watch.stop();
  await watching;
  return { lags: watch.lags, caughtUpSeconds, loadSeconds: (endedAt - startedAt) / MS_PER_SECOND };
}

/** The age of the oldest event that the ledger has not applied, several times a second. */
class LagWatch {
  readonly lags: LagAt[] = [];
  private readonly marks: { readonly at: number; readonly sequence: number }[] = [];
  private isStopped = false;

  constructor(
    private readonly jsm: JetStreamManager,
    private readonly postgres: PostgresServer,
    private readonly startedAt: number,
  ) {}

  stop(): void {
    this.isStopped = true;
  }

  async run(): Promise<void> {
    while (!this.isStopped) {
      const [sequence, checkpoint] = await Promise.all([lastSequence(this.jsm), checkpointOf(this.postgres)]);
      const now = performance.now();
      this.marks.push({ at: now, sequence });
      while (this.marks.length > 0 && (this.marks[0]?.sequence ?? 0) <= checkpoint) this.marks.shift();
      const oldest = this.marks[0]?.at ?? now;
      this.lags.push({ atSeconds: (now - this.startedAt) / MS_PER_SECOND, lagSeconds: (now - oldest) / MS_PER_SECOND });
      await pause(SAMPLE_MS);
    }
  }
}

function report(
  rounds: { readonly alone: readonly Sample[]; readonly beside: readonly Sample[] },
  { lags, caughtUpSeconds, loadSeconds }: LongRun,
): Result {
  const ratio = rateRatio(rounds.beside, rounds.alone);
  const longest = Math.max(0, ...lags.map(({ lagSeconds }) => lagSeconds));
  return {
    title: `Orders of two named seats, ${IN_FLIGHT} in flight over NATS, with and without the ledger app on the same processors`,
    rows: [
      { label: 'selling alone', durability: OUR_DURABILITY, figures: figuresOf(rounds.alone) },
      {
        label: 'beside the ledger',
        durability: `${OUR_DURABILITY}; ${LEDGER_DURABILITY}`,
        figures: {
          ...figuresOf(rounds.beside),
          ratioToAlone: ratio,
          longestLagSeconds: spreadOf([longest]),
          caughtUpSeconds: spreadOf([caughtUpSeconds]),
        },
      },
    ],
    targets: [
      {
        what: `selling keeps ${SHARE_TO_KEEP * 100} % of its rate`,
        reached: ratio.median >= SHARE_TO_KEEP,
        measured: shownSpread(ratio),
        ifMissed: 'The ledger and Postgres use the same processors and disk as selling. Next: fewer rows and fsyncs a commit.',
      },
      {
        what: `the ledger at most ${LAG_SECONDS} s behind during ${loadSeconds.toFixed(0)} s of load`,
        reached: longest <= LAG_SECONDS,
        measured: `${shown(longest)} s`,
        ifMissed:
          'Six seconds behind, the ledger no longer rests (decision 0082): from there on its own work on what selling leaves of the processors is the limit. Next: fewer rows and statements an order.',
      },
      {
        what: `caught up ${CAUGHT_UP_SECONDS} s after the load`,
        reached: caughtUpSeconds <= CAUGHT_UP_SECONDS,
        measured: `${shown(caughtUpSeconds)} s`,
      },
    ],
    plots: [
      {
        kind: 'bars',
        title: 'Selling with and without the ledger app',
        unit: '/s',
        series: ['orders'],
        groups: [
          { label: 'alone', values: [spreadOf(ratesOf(rounds.alone))] },
          { label: 'beside the ledger', values: [spreadOf(ratesOf(rounds.beside))] },
        ],
      },
      {
        kind: 'lines',
        title: 'Age of the oldest event that is not in the ledger, under a long load and after it',
        unit: 's',
        xUnit: 'seconds since the load began',
        series: [{ label: 'lag', points: lags.map(({ atSeconds, lagSeconds }) => [atSeconds, lagSeconds] as const) }],
      },
    ],
  };
}
