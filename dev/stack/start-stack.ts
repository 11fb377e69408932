import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { keepSecrets } from '#shared/platform/process/secrets.js';
import { DEV_TENANTS } from '../nats/server.js';
import type { ManagedProcess } from '../processes/managed-process.js';
import { OrphanReaper } from '../processes/orphan-reaper.js';
import { type Environment, environment } from '../processes/project.js';
import { waitFor } from '../processes/wait.js';
import { HOW_TO_GET_PROGRAMS } from '../solana/programs.js';
import { choosePorts } from './ports.js';
import { Progress } from './progress.js';
import { type NatsAccess, type StackContext, useNats, usePostgres, useSolana } from './servers.js';
import { withoutOwn, writeSettings } from './settings-files.js';
import { type AppSettings, Stack } from './stack.js';
import { keepWallet } from './wallet.js';
import { APPS, clientSettings, type DevTenant, healthPort, SECRETS, type Served, type Wiring } from './wiring.js';

const ACCEPTED_MS = 30_000; // the apps poll four times a second
const USUAL_SLOT_MS = 400; // Solana's own
const USUAL_FINALIZED_AFTER = 32; // slots, Solana's own: 13 seconds

export interface StackOptions {
  readonly dataDir: string;
  readonly env?: Environment;
  /** Prefer the default ports (npm start); tests take free ports and disturb no other process. */
  readonly usualPorts?: boolean;
  readonly slotMs?: number;
  /** Slots between a block and its finality. */
  readonly finalizedAfter?: number;
  readonly apps?: readonly Served[];
  /** Settings for single apps, over those of the stack. */
  readonly settings?: AppSettings;
  readonly progress?: Progress;
  /** Aborts the start: everything that runs is stopped. */
  readonly signal?: AbortSignal;
}

/** Starts everything in a folder that a second start reuses. After a failure nothing is left running. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const parts: ManagedProcess[] = [];
  const underWay: Promise<unknown>[] = [];
  try {
    return await orGivenUp(bringUp(options, parts, underWay), options.signal);
  } catch (error) {
    await Promise.allSettled([...parts.map((part) => part.stop()), ...underWay]);
    throw error;
  }
}

async function bringUp(options: StackOptions, parts: ManagedProcess[], underWay: Promise<unknown>[]): Promise<Stack> {
  const { dataDir, signal } = options;
  const progress = options.progress ?? new Progress(process.stderr);
  const apps = options.apps ?? APPS;
  const env = withoutOwn(options.env ?? environment(), dataDir);
  mkdirSync(join(dataDir, 'logs'), { recursive: true });
  const orphans = new OrphanReaper(join(dataDir, 'run'));
  const ended = await orphans.reap();
  if (ended.length > 0) progress.say(`· ended what an earlier run left behind: ${ended.join(', ')}`);
  const ground: StackContext = {
    dataDir,
    env,
    ports: await choosePorts(dataDir, options.usualPorts ?? false),
    slotMs: options.slotMs ?? USUAL_SLOT_MS,
    finalizedAfter: options.finalizedAfter ?? USUAL_FINALIZED_AFTER,
    progress: (line) => progress.say(`· ${line}`),
    noteFor: (name) => (pid, command) => orphans.remember(name, pid, command),
    began: (part) => {
      signal?.throwIfAborted();
      parts.push(part);
    },
    underWay: (work) => void underWay.push(work),
  };
  const { wiring, followTenants } = await wire(ground, progress);
  const stack = new Stack(parts, wiring, ground, options.settings);
  await allOrFirstFailure([
    progress.step('streams and consumers', () => stack.provision()),
    progress.step('ledger database', () => stack.migrate()),
  ]);
  await allOrFirstFailure([
    progress.step('tenants', () => createTenants(stack)),
    startApps(stack, apps, progress), // apps accept new tenants at any time
  ]);
  await tenantsAccepted(stack, apps);
  if (apps.includes('minter')) await offerAssets(stack, progress);
  stack.atEnd(await followTenants());
  writeSettings(dataDir, stack, env);
  return stack;
}

/** Mints of compressed tickets wait until there is a tree, so selling need not wait for it. */
async function offerAssets(stack: Stack, progress: Progress): Promise<void> {
  const { compressed, solanaIsLocal } = stack.wiring;
  if (compressed) await progress.step('tree of compressed tickets', () => stack.createTree());
  else if (solanaIsLocal) progress.say(`· tickets are Token-2022 assets; to offer compressed ones too: ${HOW_TO_GET_PROGRAMS}`);
}

const createTenants = (stack: Stack): Promise<unknown> => allOrFirstFailure(DEV_TENANTS.map((tenant) => stack.createTenant(tenant)));

/** An app knows a new tenant after the next poll of its directory. On a slow machine the apps are ready before the tenants are. */
async function tenantsAccepted(stack: Stack, apps: readonly Served[]): Promise<void> {
  const accepted = async (tenant: DevTenant, app: Served, path: string): Promise<void> => {
    const { HTTP_URL, LEDGER_URL, ADMIT_API_KEY } = clientSettings(stack.wiring, tenant);
    const url = `${app === 'ledger' ? LEDGER_URL : HTTP_URL}${path}`;
    const isKnown = async (): Promise<boolean> => (await fetch(url, { headers: { Authorization: `Bearer ${ADMIT_API_KEY}` } })).ok;
    await waitFor(isKnown, { what: `${app} accepts requests of ${tenant}`, timeoutMs: ACCEPTED_MS });
  };
  const reads = [
    ['purchase', '/v1/sales'],
    ['ledger', '/v1/ledger'],
  ] as const;
  const served = reads.filter(([app]) => apps.includes(app));
  await Promise.all(DEV_TENANTS.flatMap((tenant) => served.map(([app, path]) => accepted(tenant, app, path))));
}

async function wire(
  ground: StackContext,
  progress: Progress,
): Promise<{ readonly wiring: Wiring; readonly followTenants: NatsAccess['followTenants'] }> {
  const keysDir = join(ground.dataDir, 'keys');
  mkdirSync(keysDir, { recursive: true });
  chmodSync(keysDir, 0o700);
  const [nats, databaseUrl, solana] = await allOrFirstFailure([
    progress.step(
      'NATS JetStream',
      () => useNats(ground),
      ({ url }) => url,
    ),
    progress.step(
      'Postgres',
      () => usePostgres(ground),
      (url) => withoutPassword(url),
    ),
    progress.step(
      'Solana',
      () => useSolana(ground),
      ({ url }) => url,
    ),
  ]);
  const wiring: Wiring = {
    natsUrl: nats.url,
    natsLogin: nats.login,
    ...(nats.program !== undefined && { natsProgram: nats.program }),
    accountsFollow: nats.program !== undefined,
    databaseUrl,
    solanaUrl: solana.url,
    solanaIsLocal: solana.local,
    compressed: solana.compressed,
    ports: ground.ports,
    keysDir,
    secrets: keepSecrets(join(ground.dataDir, 'secrets.json'), SECRETS),
    wallet: keepWallet(join(ground.dataDir, 'wallet.json')),
  };
  return { wiring, followTenants: nats.followTenants };
}

async function startApps(stack: Stack, apps: readonly Served[], progress: Progress): Promise<void> {
  const health = (app: Served): string => `http://127.0.0.1:${healthPort(stack.wiring, app)}/health/ready`;
  await allOrFirstFailure(
    apps.map((app) =>
      progress.step(
        app,
        () => stack.startApp(app),
        () => health(app),
      ),
    ),
  );
}

async function orGivenUp<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  const givenUp = new Promise<never>((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  return Promise.race([work, givenUp]);
}

/** Like Promise.all, but waits for the other promises too: the processes that they start must be known before they can be stopped. */
async function allOrFirstFailure<T extends readonly Promise<unknown>[]>(
  work: readonly [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(work);
  return Promise.all(work) as Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }>;
}

function withoutPassword(url: string): string {
  const shown = new URL(url);
  shown.password = '';
  return shown.href;
}
