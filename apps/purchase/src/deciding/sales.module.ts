import type { NatsConnection } from '@nats-io/transport-node';
import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { AggregateRepository } from '#shared/aggregate/aggregate-repository.js';
import { AggregateSnapshots, type SnapshotOutcome } from '#shared/aggregate/aggregate-snapshots.js';
import type { EventStore } from '#shared/event-store/event-store.js';
import { JetStreamValues } from '#shared/event-store/jetstream/jetstream-values.js';
import { Snapshots } from '#shared/event-store/snapshots.js';
import { EVENT_STORE, EventStoreModule } from '#shared/platform/messaging/event-store.module.js';
import { NATS } from '#shared/platform/messaging/nats.module.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';
import { VERSION } from '#shared/platform/process/version.js';
import { SNAPSHOTS_BUCKET } from '#shared/platform/topology/streams.js';
import { PurchaseMetrics } from '../metrics.js';
import { Timers } from '../reactors/timers.js';
import { MINTS_READ } from '../reads/mint-progress.js';
import { saleHooks } from './decider.js';
import { Decisions } from './decisions.js';
import { type AggregatePart, SALES, SaleAggregate, SNAPSHOT_SHAPE } from './sale-aggregate.js';

export const SALE_REPOSITORY = Symbol('sales');
export const MINT_REPOSITORY = Symbol('mints, to be read');
export type SaleRepository = AggregateRepository<SaleAggregate>;
type SaleSnapshots = AggregateSnapshots<SaleAggregate, AggregatePart>;
const SALE_SNAPSHOTS = Symbol('snapshots of long sales');

async function saleSnapshots(connection: NatsConnection, metrics: PurchaseMetrics, logger: Logger): Promise<SaleSnapshots> {
  const onOutcome = (outcome: SnapshotOutcome, subject: string, err?: unknown): void => {
    metrics.snapshot(outcome);
    if (outcome === 'unusable') logger.warn({ err, subject }, 'a snapshot cannot be used: its sale is loaded from the first commit');
    if (outcome === 'failed') logger.warn({ err, subject }, 'a snapshot could not be written: a new process reads more of the log');
  };
  const snapshots = new Snapshots(await JetStreamValues.on(connection, SNAPSHOTS_BUCKET), `${VERSION} ${SNAPSHOT_SHAPE}`);
  return new AggregateSnapshots({ snapshots, restore: SaleAggregate.restored, onOutcome });
}

/** Sales and mints loaded from the log, the recorded answers of keys, and the timers of holds. */
@Module({
  imports: [EventStoreModule],
  providers: [
    { provide: SALE_SNAPSHOTS, inject: [NATS, PurchaseMetrics, LOGGER], useFactory: saleSnapshots },
    { provide: Decisions, inject: [EVENT_STORE], useFactory: (store: EventStore) => new Decisions(store) },
    Timers,
    {
      provide: SALE_REPOSITORY,
      inject: [EVENT_STORE, SALE_SNAPSHOTS, Decisions, Timers, PurchaseMetrics, LOGGER],
      useFactory: (
        store: EventStore,
        snapshots: SaleSnapshots,
        decisions: Decisions,
        timers: Timers,
        metrics: PurchaseMetrics,
        logger: Logger,
      ) => new AggregateRepository(store, SALES, saleHooks({ decisions, timers, metrics, logger }), snapshots),
    },
    { provide: MINT_REPOSITORY, inject: [EVENT_STORE], useFactory: (store: EventStore) => new AggregateRepository(store, MINTS_READ) },
  ],
  exports: [EventStoreModule, SALE_REPOSITORY, MINT_REPOSITORY, Decisions],
})
export class SalesModule implements OnApplicationShutdown {
  constructor(@Inject(SALE_SNAPSHOTS) private readonly snapshots: SaleSnapshots) {}

  async onApplicationShutdown(): Promise<void> {
    await this.snapshots.drain();
  }
}
