import { jetstream } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { NO_HEAD } from '#shared/event-store/commit.js';
import { saleSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { frontOf, hashOf } from '#shared/event-store/stored-commit.js';
import { bufferOf } from '#shared/kernel/bytes.js';
import { provision } from '#shared/platform/topology/provision.js';
import { SaleFold } from '../apps/purchase/src/sale-fold.js';
import { startNats } from '../dev/nats/server.js';
import { temporaryFolder } from '../dev/processes/temporary.js';
import { writeSale } from './ledger-log.js';

const TENANT = 'demo';
const SALE = 'gala';
const ORDERS = 100_000;
/** The first rounds pay for the compiler; the middle one counts. */
const ROUNDS = 5;
/** What folding a sale of so many orders from the log may take. */
const BAR_MS = 1_000;
const MICROS_PER_MS = 1_000;
const BYTES_PER_MB = 1_000_000;
const PULL_BYTES = 16 * 1024 * 1024;

/** A purchase process that meets a large sale for the first time: every commit from the leader, decoded, hashed, proven to follow, folded. */
export async function benchFold(): Promise<boolean> {
  const folder = temporaryFolder('bench-fold');
  const server = await startNats({ dataDir: folder.path });
  try {
    const admin = await connect(server.connection('provision'));
    await provision(admin);
    const { events, commits } = await writeSale(admin, TENANT, SALE, ORDERS);
    await admin.close();
    console.log(`${ORDERS} orders: ${events} events in ${commits} commits\n\nround        ms    cpu ms   orders/s`);
    const connection = await connect(server.connection('purchase'));
    const store = await JetStreamEventStore.on(connection);
    const rounds: number[] = [];
    for (let round = 1; round <= ROUNDS; round++) rounds.push(await fold(store, round));
    await floor(connection, commits);
    await connection.close();
    const middle = rounds.sort((left, right) => left - right)[Math.floor(ROUNDS / 2)] as number;
    const ok = middle < BAR_MS;
    console.log(`\n${ok ? 'reached' : 'MISSED'}: a sale of ${ORDERS} orders in ${Math.round(middle)} ms (bar ${BAR_MS} ms)`);
    return ok;
  } finally {
    await server.stop();
    folder.remove();
  }
}

async function fold(store: JetStreamEventStore, round: number): Promise<number> {
  const sale = new SaleFold(saleSubject(TENANT, SALE));
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  for await (const commit of store.read(sale.subject, NO_HEAD)) sale.apply(commit);
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  const orders = sale.sale.open?.orders.size;
  if (orders !== ORDERS) throw new Error(`folded ${orders} of ${ORDERS} orders`);
  const figures = [ms, (user + system) / MICROS_PER_MS, (ORDERS / ms) * 1_000].map((figure) => Math.round(figure).toLocaleString('en-US'));
  console.log(`${round}      ${figures.map((figure) => figure.padStart(9)).join('')}`);
  return ms;
}

/** What no fold of these commits can do without: their bytes fetched, and what stands before the cut hashed and parsed, with nothing made of it. */
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
