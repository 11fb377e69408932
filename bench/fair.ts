import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { waitFor } from '../dev/processes/wait.js';
import type { Bench } from './bench.js';
import { spreadOf } from './measure/statistics.js';
import type { Result, Row } from './report/result.js';
import { shown } from './report/table.js';
import { OUR_DURABILITY } from './stage/seller.js';
import { ask, expectStatus, onStage, type SellingStage } from './stage/selling-stage.js';

/** Concurrent orders of the flooding tenant, over this many sales. */
const IN_FLIGHT = 4_000;
const SALES = 8;
/** Orders of the other tenant, one after the other. */
const ORDERS = 300;
const LONGEST_MS = 500;
const IDLE_TIMES = 4;
const TIMEOUT_MS = 30_000;
const FLOODING = 'acme';

/** How long a tenant's orders take while another tenant has 4,000 in flight over NATS, compared with how long they take alone. */
export const fair: Bench = {
  name: 'fair',
  what: "a tenant's orders while another tenant floods the service",
  minutes: 1,
  run: () => onStage('fair', measure),
};

async function measure(stage: SellingStage): Promise<Result> {
  await (await TenantRegister.on(stage.admin)).create(FLOODING, { hasNatsPassword: true });
  const flooding = await connect(stage.server.connection(FLOODING));
  const sales = Array.from({ length: SALES }, (_, sale) => `flood-${sale}`);
  for (const sale of sales) await open(flooding, FLOODING, sale);
  await flooding.close();
  await open(stage.demo, 'demo', 'quiet');
  const idle = await times(stage.demo, 'idle');
  const { child, heard: response } = await flood(stage, sales);
  const busy = await times(stage.demo, 'busy').finally(() => child.stdin?.end());
  const isFair = at(busy, 0.99) < Math.max(LONGEST_MS, IDLE_TIMES * at(idle, 0.99));
  const row = (label: string, sorted: readonly number[]): Row => ({
    label,
    durability: OUR_DURABILITY,
    figures: { p50Ms: spreadOf([at(sorted, 0.5)]), p99Ms: spreadOf([at(sorted, 0.99)]) },
  });
  return {
    title: 'Orders of a quiet tenant, one after the other, alone and beside the flood of another tenant',
    rows: [row('alone', idle), row(`with ${IN_FLIGHT} orders of another in flight over ${SALES} sales`, busy)],
    targets: [
      {
        what: `p99 of a quiet tenant beside a flood under ${LONGEST_MS} ms or ${IDLE_TIMES} times its value alone`,
        reached: isFair,
        measured: `${shown(at(busy, 0.99))} ms, alone ${shown(at(idle, 0.99))} ms`,
      },
    ],
    plots: [],
    notes: [`Answers to the flood, by status: ${(await response).trim()}`],
  };
}

/** A purchase process learns of a new tenant a moment after its creation, and answers 403 until then. */
async function open(connection: NatsConnection, tenant: string, sale: string): Promise<void> {
  const head = headers();
  head.set('Idempotency-Key', sale);
  const price = { amount: '5000', currency: 'EUR' };
  const terms = JSON.stringify({ sale, name: 'Fair', units: { quota: 90_000 }, price, maxPerBuyer: 100, mint: 'on-request' });
  const isOpen = async (): Promise<boolean> => {
    const answer = await connection.request(`admit.${tenant}.sale.open`, terms, { headers: head, timeout: TIMEOUT_MS });
    return answer.headers?.get('Admit-Status') === '201';
  };
  await waitFor(isOpen, { what: `sale ${sale} is open`, timeoutMs: TIMEOUT_MS });
}

/** Latencies of the orders, in milliseconds, sorted. */
async function times(demo: NatsConnection, round: string): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let order = 0; order < ORDERS; order++) {
    const began = performance.now();
    expectStatus(201, await ask(demo, 'order.place', { sale: 'quiet', buyer: `${round}-${order}`, quantity: 1 }, `${round}-${order}`));
    taken.push(performance.now() - began);
  }
  return taken.sort((left, right) => left - right);
}

const at = (sorted: readonly number[], share: number): number => sorted[Math.ceil(sorted.length * share) - 1] ?? 0;

async function flood(
  { server }: SellingStage,
  sales: readonly string[],
): Promise<{ readonly child: ChildProcess; readonly heard: Promise<string> }> {
  const { servers, user, pass } = server.connection(FLOODING);
  const args = [join(import.meta.dirname, 'order-flood.js'), servers, user, pass, `${IN_FLIGHT}`, ...sales];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const output = child.stdout as NodeJS.ReadableStream;
  await once(output, 'data');
  return { child, heard: once(output, 'data').then(([line]) => String(line)) };
}
