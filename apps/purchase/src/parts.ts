import type { NatsConnection } from '@nats-io/transport-node';
import { AggregateRepository } from '#shared/aggregate/aggregate-repository.js';
import { AggregateSnapshots, type SnapshotOutcome } from '#shared/aggregate/aggregate-snapshots.js';
import type { MintAggregate } from '#shared/aggregate/mint-aggregate.js';
import type { EventStore } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { JetStreamValues } from '#shared/event-store/jetstream/jetstream-values.js';
import { Snapshots } from '#shared/event-store/snapshots.js';
import { DeadLetters } from '#shared/platform/messaging/dead-letters.js';
import { accessOf, connectNats, type NatsAccess } from '#shared/platform/messaging/nats.js';
import { MetricsPage } from '#shared/platform/metrics/metrics-page.js';
import type { Environment } from '#shared/platform/process/environment.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { VERSION } from '#shared/platform/process/version.js';
import { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { awaitTopology } from '#shared/platform/topology/inspect.js';
import { SNAPSHOTS_BUCKET } from '#shared/platform/topology/streams.js';
import { saleHooks } from './deciding/decider.js';
import { Decisions } from './deciding/decisions.js';
import { type AggregatePart, SALES, SaleAggregate, SNAPSHOT_SHAPE } from './deciding/sale-aggregate.js';
import { PurchaseMetrics } from './metrics.js';
import { Timers } from './reactors/timers.js';
import { MINTS_READ } from './reads/mint-progress.js';
import { Inbox } from './requests/inbox.js';
import { Replies } from './requests/replies.js';

/** Everything the purchase app is made of below its endpoints, connected. */
export interface PurchaseParts {
  readonly logger: Logger;
  /** Of the log: another one where it was begun anew. */
  readonly epoch: string;
  readonly tenants: TenantDirectory;
  /** Writes commands and the log. */
  readonly connection: NatsConnection;
  /** Answers callers; may publish to no stream. */
  readonly edge: NatsConnection;
  readonly store: EventStore;
  readonly folds: AggregateRepository<SaleAggregate>;
  readonly snapshots: AggregateSnapshots<SaleAggregate, AggregatePart>;
  readonly decisions: Decisions;
  readonly mints: AggregateRepository<MintAggregate>;
  readonly inbox: Inbox;
  readonly replies: Replies;
  readonly timers: Timers;
  readonly dead: DeadLetters;
  readonly page: MetricsPage;
  readonly metrics: PurchaseMetrics;
}

/** Connects, and refuses to go on where the streams are not what they must be. @throws Fault `stream-differs`, `log-unreachable` */
export async function connectParts(environment: Environment, logger: Logger): Promise<PurchaseParts> {
  const access = accessOf(environment, 'purchase');
  const { NATS_EDGE_USER: user, NATS_EDGE_PASSWORD: password } = environment;
  const opened: NatsConnection[] = [];
  const connectAs = async (as: NatsAccess, name: string): Promise<NatsConnection> => {
    const connection = await connectNats(as, name, logger);
    opened.push(connection);
    return connection;
  };
  try {
    const connection = await connectAs(access, 'purchase');
    const edge = await connectAs({ ...access, user, password, variables: 'NATS_EDGE' }, 'purchase-edge');
    const epoch = await awaitTopology(connection, logger);
    logger.info({ epoch }, 'streams are as wanted');
    const page = new MetricsPage(environment.METRICS_TOKEN);
    const metrics = new PurchaseMetrics(page.registry, page.tenants);
    const tenants = await TenantDirectory.watch(connection, logger);
    return { ...(await partsOn(connection, edge, access.user, { logger, metrics })), epoch, tenants, page };
  } catch (thrown) {
    await Promise.all(opened.map((connection) => connection.close())); // what refuses to start leaves nothing behind
    throw thrown;
  }
}

async function partsOn(
  connection: NatsConnection,
  edge: NatsConnection,
  user: string,
  { logger, metrics }: Pick<PurchaseParts, 'logger' | 'metrics'>,
): Promise<Omit<PurchaseParts, 'epoch' | 'tenants' | 'page'>> {
  const store = await JetStreamEventStore.on(connection);
  const values = await JetStreamValues.on(connection, SNAPSHOTS_BUCKET);
  const snapshots = saleSnapshots(new Snapshots(values, `${VERSION} ${SNAPSHOT_SHAPE}`), { metrics, logger });
  const decisions = new Decisions(store);
  const timers = new Timers(connection, logger);
  return {
    logger,
    metrics,
    connection,
    edge,
    store,
    folds: new AggregateRepository(store, SALES, saleHooks({ decisions, timers, metrics, logger }), snapshots),
    snapshots,
    decisions,
    mints: new AggregateRepository(store, MINTS_READ),
    inbox: await Inbox.on(connection),
    replies: new Replies(connection, user),
    timers,
    dead: new DeadLetters(connection),
  };
}

/** Messages and counts of what becomes of the snapshots of sales. */
function saleSnapshots(snapshots: Snapshots, { metrics, logger }: Pick<PurchaseParts, 'logger' | 'metrics'>): PurchaseParts['snapshots'] {
  const onOutcome = (outcome: SnapshotOutcome, subject: string, err?: unknown): void => {
    metrics.snapshot(outcome);
    if (outcome === 'unusable') logger.warn({ err, subject }, 'a snapshot cannot be used: its sale is folded from the first commit');
    if (outcome === 'failed') logger.warn({ err, subject }, 'a snapshot could not be written: who comes new folds more of the log');
  };
  return new AggregateSnapshots({ snapshots, restore: SaleAggregate.restored, onOutcome });
}
