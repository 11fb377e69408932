import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { closedLoop, type Figures, type Load, ROUNDS, roundOf } from './load.js';
import { ask, expectStatus, onStage, openSale } from './selling-stage.js';

const IN_FLIGHT = 64;
const KEYS = 2_000;
const ALONE = 'orders';
const BESIDE = 'orders, a storm of retries beside';
const READS = 'reads of orders';
const RETRIES = 'the retries beside';
const BAR_READS_PER_SECOND = 1_500;
/** The latency bound of an order while as many callers read decided orders: both share the work of one process. */
const BAR_BESIDE = 0.5;

/** Reads and retries of one sale at once: all are answered from the log, up to the leader's last commit at their arrival. */
export async function benchReads({ seconds }: { readonly seconds: number }): Promise<boolean> {
  const load = roundOf(seconds, IN_FLIGHT);
  const rows = new Map<string, Figures[]>();
  const note = (name: string, figures: Figures): void => void rows.set(name, [...(rows.get(name) ?? []), figures]);
  await onStage('bench-reads', async ({ demo }) => {
    await openSale(demo, 'reads');
    const made = await place(demo);
    for (let round = 0; round < ROUNDS; round++) {
      note(READS, await reads(demo, made, load));
      note(ALONE, await orders(demo, load));
      const [sold, again] = await Promise.all([orders(demo, load), retries(demo, load)]);
      note(BESIDE, sold);
      note(RETRIES, again);
    }
  });
  return report(rows);
}

const order = (key: string): object => ({ sale: 'reads', buyer: key, quantity: 1 });

/** Orders to read, and keys to retry with. */
async function place(demo: NatsConnection): Promise<string[]> {
  const made: string[] = [];
  for (let first = 0; first < KEYS; first += IN_FLIGHT) {
    const keys = Array.from({ length: IN_FLIGHT }, (_, index) => `key-${first + index}`);
    for (const { text } of await Promise.all(keys.map((key) => ask(demo, 'order.place', order(key), key))))
      made.push((JSON.parse(text) as { readonly order: string }).order);
  }
  return made;
}

async function reads(demo: NatsConnection, made: readonly string[], load: Load): Promise<Figures> {
  let next = 0;
  return closedLoop(load, async () => {
    next += 1;
    expectStatus(200, await ask(demo, 'order.get', { sale: 'reads', order: made[next % made.length] }));
  });
}

async function orders(demo: NatsConnection, load: Load): Promise<Figures> {
  return closedLoop(load, async () => {
    const key = randomUUID();
    expectStatus(201, await ask(demo, 'order.place', order(key), key));
  });
}

async function retries(demo: NatsConnection, load: Load): Promise<Figures> {
  let next = 0;
  return closedLoop(load, async () => {
    next += 1;
    const key = `key-${next % KEYS}`;
    expectStatus(201, await ask(demo, 'order.place', order(key), key));
  });
}

function report(rows: ReadonlyMap<string, readonly Figures[]>): boolean {
  console.log(
    `\none sale, ${IN_FLIGHT} in flight each, closed loop, one purchase process (sync_interval: always); the middle of ${ROUNDS} rounds\n`,
  );
  console.log('                                       per second   p50 ms    p99 ms');
  const middles = new Map([...rows].map(([name, figures]) => [name, middle(figures)] as const));
  for (const [name, { perSecond, p50Ms, p99Ms }] of middles)
    console.log(`${name.padEnd(38)} ${perSecond.toFixed(0).padStart(10)} ${p50Ms.toFixed(2).padStart(8)} ${p99Ms.toFixed(2).padStart(9)}`);
  const rate = (name: string): number => middles.get(name)?.perSecond ?? 0;
  const beside = rate(BESIDE) / rate(ALONE);
  const reached = rate(READS) >= BAR_READS_PER_SECOND && beside >= BAR_BESIDE;
  console.log(
    `\nbar: ${BAR_READS_PER_SECOND} reads/s, and beside the storm ${BAR_BESIDE * 100} % of the orders (${(beside * 100).toFixed(0)} %): ${reached ? 'reached' : 'MISSED'}`,
  );
  return reached;
}

function middle(figures: readonly Figures[]): Figures {
  const sorted = [...figures].sort((left, right) => left.perSecond - right.perSecond);
  return sorted[Math.floor(sorted.length / 2)] as Figures;
}
