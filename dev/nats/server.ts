import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { keepSecrets, writePrivate } from '#shared/platform/process/secrets.js';
import { type AccountsPlan, accountsConfig, inboxOf, usersOf } from '#shared/platform/topology/accounts.js';
import type { ClusterMember } from '#shared/platform/topology/cluster-config.js';
import { messageOf } from '../processes/errors.js';
import { ManagedProcess, ManagedServer, type ProcessPlan } from '../processes/managed-process.js';
import { freePort } from '../processes/ports.js';
import { environment } from '../processes/project.js';
import { obtainNatsServer } from './obtain.js';
import { reloadServer } from './reload.js';
import { keepTenantUsers, type TenantUsers, tenantUsers } from './tenant-users.js';

export const DEV_TENANTS = ['demo', 'acme'] as const;

const READY_MS = 60_000; // recovery reads every stream: 4 s per million subjects
const STOP_MS = 10_000; // it flushes and closes; with sync_interval always there is little to flush
const PROBE_MS = 2_000;
const PORT_TRIES = 3; // another process may take a free port before the server binds it

export interface NatsOptions {
  readonly dataDir: string;
  readonly port?: number;
  readonly monitorPort?: number;
  readonly tenants?: readonly string[];
  readonly logFile?: string;
  readonly cacheDir?: string;
  /** A member of a cluster: it is ready when it has found the others and caught up with them. */
  readonly member?: ClusterMember;
  /** Passwords by user; generated and kept in the data directory if absent. */
  readonly passwords?: Readonly<Record<string, string>>;
  /** Where Go's profiler listens; without it, nowhere. */
  readonly profilePort?: number;
  /** Restarts the server after an unexpected exit; without it a killed server waits for restart(). */
  readonly heal?: boolean;
  readonly progress?: (line: string) => void;
  readonly changed?: ProcessPlan['changed'];
  /** Called with the process before it starts, so that the caller can end it after an abort. */
  readonly began?: (part: ManagedProcess) => void;
}

export interface Credentials {
  readonly user: string;
  readonly pass: string;
}

/** What a client needs to connect to a log of one or several servers. */
export interface Broker {
  /** The value of NATS_URL. */
  readonly url: string;
  credentials(user: string): Credentials;
  /** Connection options for any NATS client: servers, user, and the inbox prefix that this user may subscribe to. */
  connection(user: string): Credentials & { readonly servers: string | string[]; readonly inboxPrefix: string };
}

export class NatsServer extends ManagedServer implements Broker {
  constructor(
    part: ManagedProcess,
    readonly port: number,
    readonly monitorPort: number,
    private readonly passwords: Readonly<Record<string, string>>,
    private readonly configure: (users: TenantUsers) => void,
  ) {
    super(part);
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  get monitorUrl(): string {
    return `http://127.0.0.1:${this.monitorPort}`;
  }

  credentials(user: string): Credentials {
    const pass = this.passwords[user];
    if (pass === undefined) throw new Error(`The embedded NATS server has no user "${user}".`);
    return { user, pass };
  }

  connection(user: string): Credentials & { readonly servers: string; readonly inboxPrefix: string } {
    return { servers: this.url, ...this.credentials(user), inboxPrefix: inboxOf(user) };
  }

  /** Replaces the tenants: the server reloads its configuration and keeps every connection that is still permitted. */
  async setTenantUsers(users: TenantUsers): Promise<void> {
    this.configure(users);
    await reloadServer(this);
  }
}

/** Starts a server with JetStream, fsync before every ack, and the accounts of accounts.ts. Returns when it responds. */
export async function startNats(options: NatsOptions): Promise<NatsServer> {
  const binary = await obtainNatsServer({
    ...(options.cacheDir === undefined ? {} : { cacheDir: options.cacheDir }),
    ...(options.progress === undefined ? {} : { progress: options.progress }),
  });
  mkdirSync(options.dataDir, { recursive: true });
  const tenants = options.tenants ?? DEV_TENANTS;
  const passwords = passwordsIn(options, tenants);
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const monitorPort = options.monitorPort ?? (await freePort());
    const config = join(options.dataDir, 'nats.conf');
    const configure = (users: TenantUsers): void => {
      keepTenantUsers(options.dataDir, users);
      writePrivate(config, accountsConfig(planOf(options, { tenants, passwords, port, monitorPort }, users)));
    };
    configure(tenantUsers(options.dataDir));
    const server: NatsServer = new NatsServer(
      natsPart(options, binary.path, config, () => probe(server)),
      port,
      monitorPort,
      passwords,
      configure,
    );
    options.began?.(server.part);
    try {
      await server.part.start();
      return server;
    } catch (error) {
      const taken = messageOf(error).includes('address already in use');
      if (taken && options.port === undefined && attempt < PORT_TRIES) continue;
      throw taken
        ? new Error(`Port ${port} or ${monitorPort} on 127.0.0.1 is in use by another program. Stop it, or start with other ports.`, {
            cause: error,
          })
        : error;
    }
  }
}

/** The passwords of every user of a server with these tenants: as given, or generated once. */
export const passwordsIn = ({ dataDir, passwords }: Pick<NatsOptions, 'dataDir' | 'passwords'>, tenants: readonly string[]) =>
  passwords ?? keepSecrets(join(dataDir, 'credentials.json'), usersOf(tenants));

/** The folder of a server's streams. */
export const storeIn = (dataDir: string): string => join(dataDir, 'js');

function planOf(
  { dataDir, member }: NatsOptions,
  plan: Pick<AccountsPlan, 'tenants' | 'passwords' | 'port' | 'monitorPort'>,
  { natsUsers, disabled }: TenantUsers,
): AccountsPlan {
  return {
    ...plan,
    tenants: plan.tenants.filter((tenant) => !disabled.includes(tenant)),
    natsUsers,
    storeDir: storeIn(dataDir),
    pidFile: join(dataDir, 'nats-server.pid'),
    ...(member === undefined ? {} : { member }),
  };
}

function natsPart(options: NatsOptions, binary: string, config: string, isReady: () => Promise<boolean>): ManagedProcess {
  const profiler = options.profilePort === undefined ? [] : ['--profile', `${options.profilePort}`];
  return new ManagedProcess({
    name: 'nats',
    logFile: options.logFile ?? join(options.dataDir, 'nats.log'),
    prepare: () => ({ file: binary, args: ['-c', config, ...profiler], env: environment() }),
    isReady,
    readyMs: READY_MS,
    stopSignal: 'SIGTERM',
    stopMs: STOP_MS,
    heal: options.heal ?? false,
    ...(options.progress === undefined ? {} : { say: options.progress }),
    ...(options.changed === undefined ? {} : { changed: options.changed }),
  });
}

/** True when the server reports healthy and a client can connect. */
async function probe(server: NatsServer): Promise<boolean> {
  const health = await fetch(`${server.monitorUrl}/healthz`, { signal: AbortSignal.timeout(PROBE_MS) });
  if (!health.ok) return false;
  const client = await connect({ ...server.connection('provision'), timeout: PROBE_MS, reconnect: false });
  await client.close();
  return true;
}
