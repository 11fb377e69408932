import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { closedLoop, type Figures, type Load, ROUNDS, roundOf } from './load.js';
import { API_KEY, ask, onStage, openSale, type SellingStage } from './selling-stage.js';

const IN_FLIGHT = [1, 64, 256];
/** The bench is one tenant without a rate limit. */
const UNLIMITED = { TENANT_RATE: '100000', TENANT_BURST: '100000' };

interface Row {
  readonly inFlight: number;
  readonly http: Figures;
  /** Over connections that the measured run opens itself. */
  readonly opening: Figures;
  readonly nats: Figures;
}

/** The same orders over HTTP and over NATS, alternately, on the same process: the cost of HTTP itself. */
export async function benchHttp({ seconds }: { readonly seconds: number }): Promise<boolean> {
  const rows: Row[] = [];
  await onStage(
    'bench-http',
    async (stage) => {
      await openSale(stage.demo, 'http');
      for (const inFlight of IN_FLIGHT) {
        const load = roundOf(seconds, inFlight);
        const rounds: Row[] = [];
        for (let round = 0; round < ROUNDS; round++) {
          const opening = await overHttp(stage, { ...load, warmUpMs: 0 });
          rounds.push({ inFlight, opening, http: await overHttp(stage, load, inFlight), nats: await overNats(stage, load) });
        }
        rows.push(middle(rounds));
      }
    },
    UNLIMITED,
  );
  return report(rows);
}

/** With this many connections opened before: Node accepts one connection in each turn of its event loop (docs/operations.md). */
async function overHttp({ purchase }: SellingStage, load: Load, opened = 0): Promise<Figures> {
  const agent = new Agent({ keepAlive: true, maxSockets: load.inFlight });
  const order = async (): Promise<void> => {
    const status = await post(agent, `${purchase.url}/v1/sales/http/orders`);
    if (status !== 201) throw new Error(`answered ${status}`);
  };
  await Promise.all(Array.from({ length: opened }, order));
  const figures = await closedLoop(load, order);
  agent.destroy();
  return figures;
}

function post(agent: Agent, url: string): Promise<number> {
  const key = randomUUID();
  const body = JSON.stringify({ buyer: key, quantity: 1 });
  const headers = {
    Authorization: `Bearer ${API_KEY}`,
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Idempotency-Key': key,
  };
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    asked.once('error', reject);
    asked.end(body);
  });
}

const overNats = ({ demo }: SellingStage, load: Load): Promise<Figures> =>
  closedLoop(load, async () => {
    const key = randomUUID();
    const { status, text } = await ask(demo, 'order.place', { sale: 'http', buyer: key, quantity: 1 }, key);
    if (status !== 201) throw new Error(`answered ${status}: ${text}`);
  });

const ratio = ({ http, nats }: Row): number => http.perSecond / nats.perSecond;

function middle(rounds: readonly Row[]): Row {
  const sorted = [...rounds].sort((left, right) => ratio(left) - ratio(right));
  return sorted[Math.floor(sorted.length / 2)] as Row;
}

/** HTTP adds parsing, hooks and Nest's routing to the one thread that also decides; this share of the NATS rate must remain. */
const BAR_OF_NATS = 0.4;
/** No order may wait for another order's work: the 99th percentile is at most this many times the median. */
const BAR_P99_OF_P50 = 6;

function report(rows: readonly Row[]): boolean {
  console.log('\norders of one place, HTTP with kept connections beside NATS; closed loop, one purchase process (sync_interval: always)\n');
  console.log('in flight |  HTTP/s    p50 ms    p99 ms | p99 ms, new connections |  NATS/s    p50 ms    p99 ms | ratio');
  for (const row of rows) {
    const shown = ({ perSecond, p50Ms, p99Ms }: Figures): string =>
      `${perSecond.toFixed(0).padStart(7)} ${p50Ms.toFixed(2).padStart(9)} ${p99Ms.toFixed(2).padStart(9)}`;
    console.log(
      `${String(row.inFlight).padStart(9)} | ${shown(row.http)} | ${row.opening.p99Ms.toFixed(2).padStart(23)} | ${shown(row.nats)} | ${(ratio(row) * 100).toFixed(0)} %`,
    );
  }
  const reached = rows.every(
    (row) => row.inFlight === 1 || (ratio(row) >= BAR_OF_NATS && row.http.p99Ms <= row.http.p50Ms * BAR_P99_OF_P50),
  );
  console.log(`\nbar: ${BAR_OF_NATS * 100} % of NATS, p99 at most ${BAR_P99_OF_P50} × p50: ${reached ? 'reached' : 'MISSED'}`);
  return reached;
}
