import { randomUUID } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { provision } from '#shared/platform/topology/provision.js';
import { type NatsServer, startNats } from '../dev/nats/server.js';
import { temporaryFolder } from '../dev/processes/temporary.js';
import { waitFor } from '../dev/processes/wait.js';
import { type Bench, timesOf } from './bench.js';
import type { Sample } from './measure/load.js';
import { figuresOf, inTurns, rateRatio, ratesOf } from './measure/rounds.js';
import { spreadOf } from './measure/statistics.js';
import type { Result, Run } from './report/result.js';
import { shown, shownSpread } from './report/table.js';
import { writeSale } from './stage/ledger-log.js';
import { PurchaseProcess } from './stage/purchase-process.js';
import { decided, SeatOrders } from './stage/seat-orders.js';
import { admitOverNats, OUR_DURABILITY } from './stage/seller.js';
import { ask, expectStatus, onStage, openSale, type SellingStage } from './stage/selling-stage.js';

const IN_FLIGHT = 64;
const SHARE_TO_KEEP = 0.9;
/** Orders sold one after the other as soon as purchase is ready. */
const FIRST_ORDERS = 20;
const FIRST_ORDERS_MS = 100;
const ONE_FSYNC_EACH =
  'Each mint request is a message with an fsync of its own, on the disk that selling waits for (decision 0080). Next: an atomic batch for the requests of one commit.';
const MINT_REQUESTS = 'mint-requests';
const READ_MS = 120_000;
/** Maximum number of tickets in one sale. */
const PER_SALE = 100_000;

/** A purchase process that starts with mint requests of a large on-confirm sale still to be published, beside one without. */
export const mintBacklog: Bench = {
  name: 'mint-backlog',
  what: 'selling while the mint requests of tickets sold before are published, beside selling alone',
  minutes: 6,
  size: { of: 'pending mint requests', full: 100_000, quick: 5_000 },
  run: measure,
};

interface Started {
  readonly sample: Sample;
  readonly firstMs: readonly number[];
  /** Requests still to be published when the measurement ended. */
  readonly leftAtEnd: number;
}

async function measure(run: Run): Promise<Result> {
  const logs = { alone: temporaryFolder('bench-empty-log'), backlog: temporaryFolder('bench-backlog-log') };
  try {
    await write(logs.alone.path, 0);
    run.say(`writing the log of ${run.size} tickets`);
    await write(logs.backlog.path, run.size);
    const firstMs: Record<keyof typeof logs, number[]> = { alone: [], backlog: [] };
    const left: number[] = [];
    const start = async (which: keyof typeof logs): Promise<Sample> => {
      const started = await onStage(`bench-${which}`, (stage) => sellAtStart(stage, run), { log: logs[which].path });
      firstMs[which].push(Math.max(...started.firstMs));
      if (which === 'backlog') left.push(started.leftAtEnd);
      return started.sample;
    };
    const rounds = await inTurns(run.pairs, { alone: () => start('alone'), backlog: () => start('backlog') }, (line) =>
      run.say(`${line}; slowest first order ${firstMs.backlog.at(-1)?.toFixed(0)} ms, events left to the reactor ${left.at(-1)}`),
    );
    return report(rounds, { firstMs, left }, run);
  } finally {
    logs.alone.remove();
    logs.backlog.remove();
  }
}

/** The log after a sale whose mint requests no reactor has processed, and that the list of sales has read, as it does beside selling. */
async function write(folder: string, tickets: number): Promise<void> {
  const server = await startNats({ dataDir: folder });
  try {
    const admin = await connect(server.connection('provision'));
    await provision(admin);
    for (let sale = 0; sale * PER_SALE < tickets; sale += 1)
      await writeSale(admin, { tenant: 'demo', sale: `sold-${sale}`, orders: Math.min(PER_SALE, tickets - sale * PER_SALE) });
    await readByLookups(server, admin);
    await admin.close();
  } finally {
    await server.stop();
  }
}

async function readByLookups(server: NatsServer, admin: NatsConnection): Promise<void> {
  const { consumers, streams } = await jetstreamManager(admin);
  const purchase = await PurchaseProcess.start(server);
  try {
    const isRead = async (): Promise<boolean> => {
      const { num_pending, num_ack_pending } = await consumers.info('EVENTS', 'lookups');
      return num_pending + num_ack_pending === 0;
    };
    await waitFor(isRead, { what: 'the list of sales has read the log', timeoutMs: READ_MS });
  } finally {
    await purchase.stop();
  }
  await consumers.delete('EVENTS', MINT_REQUESTS); // it has begun to publish: begin again
  await streams.purge('MINTS');
  await provision(admin);
}

async function sellAtStart(stage: SellingStage, run: Run): Promise<Started> {
  await openSale(stage.demo, 'first');
  const firstMs: number[] = [];
  for (let order = 0; order < FIRST_ORDERS; order += 1) {
    const key = randomUUID();
    const from = performance.now();
    expectStatus(201, await decided(() => ask(stage.demo, 'order.place', { sale: 'first', buyer: key, quantity: 1 }, key)));
    firstMs.push(performance.now() - from);
  }
  const sample = await new SeatOrders(admitOverNats(stage)).sell({ ...timesOf(run), inFlight: IN_FLIGHT });
  const { num_pending, num_ack_pending } = await (await jetstreamManager(stage.admin)).consumers.info('EVENTS', MINT_REQUESTS);
  return { sample, firstMs, leftAtEnd: num_pending + num_ack_pending };
}

interface Observed {
  readonly firstMs: { readonly alone: readonly number[]; readonly backlog: readonly number[] };
  readonly left: readonly number[];
}

function report(
  rounds: { readonly alone: readonly Sample[]; readonly backlog: readonly Sample[] },
  { firstMs, left }: Observed,
  run: Run,
): Result {
  const ratio = rateRatio(rounds.backlog, rounds.alone);
  const firstOrderMs = { alone: spreadOf(firstMs.alone), backlog: spreadOf(firstMs.backlog) };
  return {
    title: `Selling from the start of purchase on, ${IN_FLIGHT} in flight over NATS, with ${run.size} mint requests pending and with none`,
    rows: [
      { label: 'none pending', durability: OUR_DURABILITY, figures: { ...figuresOf(rounds.alone), slowestFirstMs: firstOrderMs.alone } },
      {
        label: `${run.size.toLocaleString('en-US')} pending`,
        durability: OUR_DURABILITY,
        figures: { ...figuresOf(rounds.backlog), ratioToNone: ratio, slowestFirstMs: firstOrderMs.backlog, eventsLeft: spreadOf(left) },
      },
    ],
    targets: [
      {
        what: `selling keeps ${SHARE_TO_KEEP * 100} % of its rate`,
        reached: ratio.median >= SHARE_TO_KEEP,
        measured: shownSpread(ratio),
        ifMissed: ONE_FSYNC_EACH,
      },
      {
        what: `the first ${FIRST_ORDERS} orders below ${FIRST_ORDERS_MS} ms each`,
        reached: firstOrderMs.backlog.median < FIRST_ORDERS_MS,
        measured: `slowest ${shown(firstOrderMs.backlog.median)} ms`,
        ifMissed: ONE_FSYNC_EACH,
      },
    ],
    plots: [
      {
        kind: 'bars',
        title: 'Selling with mint requests pending',
        unit: '/s',
        series: ['orders'],
        groups: [
          { label: 'none pending', values: [spreadOf(ratesOf(rounds.alone))] },
          { label: `${run.size.toLocaleString('en-US')} pending`, values: [spreadOf(ratesOf(rounds.backlog))] },
        ],
      },
    ],
  };
}
