import { cpSync } from 'node:fs';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { provision } from '#shared/platform/topology/provision.js';
import { startCluster } from '../../dev/nats/cluster.js';
import { type NatsServer, startNats } from '../../dev/nats/server.js';
import { temporaryFolder } from '../../dev/processes/temporary.js';
import type { Processes } from '../measure/cpu.js';
import { PurchaseProcess } from './purchase-process.js';

export const API_KEY = 'admit_bench_key_of_tenant_demo';
const ASK_TIMEOUT_MS = 60_000;

export interface StageOptions {
  /** Settings of the purchase app. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Arguments of Node for the purchase app. */
  readonly nodeArguments?: readonly string[];
  /** Where the server serves its profile; without it, nowhere. */
  readonly profilePort?: number;
  /** Number of purchase processes; default 1. */
  readonly purchases?: number;
  /** The data folder of a stopped server: its log is copied. */
  readonly log?: string;
  /** Number of servers with a copy of every stream; default 1. */
  readonly copies?: 1 | 3;
  /** Called before the first purchase process starts. */
  readonly prepare?: (admin: NatsConnection) => Promise<unknown>;
}

/** A server with a log, purchase processes and a tenant's connection; `admin` has the permissions of provision. */
export interface SellingStage {
  /** The first of several. */
  readonly server: NatsServer;
  readonly admin: NatsConnection;
  readonly demo: NatsConnection;
  readonly purchase: PurchaseProcess;
  readonly processes: Processes;
}

export interface OpenStage extends SellingStage {
  close(): Promise<void>;
}

/** Runs work on a stage, and closes the stage in every case. */
export async function onStage<T>(name: string, use: (stage: SellingStage) => Promise<T>, options: StageOptions = {}): Promise<T> {
  const stage = await openStage(name, options);
  try {
    return await use(stage);
  } finally {
    await stage.close();
  }
}

/** The same for several stages at once. */
export async function onStages<T>(
  wanted: readonly (StageOptions & { readonly name: string })[],
  use: (stages: readonly SellingStage[]) => Promise<T>,
): Promise<T> {
  const stages: OpenStage[] = [];
  try {
    for (const { name, ...options } of wanted) stages.push(await openStage(name, options));
    return await use(stages);
  } finally {
    for (const stage of stages) await stage.close();
  }
}

export async function openStage(name: string, options: StageOptions = {}): Promise<OpenStage> {
  const closing = new Closing();
  try {
    const stage = await opened(name, options, closing);
    return { ...stage, close: () => closing.run() };
  } catch (error) {
    await closing.run();
    throw error;
  }
}

async function opened(
  name: string,
  { settings, nodeArguments, profilePort, purchases = 1, log, copies = 1, prepare }: StageOptions,
  closing: Closing,
): Promise<SellingStage> {
  const folder = temporaryFolder(name);
  closing.add(() => folder.remove());
  if (log !== undefined) cpSync(log, folder.path, { recursive: true });
  const nodes =
    copies === 1
      ? [await startNats({ dataDir: folder.path, ...(profilePort !== undefined && { profilePort }) })]
      : (await startCluster({ dataDir: folder.path })).nodes;
  closing.add(() => Promise.all(nodes.map((node) => node.stop())));
  const server = nodes[0] as NatsServer;
  const admin = await connect(server.connection('provision'));
  closing.add(() => admin.close());
  await provision(admin, { replicas: copies });
  await (await TenantRegister.on(admin)).create('demo', { apiKey: API_KEY, hasNatsPassword: true, grants: ['free-mints'] });
  await prepare?.(admin);
  const apps: PurchaseProcess[] = [];
  for (let number = 0; number < purchases; number += 1) {
    const purchase = await PurchaseProcess.start(server, settings, nodeArguments);
    closing.add(() => purchase.stop());
    apps.push(purchase);
  }
  const demo = await connect(server.connection('demo'));
  closing.add(() => demo.close());
  const processes = { purchase: apps.map(({ pid }) => pid), 'nats-server': nodes.map(pidOf) };
  return { server, admin, demo, purchase: apps[0] as PurchaseProcess, processes };
}

/** Resources to close, in the reverse order of their start. It tries all of them, and throws the first error at the end. */
export class Closing {
  private readonly steps: (() => unknown)[] = [];

  add(step: () => unknown): void {
    this.steps.push(step);
  }

  async run(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.steps.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}

export function pidOf({ pid }: { readonly pid: number | undefined }): number {
  if (pid === undefined) throw new Error('A server of the bench is not running.');
  return pid;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly replayed: boolean;
}

export async function ask(demo: NatsConnection, what: string, body: object, key?: string): Promise<Answer> {
  const head = headers();
  if (key !== undefined) head.set('Idempotency-Key', key);
  const answer = await demo.request(`admit.demo.${what}`, JSON.stringify(body), { headers: head, timeout: ASK_TIMEOUT_MS });
  const replayed = answer.headers?.get('Idempotent-Replayed') === 'true';
  return { status: Number(answer.headers?.get('Admit-Status')), text: answer.string(), replayed };
}

export function expectStatus(status: number, answer: Pick<Answer, 'status' | 'text'>): void {
  if (answer.status !== status) throw new Error(`answered ${answer.status}: ${answer.text}`);
}

/** A sale with more units than any bench sells. */
export async function openSale(demo: NatsConnection, sale: string): Promise<void> {
  const terms = { sale, name: 'Bench', units: { quota: 100_000 }, price: { amount: '5000', currency: 'EUR' } };
  expectStatus(201, await ask(demo, 'sale.open', { ...terms, maxPerBuyer: 100_000, mint: 'on-request' }, `open-${sale}`));
}
