import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { type PostgresServer, startPostgres } from '../../dev/postgres/server.js';
import { stderrOf } from '../../dev/processes/errors.js';
import { freePort } from '../../dev/processes/ports.js';
import { environment, projectFolder } from '../../dev/processes/project.js';
import { temporaryFolder } from '../../dev/processes/temporary.js';
import { packageVersion } from '../measure/machine.js';
import { HttpCaller } from './http-caller.js';
import { MeasuredProcess } from './measured-process.js';
import { type AppendFsync, startRedis } from './redis.js';
import type { Seller } from './seller.js';
import { Closing, expectStatus, pidOf } from './selling-stage.js';

const FOLDER = join(projectFolder(), 'bench', 'peers');
const INSTALL_MS = 300_000;
const READY_MS = 60_000;
const DATABASE = 'peer';
/** A peer's connections to Postgres: enough to share each fsync, few enough for two processors. */
const CONNECTIONS = 32;
/** Disk space for a peer's writes; a commit is on disk before it is acknowledged. */
const POSTGRES = { shared_buffers: '256MB', max_wal_size: '4GB', max_connections: '200' };
const POSTGRES_DURABILITY = 'Postgres: fsync on, synchronous_commit on';
const run = promisify(execFile);

/** The systems measured beside admit-one. */
export interface Peer {
  readonly name: string;
  /** A description for a reader who does not know it. */
  readonly what: string;
  readonly redis?: AppendFsync;
  /** The first serves HTTP. */
  readonly programs: readonly string[];
  readonly packages: readonly string[];
}

const REDIS_SETTINGS = ['always', 'everysec'] as const;

export const PEERS: readonly Peer[] = [
  ...REDIS_SETTINGS.map((redis) => ({
    name: `queue-${redis}`,
    what: `audited design remediated, queue, Redis ${redis}`,
    redis,
    programs: ['audited-queue.mjs', 'audited-worker.mjs'],
    packages: ['fastify', 'bullmq', 'ioredis', 'pg'],
  })),
  ...REDIS_SETTINGS.map((redis) => ({
    name: `direct-${redis}`,
    what: `the same without a queue, Redis ${redis}`,
    redis,
    programs: ['audited-direct.mjs'],
    packages: ['fastify', 'ioredis', 'pg'],
  })),
  {
    name: 'dbos',
    what: 'DBOS, one workflow with one transaction',
    programs: ['dbos.mjs'],
    packages: ['fastify', '@dbos-inc/dbos-sdk', 'pg'],
  },
  {
    name: 'emmett',
    what: 'Emmett, a stream an order, seats in an inline projection',
    programs: ['emmett.mjs'],
    packages: ['fastify', '@event-driven-io/emmett', '@event-driven-io/emmett-postgresql'],
  },
];

export interface RunningPeer extends Seller {
  readonly versions: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Installs the peers' packages if they are missing or outdated; the product never imports them. */
export async function installPeers(say: (line: string) => void): Promise<void> {
  const lock = readFileSync(join(FOLDER, 'package-lock.json'), 'utf8');
  const installed = join(FOLDER, 'node_modules', '.installed-lock');
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return;
  say('installing the packages of the peers (bench/peers/package.json)');
  try {
    await run('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: FOLDER, timeout: INSTALL_MS });
  } catch (error) {
    throw new Error(`npm ci in bench/peers did not succeed; the peers need the npm registry once.\n${stderrOf(error)}`, { cause: error });
  }
  writeFileSync(installed, lock);
}

/** Starts a peer with its own servers. */
export async function startPeer(peer: Peer, say: (line: string) => void, connections = CONNECTIONS): Promise<RunningPeer> {
  const closing = new Closing();
  try {
    const folder = temporaryFolder(`bench-${peer.name}`);
    closing.add(() => folder.remove());
    const postgres = await startPostgres({ dataDir: join(folder.path, 'postgres'), settings: POSTGRES });
    closing.add(() => postgres.stop());
    await postgres.createDatabase(DATABASE);
    const redis = peer.redis === undefined ? undefined : await startRedis(join(folder.path, 'redis'), peer.redis, say);
    if (redis !== undefined) closing.add(() => redis.stop());
    const port = await freePort();
    const apps: MeasuredProcess[] = [];
    for (const program of peer.programs) {
      const app = await startProgram(program, settingsOf(postgres, { port, connections, redisUrl: redis?.url }));
      closing.add(() => app.stop());
      apps.push(app);
    }
    const pids = { peer: apps.map(({ pid }) => pid), postgres: pidOf(postgres), ...(redis !== undefined && { redis: pidOf(redis) }) };
    const versions = {
      postgres: await versionOf(postgres),
      ...(redis !== undefined && { redis: redis.version }),
      ...Object.fromEntries(peer.packages.map((name) => [name, packageVersion(name, FOLDER)])),
    };
    return { ...sellerOf(peer, new HttpCaller(`http://127.0.0.1:${port}`), pids), versions, close: () => closing.run() };
  } catch (error) {
    await closing.run();
    throw error;
  }
}

const settingsOf = (
  postgres: PostgresServer,
  { port, connections, redisUrl }: { readonly port: number; readonly connections: number; readonly redisUrl: string | undefined },
): Readonly<Record<string, string>> => ({
  NODE_ENV: 'production',
  PORT: `${port}`,
  DATABASE_URL: postgres.url(DATABASE),
  CONNECTIONS: `${connections}`,
  ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
});

async function startProgram(program: string, settings: Readonly<Record<string, string>>): Promise<MeasuredProcess> {
  const child = spawn(process.execPath, [join(FOLDER, program)], {
    env: { ...environment(), ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const app = new MeasuredProcess(child);
  try {
    await isReady(child, program);
    return app;
  } catch (error) {
    await app.stop('SIGKILL');
    throw error;
  }
}

/** Waits until it prints `ready`. */
async function isReady(child: ChildProcess & { readonly stdout: NodeJS.ReadableStream | null }, program: string): Promise<void> {
  if (child.stdout === null) throw new Error(`${program} has no output`);
  const stop = AbortSignal.timeout(READY_MS);
  const lines = createInterface({ input: child.stdout, signal: stop });
  const ready = (async () => {
    for await (const line of lines) if (line === 'ready') return;
    throw new Error(`${program} ended, or was not ready within ${READY_MS / 1_000} s`);
  })();
  await Promise.race([ready, once(child, 'exit').then(([code]) => Promise.reject(new Error(`${program} ended with exit code ${code}`)))]);
  child.stdout.resume();
}

async function versionOf(postgres: PostgresServer): Promise<string> {
  return postgres.asSuperuser('postgres', async (client) => {
    const { rows } = await client.query<{ readonly server_version: string }>('show server_version');
    return rows[0]?.server_version ?? 'unknown';
  });
}

const sellerOf = ({ what, redis }: Peer, caller: HttpCaller, processes: Seller['processes']): Seller => ({
  name: what,
  durability: redis === undefined ? POSTGRES_DURABILITY : `${POSTGRES_DURABILITY}; Redis: appendfsync ${redis}`,
  processes,
  openSale: async (sale, plan) => expectStatus(201, await caller.post('/v1/sales', { sale, ...plan })),
  place: (sale, { key, buyer, units }) => caller.post(`/v1/sales/${sale}/orders`, { buyer, units }, key),
  sold: async (sale) => ((await caller.get(`/v1/sales/${sale}`)) as { readonly sold: number }).sold,
});
