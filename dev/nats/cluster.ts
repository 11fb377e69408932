import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { keepSecrets } from '#shared/platform/process/secrets.js';
import type { ClusterMember } from '#shared/platform/topology/cluster-config.js';
import { freePort } from '../processes/ports.js';
import { waitFor } from '../processes/wait.js';
import {
  type Broker,
  type Credentials,
  DEV_TENANTS,
  type NatsOptions,
  type NatsServer,
  passwordsIn,
  startNats,
  storeIn,
} from './server.js';

/** Three servers tolerate the loss of one: two of three agree on what is stored. */
const NODES: readonly string[] = ['n1', 'n2', 'n3'];
/** Two servers that call each other at once may both hang up, and retry after a second or two. */
const TOGETHER_MS = 120_000;

/** Reserved; no process listens there. */
const NOWHERE = '127.0.0.1:1';

/** A cluster of three servers with one log. Each server can be killed, restarted, or lose its disk. */
export class NatsCluster implements Broker {
  constructor(
    readonly nodes: readonly NatsServer[],
    private readonly dataDir: string,
  ) {}

  get url(): string {
    return this.nodes.map(({ url }) => url).join(',');
  }

  credentials(user: string): Credentials {
    return this.first.credentials(user);
  }

  connection(user: string): Credentials & { readonly servers: string[]; readonly inboxPrefix: string } {
    return { ...this.first.connection(user), servers: this.nodes.map(({ url }) => url) };
  }

  /** By the name that the servers report for a stream's leader and replicas. */
  node(name: string): NatsServer {
    const node = this.nodes[NODES.indexOf(name)];
    if (node === undefined) throw new Error(`The cluster has no server ${name}.`);
    return node;
  }

  /** Restarts a server on an empty disk with its configuration. Returns when it has caught up with the others. */
  async replaceDisk(name: string): Promise<void> {
    const node = this.node(name);
    await node.kill9();
    rmSync(storeIn(join(this.dataDir, name)), { recursive: true });
    await node.restart();
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }

  private get first(): NatsServer {
    return this.nodes[0] as NatsServer;
  }
}

/** The port at which one server reaches another, which listens at the given port. In every pair only one server calls; otherwise both may hang up. */
export type RouteVia = (from: string, to: string, port: number) => Promise<number>;

interface ClusterOptions extends Pick<NatsOptions, 'dataDir' | 'tenants' | 'cacheDir' | 'progress'> {
  /** A proxy between the servers; without it they connect directly. */
  readonly via?: RouteVia;
}

/** Starts all three at once, because none is ready before it has found another. Returns when all are ready. */
export async function startCluster(options: ClusterOptions): Promise<NatsCluster> {
  const { dataDir } = options;
  const tenants = options.tenants ?? DEV_TENANTS;
  const passwords = passwordsIn({ dataDir }, tenants);
  const { route: password = '' } = keepSecrets(join(dataDir, 'routes.json'), ['route']);
  const members = await membersOf(password, options.via);
  const starting = members.map((member) => startNats({ ...options, dataDir: join(dataDir, member.name), tenants, passwords, member }));
  const started = await Promise.allSettled(starting);
  const nodes = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = started.find((one) => one.status === 'rejected');
  try {
    if (failed !== undefined) throw failed.reason;
    await waitFor(() => areTogether(nodes), { what: 'the three servers have found each other', timeoutMs: TOGETHER_MS });
    return new NatsCluster(nodes, dataDir);
  } catch (thrown) {
    await Promise.all(nodes.map((node) => node.stop()));
    throw thrown;
  }
}

/** A server's report on the JetStream meta group; only the leader knows the other members. */
interface Jsz {
  readonly meta_cluster?: {
    readonly leader?: string;
    readonly replicas?: readonly { readonly name: string; readonly offline?: boolean }[];
  };
}

/** A server is healthy once it has found one other. Streams are placed on all three once the leader has found both. */
async function areTogether(nodes: readonly NatsServer[]): Promise<boolean> {
  const told = await Promise.all(nodes.map(async ({ monitorUrl }) => (await (await fetch(`${monitorUrl}/jsz`)).json()) as Jsz));
  return told.some(({ meta_cluster: meta }, index) => {
    const present = (meta?.replicas ?? []).filter(({ offline }) => offline !== true);
    return meta?.leader === NODES[index] && present.length === NODES.length - 1;
  });
}

async function membersOf(password: string, via: RouteVia | undefined): Promise<readonly ClusterMember[]> {
  const ports = await routePorts();
  const at = (port: number): string => `127.0.0.1:${port}`;
  if (via === undefined) return NODES.map((name, index) => ({ name, listen: at(ports[index] as number), routes: ports.map(at), password }));
  const members = NODES.map(async (name, index): Promise<ClusterMember> => {
    const port = ports[index] as number;
    const later = NODES.slice(index + 1).map((other, after) => via(name, other, ports[index + 1 + after] as number));
    const routes = [port, ...(await Promise.all(later))].map(at);
    return { name, listen: at(port), routes, password, advertise: NOWHERE }; // a server without routes stays alone
  });
  return Promise.all(members);
}

/** Chosen before the first server starts: each configuration names the other servers. */
async function routePorts(): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < NODES.length) ports.add(await freePort());
  return [...ports];
}
