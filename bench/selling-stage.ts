import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { provision } from '#shared/platform/topology/provision.js';
import { type NatsServer, startNats } from '../dev/nats/server.js';
import { temporaryFolder } from '../dev/processes/temporary.js';
import { PurchaseProcess } from './purchase-process.js';

export const API_KEY = 'admit_bench_key_of_tenant_demo';
const ASK_TIMEOUT_MS = 30_000;

/** A server with a fresh log, one purchase process and a tenant's connection; `admin` has the permissions of provision. */
export interface SellingStage {
  readonly server: NatsServer;
  readonly admin: NatsConnection;
  readonly demo: NatsConnection;
  readonly purchase: PurchaseProcess;
}

export async function onStage<T>(
  name: string,
  use: (stage: SellingStage) => Promise<T>,
  settings: Record<string, string> = {},
): Promise<T> {
  const folder = temporaryFolder(name);
  const server = await startNats({ dataDir: folder.path });
  const admin = await connect(server.connection('provision'));
  await provision(admin);
  await (await TenantRegister.on(admin)).create('demo', { apiKey: API_KEY, hasNatsPassword: true });
  const purchase = await PurchaseProcess.start(server, settings);
  const demo = await connect(server.connection('demo'));
  try {
    return await use({ server, admin, demo, purchase });
  } finally {
    await demo.close();
    await purchase.stop();
    await admin.close();
    await server.stop();
    folder.remove();
  }
}

export interface Heard {
  readonly status: number;
  readonly text: string;
  readonly replayed: boolean;
}

export async function ask(demo: NatsConnection, what: string, body: object, key?: string): Promise<Heard> {
  const head = headers();
  if (key !== undefined) head.set('Idempotency-Key', key);
  const answer = await demo.request(`admit.demo.${what}`, JSON.stringify(body), { headers: head, timeout: ASK_TIMEOUT_MS });
  const replayed = answer.headers?.get('Idempotent-Replayed') === 'true';
  return { status: Number(answer.headers?.get('Admit-Status')), text: answer.string(), replayed };
}

export function expectStatus(status: number, heard: { readonly status: number; readonly text: string }): void {
  if (heard.status !== status) throw new Error(`answered ${heard.status}: ${heard.text}`);
}

/** A sale with more units than any bench sells. */
export async function openSale(demo: NatsConnection, sale: string): Promise<void> {
  const terms = { sale, name: 'Bench', units: { quota: 100_000 }, price: { amount: '5000', currency: 'EUR' } };
  expectStatus(201, await ask(demo, 'sale.open', { ...terms, maxPerBuyer: 100_000, mint: 'on-request' }, `open-${sale}`));
}
