import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../processes/ports.js';
import { keepSecrets } from '../processes/secrets.js';
import type { ClusterMember } from './accounts.js';
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

/** As many as are needed for one of them to be gone: two of three agree on what is stored. */
const NODES: readonly string[] = ['n1', 'n2', 'n3'];

/** Three servers that are one log, each of which may be killed, come back, or lose its disk. */
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

  /** By the name it has in what the servers say of a stream's leader and its copies. */
  node(name: string): NatsServer {
    const node = this.nodes[NODES.indexOf(name)];
    if (node === undefined) throw new Error(`The cluster has no server ${name}.`);
    return node;
  }

  /** A server comes back on a new disk: with its configuration, and nothing that it stored. Returns when it has what the others have. */
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

/** Starts the three at once, for none of them is ready before it has found another; returns when all are. */
export async function startCluster(options: Pick<NatsOptions, 'dataDir' | 'tenants' | 'cacheDir' | 'progress'>): Promise<NatsCluster> {
  const { dataDir } = options;
  const tenants = options.tenants ?? DEV_TENANTS;
  const passwords = passwordsIn({ dataDir }, tenants);
  const { route: password = '' } = keepSecrets(join(dataDir, 'routes.json'), ['route']);
  const routes = await routePorts();
  const starting = NODES.map((name, index) => {
    const member: ClusterMember = { name, port: routes[index] as number, routes, password };
    return startNats({ ...options, dataDir: join(dataDir, name), tenants, passwords, member });
  });
  const started = await Promise.allSettled(starting);
  const nodes = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = started.find((one) => one.status === 'rejected');
  if (failed === undefined) return new NatsCluster(nodes, dataDir);
  await Promise.all(nodes.map((node) => node.stop()));
  throw failed.reason;
}

/** Known before the first server starts: each is told where the others will be. */
async function routePorts(): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < NODES.length) ports.add(await freePort());
  return [...ports];
}
