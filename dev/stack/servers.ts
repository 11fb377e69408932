import { join, relative } from 'node:path';
import pg from 'pg';
import { keepSecrets } from '#shared/platform/process/secrets.js';
import { usersOf } from '#shared/platform/topology/accounts.js';
import { obtainNatsServer } from '../nats/obtain.js';
import { lacksOf } from '../nats/own-server.js';
import { type Credentials, DEV_TENANTS, startNats } from '../nats/server.js';
import { followTenants } from '../nats/tenant-users.js';
import { type PostgresServer, startPostgres } from '../postgres/server.js';
import { messageOf } from '../processes/errors.js';
import { ManagedProcess, type ProcessPlan } from '../processes/managed-process.js';
import { type Environment, projectFolder } from '../processes/project.js';
import { hasPrograms, programsFolder } from '../solana/programs.js';
import type { Ports } from './ports.js';

export const DATABASE = 'admit';
const REAL_MS = 5_000; // a remote server that does not answer within this time counts as absent
const SOLANA_READY_MS = 60_000; // it reads its journal: a few seconds per ten thousand mints
const SOLANA_STOP_MS = 10_000;
const PROBE_MS = 2_000;

/** The context that every server start needs. */
export interface StackContext {
  readonly dataDir: string;
  readonly env: Environment;
  readonly ports: Ports;
  readonly slotMs: number;
  readonly finalizedAfter: number;
  readonly progress: (line: string) => void;
  readonly noteFor: (name: string) => NonNullable<ProcessPlan['changed']>;
  /** Called with a process before it starts, so that a failed or aborted start can end it. */
  readonly began: (part: ManagedProcess) => void;
  /** Called with work that writes into the data folder: it cannot be aborted, only waited for. */
  readonly underWay: (work: Promise<unknown>) => void;
}

export interface NatsAccess {
  readonly url: string;
  readonly login: (user: string) => Credentials;
  /** The program of an embedded server. */
  readonly program?: string;
  /** Creates an account for every new tenant until the returned function is called; a real server's operator does this. */
  readonly followTenants: () => Promise<() => Promise<void>>;
}

export const logOf = (dataDir: string, name: string): string => join(dataDir, 'logs', `${name}.log`);

export async function useNats(ground: StackContext): Promise<NatsAccess> {
  const real = ground.env.NATS_URL;
  if (real) return realNats(real, ground);
  const dataDir = join(ground.dataDir, 'nats');
  const server = await startNats({
    dataDir,
    port: ground.ports.nats,
    monitorPort: ground.ports.natsMonitor,
    logFile: logOf(ground.dataDir, 'nats'),
    heal: true,
    progress: ground.progress,
    changed: ground.noteFor('nats'),
    began: ground.began,
  });
  return {
    url: server.url,
    program: (await obtainNatsServer()).path,
    login: (user) => server.credentials(user),
    followTenants: () => followTenants(server, dataDir, ground.progress),
  };
}

/** Each user has its own password in credentials.json. A server that lacks a requirement is rejected before anything is created there. */
async function realNats(url: string, { dataDir }: StackContext): Promise<NatsAccess> {
  const file = join(dataDir, 'nats', 'credentials.json');
  const kept = keepSecrets(file, usersOf(DEV_TENANTS));
  const login = (user: string): Credentials => ({ user, pass: kept[user] ?? '' });
  const lacks = await lacksOf({ url, login }).catch((error: unknown) => {
    const why = `NATS_URL is ${url}, and no server answers there (${messageOf(error)})`;
    throw new Error(`${why}. Unset it to use the embedded server, or start yours.`, { cause: error });
  });
  if (lacks.length > 0) throw new Error(notEnough(url, lacks, file));
  return { url, login, followTenants: async () => async () => undefined };
}

const notEnough = (url: string, lacks: readonly string[], file: string): string =>
  [
    `NATS_URL is ${url}, and that server cannot be used:`,
    ...lacks.map((lack) => `  - ${lack}`),
    `This prints the configuration it needs: npm run -s admit -- nats config --credentials ${relative(process.cwd(), file) || file} > nats.conf`,
    'Start the server with it (nats-server -c nats.conf) and run npm start again. Unset NATS_URL to use the embedded server.',
  ].join('\n');

/** The URL of a role that may create roles and schemas. */
export async function usePostgres(ground: StackContext): Promise<string> {
  const real = ground.env.DATABASE_URL;
  if (real) return realPostgres(real);
  const server: PostgresServer = await startPostgres({
    dataDir: join(ground.dataDir, 'postgres'),
    port: ground.ports.postgres,
    logFile: logOf(ground.dataDir, 'postgres'),
    heal: true,
    progress: ground.progress,
    changed: ground.noteFor('postgres'),
    began: ground.began,
    underWay: ground.underWay,
  });
  await server.createDatabase(DATABASE);
  return server.url(DATABASE);
}

async function realPostgres(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: REAL_MS });
  try {
    await client.connect();
    return url;
  } catch (error) {
    throw new Error(
      `DATABASE_URL is set, and Postgres does not let us in there (${messageOf(error)}). Unset it to use the embedded one, or start yours.`,
      {
        cause: error,
      },
    );
  } finally {
    await client.end().catch(() => undefined); // never connected
  }
}

export interface ChainAccess {
  readonly url: string;
  readonly local: boolean;
  /** It has the programs of compressed tickets. For a real chain, its operator sets SALE_ASSETS. */
  readonly compressed: boolean;
}

export async function useSolana(ground: StackContext): Promise<ChainAccess> {
  const real = ground.env.SOLANA_RPC_URL;
  if (real) {
    const healthy = await isHealthy(real).catch(() => false); // whatever the cause, the error below says what to do
    if (!healthy)
      throw new Error(
        `SOLANA_RPC_URL is ${real}, and it does not answer getHealth with "ok". Unset it to use the local chain, or start yours.`,
      );
    return { url: real, local: false, compressed: false };
  }
  const url = `http://127.0.0.1:${ground.ports.solana}`;
  const part = new ManagedProcess(solanaPlan(ground, url));
  ground.began(part);
  await part.start();
  return { url, local: true, compressed: hasPrograms(programsFolder()) };
}

function solanaPlan(ground: StackContext, url: string): ProcessPlan {
  const flags = {
    port: ground.ports.solana,
    data: join(ground.dataDir, 'solana'),
    'slot-ms': ground.slotMs,
    'finalized-after': ground.finalizedAfter,
    programs: programsFolder(),
  };
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return {
    name: 'solana',
    logFile: logOf(ground.dataDir, 'solana'),
    prepare: () => ({
      file: process.execPath,
      args: [join(projectFolder(), 'dist', 'dev', 'solana', 'main.js'), ...args],
      env: ground.env,
    }),
    isReady: () => isHealthy(url),
    readyMs: SOLANA_READY_MS,
    stopSignal: 'SIGTERM',
    stopMs: SOLANA_STOP_MS,
    heal: true,
    say: ground.progress,
    changed: ground.noteFor('solana'),
  };
}

async function isHealthy(url: string): Promise<boolean> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'getHealth' }),
    signal: AbortSignal.timeout(PROBE_MS),
  });
  return ((await answer.json()) as { result?: unknown }).result === 'ok';
}
