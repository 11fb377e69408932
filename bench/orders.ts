import { randomUUID } from 'node:crypto';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { closedLoop, type Figures, type Load, ROUNDS, roundOf } from './load.js';
import { ask, expectStatus, onStage } from './selling-stage.js';

const IN_FLIGHT = [1, 64, 256];
const SEATS_PER_ROW = 500;
const ROWS = 200;
/** The approximate size of an order on COMMANDS. */
const BARE_BYTES = 500;
const BAR_AT_64 = 0.45;

/** Orders of two named seats through the real service over NATS, next to a bare publish loop with expected sequence on the same server. */
export async function benchOrders({ seconds }: { readonly seconds: number }): Promise<boolean> {
  const rows: Row[] = [];
  await onStage('bench', async ({ admin, demo }) => {
    for (const inFlight of IN_FLIGHT) {
      const load = roundOf(seconds, inFlight);
      const rounds: Row[] = [];
      for (let round = 0; round < ROUNDS; round++)
        rounds.push({ inFlight, publishes: await bare(admin, load), sold: await orders(demo, load) });
      rows.push(median(rounds));
    }
  });
  return report(rows);
}

interface Row {
  readonly inFlight: number;
  readonly publishes: Figures;
  readonly sold: Figures;
}

const ratio = ({ sold, publishes }: Row): number => sold.perSecond / publishes.perSecond;

/** The round with the median ratio: other load on the machine affects both sides of a round alike, but not every round. */
function median(rounds: readonly Row[]): Row {
  const sorted = [...rounds].sort((left, right) => ratio(left) - ratio(right));
  return sorted[Math.floor(sorted.length / 2)] as Row;
}

async function orders(demo: NatsConnection, load: Load): Promise<Figures> {
  const sale = `bench-${randomUUID()}`;
  const units = { rows: Array.from({ length: ROWS }, (_, row) => ({ row: `R${row}`, from: 1, to: SEATS_PER_ROW })) };
  const terms = { sale, name: 'Bench', units, price: { amount: '5000', currency: 'EUR' }, maxPerBuyer: 100_000, mint: 'on-request' };
  expectStatus(201, await ask(demo, 'sale.open', terms, sale));
  let seat = 0;
  const figures = await closedLoop(load, async () => {
    const place = seat++;
    const row = Math.floor((place * 2) / SEATS_PER_ROW);
    const first = ((place * 2) % SEATS_PER_ROW) + 1;
    const order = { sale, buyer: `b-${place}`, units: [`R${row}-${first}`, `R${row}-${first + 1}`] };
    expectStatus(201, await ask(demo, 'order.place', order, randomUUID()));
  });
  const { units: counts } = JSON.parse((await ask(demo, 'sale.get', { sale })).text) as { units: { sold: number } };
  if (counts.sold !== seat * 2) throw new Error(`${seat} orders were answered, but ${counts.sold} seats are sold`);
  return figures;
}

/** The server's maximum for any client that appends with an expected sequence and waits for the fsync: one subject for each loop. */
async function bare(admin: NatsConnection, load: Load): Promise<Figures> {
  const jsm = await jetstreamManager(admin);
  const name = `BARE-${randomUUID()}`;
  await jsm.streams.add({ name, subjects: [`bare.${load.inFlight}.*`], storage: 'file' });
  const js = jetstream(admin);
  const body = new Uint8Array(BARE_BYTES);
  const last = new Map<number, number>();
  const figures = await closedLoop(load, async (lane) => {
    const { seq } = await js.publish(`bare.${load.inFlight}.${lane}`, body, { expect: { lastSubjectSequence: last.get(lane) ?? 0 } });
    last.set(lane, seq);
  });
  await jsm.streams.delete(name);
  return figures;
}

function report(rows: readonly Row[]): boolean {
  const shown = (value: number, digits = 0): string => value.toFixed(digits).padStart(9);
  console.log('orders of two seats, every store fsynced before the answer (sync_interval: always); closed loop, one purchase process\n');
  console.log('in flight   orders/s   p50 ms    p99 ms  | publish/s   p50 ms    p99 ms  | ratio');
  for (const row of rows) {
    const { inFlight, publishes, sold } = row;
    const figures = ({ perSecond, p50Ms, p99Ms }: Figures): string => `${shown(perSecond)}${shown(p50Ms, 2)}${shown(p99Ms, 2)} `;
    console.log(`${String(inFlight).padStart(9)} ${figures(sold)} | ${figures(publishes)} | ${(ratio(row) * 100).toFixed(0)} %`);
  }
  const at64 = rows.find(({ inFlight }) => inFlight === 64);
  const reached = at64 === undefined || ratio(at64) >= BAR_AT_64;
  console.log(`\nbar: at least ${BAR_AT_64 * 100} % of the bare loop at 64 in flight: ${reached ? 'reached' : 'MISSED'}`);
  return reached;
}
