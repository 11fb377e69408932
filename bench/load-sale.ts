import { jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { AggregateRepository } from '#shared/aggregate/aggregate-repository.js';
import { AggregateSnapshots, GROWTH } from '#shared/aggregate/aggregate-snapshots.js';
import { NO_HEAD } from '#shared/event-store/commit.js';
import { type EventStore, saleSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { JetStreamValues } from '#shared/event-store/jetstream/jetstream-values.js';
import { Snapshots } from '#shared/event-store/snapshots.js';
import { frontOf, hashOf } from '#shared/event-store/stored-commit.js';
import { bufferOf } from '#shared/kernel/bytes.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { provision } from '#shared/platform/topology/provision.js';
import { SNAPSHOTS_BUCKET } from '#shared/platform/topology/streams.js';
import { type AggregatePart, SALES, SaleAggregate, SNAPSHOT_SHAPE } from '../apps/purchase/src/deciding/sale-aggregate.js';
import { startNats } from '../dev/nats/server.js';
import { temporaryFolder } from '../dev/processes/temporary.js';
import type { Bench } from './bench.js';
import { type Spread, spreadOf } from './measure/statistics.js';
import type { Result, Run } from './report/result.js';
import { shown } from './report/table.js';
import { writeSale } from './stage/ledger-log.js';

const TENANT = 'demo';
const SALE = 'gala';
const MS_PER_SECOND = 1_000;
/** The limit for a sale of 100,000 orders. */
const BAR_MS = 1_000;
const MICROS_PER_MS = 1_000;
type SaleSnapshots = AggregateSnapshots<SaleAggregate, AggregatePart>;
const BYTES_PER_MB = 1_000_000;
const PULL_BYTES = 16 * 1024 * 1024;
const DURABILITY = 'EVENTS and KV_snapshots: read only';

function onOutcome(outcome: string, subject: string, err?: unknown): void {
  if (err !== undefined) createLogger('bench', 'warn').warn({ err, subject, outcome }, 'a snapshot cannot be used');
}

/**
 * A purchase process that loads a large sale for the first time, in two ways. From the first commit: each is fetched from the leader,
 * decoded, hashed, verified against its predecessor and applied. From the oldest possible snapshot: the commits after it come from the
 * log. The target holds for the second way; only the first load after an upgrade takes the first.
 */
export const loadSale: Bench = {
  name: 'load-sale',
  what: 'loading a long sale, from its first commit and from its oldest snapshot',
  minutes: 2,
  size: { of: 'orders of the sale', full: 100_000, quick: 5_000 },
  run: measure,
};

interface Loaded {
  readonly ms: number;
  readonly cpuMs: number;
}

async function measure(run: Run): Promise<Result> {
  const folder = temporaryFolder('bench-fold');
  const server = await startNats({ dataDir: folder.path });
  try {
    const admin = await connect(server.connection('provision'));
    await provision(admin);
    const { events, commits } = await writeSale(admin, { tenant: TENANT, sale: SALE, orders: run.size });
    await admin.close();
    run.say(`${run.size} orders: ${events} events in ${commits} commits`);
    const connection = await connect(server.connection('purchase'));
    const store = await JetStreamEventStore.on(connection);
    const snapshots = new Snapshots(await JetStreamValues.on(connection, SNAPSHOTS_BUCKET), SNAPSHOT_SHAPE);
    const whole = await rounds(run, () => loaded(store, run.size));
    const taken = await takeAt(snapshots, store, Math.ceil(commits / GROWTH));
    const begun = await rounds(run, () =>
      loaded(store, run.size, new AggregateSnapshots({ snapshots, restore: SaleAggregate.restored, onOutcome })),
    );
    const least = await floor(connection, commits);
    await connection.close();
    return report(run, { whole, begun, notes: [taken, least] });
  } finally {
    await server.stop();
    folder.remove();
  }
}

async function rounds({ pairs, say }: Run, load: () => Promise<Loaded>): Promise<readonly Loaded[]> {
  const all: Loaded[] = [];
  for (let round = 0; round < pairs; round += 1) all.push(await load());
  say(`${all.map(({ ms }) => ms.toFixed(0)).join(', ')} ms`);
  return all;
}

interface Measured {
  readonly whole: readonly Loaded[];
  readonly begun: readonly Loaded[];
  readonly notes: readonly string[];
}

function report({ size }: Run, { whole, begun, notes }: Measured): Result {
  const msOf = (of: readonly Loaded[]): Spread => spreadOf(of.map(({ ms }) => ms));
  const row = (label: string, of: readonly Loaded[]) => ({
    label,
    durability: DURABILITY,
    figures: {
      loadMs: msOf(of),
      cpuMs: spreadOf(of.map(({ cpuMs }) => cpuMs)),
      ordersPerSecond: spreadOf(of.map(({ ms }) => (size / ms) * MS_PER_SECOND)),
    },
  });
  const median = msOf(begun).median;
  return {
    title: `A sale of ${size.toLocaleString('en-US')} orders, loaded by a purchase process`,
    rows: [row('from the first commit', whole), row('from its oldest snapshot', begun)],
    targets: [{ what: `from a snapshot below ${BAR_MS} ms`, reached: median < BAR_MS, measured: `${shown(median)} ms` }],
    plots: [
      {
        kind: 'bars',
        title: `Loading a sale of ${size.toLocaleString('en-US')} orders`,
        unit: 'ms',
        series: ['time'],
        groups: [
          { label: 'from the first commit', values: [msOf(whole)] },
          { label: 'from its oldest snapshot', values: [msOf(begun)] },
        ],
        mark: { at: BAR_MS, label: 'target' },
      },
    ],
    notes,
  };
}

/** Takes a snapshot after this many commits, as the purchase app does, and measures how long that blocks selling. */
async function takeAt(snapshots: Snapshots, store: EventStore, commits: number): Promise<string> {
  const sale = new SaleAggregate(saleSubject(TENANT, SALE));
  for await (const commit of store.read(sale.subject, NO_HEAD)) if (commit.version <= commits) sale.apply(commit);
  const startedAt = performance.now();
  const parts = sale.snapshot();
  const taken = performance.now() - startedAt;
  await snapshots.write(sale, parts);
  const pieces = (await snapshots.latest(sale.subject))?.pieces.length;
  const both = [taken, performance.now() - startedAt - taken].map(Math.round);
  return `a snapshot of ${commits} commits is taken in ${both[0]} ms, and written in ${both[1]} ms, ${pieces} pieces, while others are served`;
}

async function loaded(store: EventStore, orders: number, snapshots?: SaleSnapshots): Promise<Loaded> {
  const sales = new AggregateRepository(store, SALES, {}, snapshots);
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const found = await sales.query(saleSubject(TENANT, SALE), ({ sale }) => sale.open?.orders.size);
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  await snapshots?.drain();
  if (found !== orders) throw new Error(`loaded ${found} of ${orders} orders`);
  return { ms, cpuMs: (user + system) / MICROS_PER_MS };
}

/** The minimum cost of any load of these commits: fetch their bytes, hash and parse the part before the cut, and build nothing. */
async function floor(connection: NatsConnection, commits: number): Promise<string> {
  const subject = saleSubject(TENANT, SALE);
  const spent = { fetch: 0, hash: 0, parse: 0 };
  let bytes = 0;
  let count = 0;
  let before = process.cpuUsage();
  const lap = (what: keyof typeof spent): void => {
    const { user, system } = process.cpuUsage(before);
    spent[what] += (user + system) / MICROS_PER_MS;
    before = process.cpuUsage();
  };
  const consumer = await jetstream(connection).consumers.get('EVENTS', { filter_subjects: subject });
  for await (const { data } of await consumer.consume({ max_bytes: PULL_BYTES })) {
    lap('fetch');
    hashOf(data);
    lap('hash');
    JSON.parse(frontOf(bufferOf(data)));
    lap('parse');
    bytes += data.length;
    count += 1;
    if (count === commits) break;
  }
  const [all, ...parts] = [spent.fetch + spent.hash + spent.parse, spent.fetch, spent.hash, spent.parse].map(Math.round);
  const megabytes = bytes / BYTES_PER_MB;
  return `${Math.round(megabytes)} MB; processor time in ms: fetch ${parts[0]}, SHA-256 ${parts[1]}, JSON.parse ${parts[2]}: ${all} before anything is applied`;
}
