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
import { writeSale } from './ledger-log.js';

const TENANT = 'demo';
const SALE = 'gala';
const ORDERS = 100_000;
/** The first rounds include compilation; the median counts. */
const ROUNDS = 5;
/** The limit for folding a sale of this many orders from the log. */
const BAR_MS = 1_000;
const MICROS_PER_MS = 1_000;
type SaleSnapshots = AggregateSnapshots<SaleAggregate, AggregatePart>;
const BYTES_PER_MB = 1_000_000;
const PULL_BYTES = 16 * 1024 * 1024;

function onOutcome(outcome: string, subject: string, err?: unknown): void {
  if (err !== undefined) createLogger('bench', 'warn').warn({ err, subject, outcome }, 'a snapshot cannot be used');
}

/**
 * A purchase process that loads a large sale for the first time, in two ways. From the first commit: each is fetched from the leader,
 * decoded, hashed, verified against its predecessor and folded. From the oldest possible snapshot: the commits after it come from the
 * log. The bar holds for the second way; only the first load after an upgrade takes the first.
 */
export async function benchFold(): Promise<boolean> {
  const folder = temporaryFolder('bench-fold');
  const server = await startNats({ dataDir: folder.path });
  try {
    const admin = await connect(server.connection('provision'));
    await provision(admin);
    const { events, commits } = await writeSale(admin, { tenant: TENANT, sale: SALE, orders: ORDERS });
    await admin.close();
    console.log(`${ORDERS} orders: ${events} events in ${commits} commits`);
    const connection = await connect(server.connection('purchase'));
    const store = await JetStreamEventStore.on(connection);
    const snapshots = new Snapshots(await JetStreamValues.on(connection, SNAPSHOTS_BUCKET), SNAPSHOT_SHAPE);
    const whole = await middleOf('from the first commit', store);
    await takeAt(snapshots, store, Math.ceil(commits / GROWTH));
    const begun = await middleOf(
      'from a snapshot',
      store,
      () => new AggregateSnapshots({ snapshots, restore: SaleAggregate.restored, onOutcome }),
    );
    await floor(connection, commits);
    await connection.close();
    const ok = begun < BAR_MS;
    console.log(
      `\n${ok ? 'reached' : 'MISSED'}: a sale of ${ORDERS} orders in ${Math.round(begun)} ms (bar ${BAR_MS} ms), ${(begun / whole).toFixed(2)} of the ${Math.round(whole)} ms from its first commit`,
    );
    return ok;
  } finally {
    await server.stop();
    folder.remove();
  }
}

async function middleOf(how: string, store: EventStore, snapshots?: () => SaleSnapshots): Promise<number> {
  console.log(`\n${how}\nround        ms    cpu ms   orders/s`);
  const rounds: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) rounds.push(await fold(store, round, snapshots?.()));
  return rounds.sort((left, right) => left - right)[Math.floor(ROUNDS / 2)] as number;
}

/** Takes a snapshot after this many commits, as the purchase app does, and measures how long that blocks selling. */
async function takeAt(snapshots: Snapshots, store: EventStore, commits: number): Promise<void> {
  const sale = new SaleAggregate(saleSubject(TENANT, SALE));
  for await (const commit of store.read(sale.subject, NO_HEAD)) if (commit.version <= commits) sale.apply(commit);
  const startedAt = performance.now();
  const parts = sale.snapshot();
  const taken = performance.now() - startedAt;
  await snapshots.write(sale, parts);
  const pieces = (await snapshots.latest(sale.subject))?.pieces.length;
  const both = [taken, performance.now() - startedAt - taken].map(Math.round);
  console.log(
    `\na snapshot of ${commits} commits is taken in ${both[0]} ms, and written in ${both[1]} ms, ${pieces} pieces, while others are served`,
  );
}

async function fold(store: EventStore, round: number, snapshots: SaleSnapshots | undefined): Promise<number> {
  const folds = new AggregateRepository(store, SALES, {}, snapshots);
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const orders = await folds.query(saleSubject(TENANT, SALE), ({ sale }) => sale.open?.orders.size);
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  await snapshots?.drain();
  if (orders !== ORDERS) throw new Error(`folded ${orders} of ${ORDERS} orders`);
  const figures = [ms, (user + system) / MICROS_PER_MS, (ORDERS / ms) * 1_000].map((figure) => Math.round(figure).toLocaleString('en-US'));
  console.log(`${round}      ${figures.map((figure) => figure.padStart(9)).join('')}`);
  return ms;
}

/** The minimum cost of any fold of these commits: fetch their bytes, hash and parse the part before the cut, and build nothing. */
async function floor(connection: NatsConnection, commits: number): Promise<void> {
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
  console.log(
    `\n${Math.round(megabytes)} MB; of the processor, in ms: to fetch them ${parts[0]}, SHA-256 ${parts[1]}, JSON.parse ${parts[2]}: ${all} before anything is folded`,
  );
}
