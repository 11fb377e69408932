import { join } from 'node:path';
import pg from 'pg';
import { keepSecrets } from '#shared/platform/process/secrets.js';
import { messageOf } from '../processes/errors.js';
import { ManagedProcess, ManagedServer, type ProcessPlan } from '../processes/managed-process.js';
import { freePort } from '../processes/ports.js';
import { environment } from '../processes/project.js';
import { createCluster, programOf, removeStaleProcesses } from './cluster.js';
import { findInstallation, type Installation } from './installation.js';

const READY_MS = 60_000; // recovery after kill -9 replays the WAL since the last checkpoint
const STOP_MS = 15_000; // a fast shutdown writes one checkpoint
const CONNECT_MS = 30_000; // a busy machine may delay the server's answers
const PORT_TRIES = 3; // another process may take a free port before the server binds it
const SUPERUSER = 'postgres';

export interface PostgresOptions {
  readonly dataDir: string;
  readonly port?: number;
  readonly logFile?: string;
  /** Restarts the server after an unexpected exit; without it a killed server waits for restart(). */
  readonly heal?: boolean;
  /** Additional Postgres settings; none may weaken the durability of a commit. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly progress?: (line: string) => void;
  readonly changed?: ProcessPlan['changed'];
  /** Called with the process before it starts, so that the caller can end it after an abort. */
  readonly began?: (part: ManagedProcess) => void;
  /** Called with work that continues after an abort, so that the caller can wait for it. */
  readonly underWay?: (work: Promise<unknown>) => void;
}

export interface DatabaseUser {
  readonly user: string;
  readonly password: string;
}

export class PostgresServer extends ManagedServer {
  constructor(
    part: ManagedProcess,
    readonly port: number,
    private readonly password: string,
  ) {
    super(part);
  }

  /** A connection URL; the superuser's if no user is given. */
  url(database: string, as: DatabaseUser = { user: SUPERUSER, password: this.password }): string {
    return `postgresql://${encodeURIComponent(as.user)}:${encodeURIComponent(as.password)}@127.0.0.1:${this.port}/${encodeURIComponent(database)}`;
  }

  /** Does nothing if the database exists. */
  async createDatabase(name: string): Promise<void> {
    await this.asSuperuser('postgres', async (client) => {
      const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
      if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
    });
  }

  async asSuperuser<T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ connectionString: this.url(database), connectionTimeoutMillis: CONNECT_MS });
    client.on('error', () => undefined); // a connection lost while idle: the next query or connect reports it
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end().catch(() => undefined); // the connection is lost already
    }
  }
}

/** Starts Postgres 18 on 127.0.0.1 with passwords, fsync on and no Unix socket. Creates the cluster at the first start. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const place = findInstallation(options.dataDir);
  const password = keepSecrets(join(options.dataDir, 'credentials.json'), [SUPERUSER])[SUPERUSER] ?? '';
  const created = createCluster(place, password);
  options.underWay?.(created);
  await created;
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const server: PostgresServer = new PostgresServer(
      postgresPart(options, place, port, () => probe(server)),
      port,
      password,
    );
    options.began?.(server.part);
    try {
      await server.part.start();
      return server;
    } catch (error) {
      const taken = messageOf(error).includes('Address already in use');
      if (taken && options.port === undefined && attempt < PORT_TRIES) continue;
      throw taken
        ? new Error(`Port ${port} on 127.0.0.1 is in use by another program. Stop it, or start with another port.`, { cause: error })
        : error;
    }
  }
}

function postgresPart(options: PostgresOptions, place: Installation, port: number, isReady: () => Promise<boolean>): ManagedProcess {
  const settings = {
    ...options.settings,
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    fsync: 'on',
    synchronous_commit: 'on',
    dynamic_shared_memory_type: 'mmap', // in the data folder: /dev/shm is tiny or absent in some containers
    log_line_prefix: '%m [%p] %q%u@%d ',
    lc_messages: 'C',
  };
  return new ManagedProcess({
    name: 'postgres',
    logFile: options.logFile ?? join(options.dataDir, 'postgres.log'),
    prepare: async () => {
      await removeStaleProcesses(place);
      const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
      return {
        file: programOf(place, 'postgres'),
        args: ['-D', place.cluster, ...flags],
        env: environment(),
        cwd: place.cluster,
        ...place.runAs,
      };
    },
    isReady,
    readyMs: READY_MS,
    stopSignal: 'SIGINT', // Postgres' fast shutdown: ends sessions instead of waiting for them
    stopMs: STOP_MS,
    heal: options.heal ?? false,
    ...(options.progress === undefined ? {} : { say: options.progress }),
    ...(options.changed === undefined ? {} : { changed: options.changed }),
  });
}

async function probe(server: PostgresServer): Promise<boolean> {
  await server.asSuperuser('postgres', (client) => client.query('SELECT 1'));
  return true;
}
