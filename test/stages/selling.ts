import 'reflect-metadata';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { provision } from '#shared/platform/topology/provision.js';
import { startPurchase } from '../../apps/purchase/src/start.js';
import { type NatsCluster, startCluster } from '../../dev/nats/cluster.js';
import { type Broker, DEV_TENANTS, type NatsServer, startNats } from '../../dev/nats/server.js';
import { waitFor } from '../../dev/processes/wait.js';
import type { NetworkCuts } from './network-cuts.js';
import { Stage } from './stage.js';

const QUIET = 'fatal';
const PUBLISHED_MS = 60_000;
/** No test asks too fast but those that are about that. */
const UNHURRIED = { TENANT_RATE: '1000000', TENANT_BURST: '1000000' };

/** Of a tenant of the tests; long enough to be one, and no secret. */
export const apiKeyOf = (tenant: string): string => `admit_test_key_of_tenant_${tenant}`;

/** The streams of a new log and two tenants, on any server. */
abstract class ServedLog<Server extends Broker & { stop(): Promise<void> }> extends Stage {
  server!: Server;
  admin!: NatsConnection;
  dataDir!: string;
  /** Copies of every stream; none if a test creates the streams itself. */
  protected abstract readonly replicas: number;

  /** With tenants, unless the test is about an unused log. */
  constructor(
    private readonly name: string,
    private readonly tenants: readonly string[] = DEV_TENANTS,
  ) {
    super();
  }

  protected abstract serve(dataDir: string): Promise<Server>;

  override async open(): Promise<void> {
    this.dataDir = this.folder(this.name);
    this.server = await this.keep(this.serve(this.dataDir));
    this.admin = await this.keep(connect({ ...this.server.connection('provision'), maxReconnectAttempts: -1, reconnectTimeWait: 50 }));
    if (this.replicas === 0) return;
    await provision(this.admin, { replicas: this.replicas });
    const register = await TenantRegister.on(this.admin);
    const given = { hasNatsPassword: true, grants: ['free-mints'] } as const;
    for (const tenant of this.tenants) await register.create(tenant, { apiKey: apiKeyOf(tenant), ...given });
  }

  manager(): Promise<JetStreamManager> {
    return jetstreamManager(this.admin, { checkAPI: false });
  }

  /** How many messages each stream has ever stored: what "nothing stored" is measured by. */
  async lastSequences(): Promise<Readonly<Record<string, number>>> {
    const jsm = await jetstreamManager(this.admin);
    const names = ['EVENTS', 'COMMANDS', 'MINTS', 'DEAD'];
    return Object.fromEntries(await Promise.all(names.map(async (name) => [name, (await jsm.streams.info(name)).state.last_seq] as const)));
  }

  /** The same, once the mint requests of all stored events are published: a reactor does that after the answer. */
  async settledSequences(): Promise<Readonly<Record<string, number>>> {
    const jsm = await jetstreamManager(this.admin);
    const isIdle = async (): Promise<boolean> => {
      const { num_pending, num_ack_pending } = await jsm.consumers.info('EVENTS', 'mint-requests');
      return num_pending + num_ack_pending === 0;
    };
    await waitFor(isIdle, { what: 'the mint requests of all events are published', timeoutMs: PUBLISHED_MS });
    return this.lastSequences();
  }
}

/** On a real NATS server. */
export class Log extends ServedLog<NatsServer> {
  protected readonly replicas = 1;
  protected serve(dataDir: string): Promise<NatsServer> {
    return startNats({ dataDir });
  }
}

/** On three, each of which has a copy of every stream. */
export class ClusterLog extends ServedLog<NatsCluster> {
  constructor(
    name: string,
    protected readonly replicas: number,
    /** The network between them, if a test cuts it. */
    private readonly cuts?: NetworkCuts,
  ) {
    super(name);
  }

  protected async serve(dataDir: string): Promise<NatsCluster> {
    if (this.cuts === undefined) return startCluster({ dataDir });
    this.onClose(() => this.cuts?.stop());
    return startCluster({ dataDir, via: this.cuts.via });
  }
}

/** The purchase app, in this process, on that log. */
export async function startSelling(server: Broker, level = QUIET, more: Record<string, string> = {}): Promise<NestFastifyApplication> {
  const environment = readEnvironment({
    ...UNHURRIED,
    ...more,
    NATS_URL: server.url,
    NATS_PASSWORD: server.credentials('purchase').pass,
    NATS_EDGE_PASSWORD: server.credentials('edge').pass,
  });
  return startPurchase(environment, createLogger('purchase', level));
}
