import { Module } from '@nestjs/common';
import type { AggregateRepository } from '#shared/aggregate/aggregate-repository.js';
import type { MintAggregate } from '#shared/aggregate/mint-aggregate.js';
import type { EventStore } from '#shared/event-store/event-store.js';
import { EVENT_STORE } from '#shared/platform/messaging/event-store.module.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';
import { MINT_REPOSITORY, SALE_REPOSITORY, type SaleRepository, SalesModule } from '../deciding/sales.module.js';
import { PurchaseMetrics } from '../metrics.js';
import { Reads } from './reads.js';

/** Answers queries from the log. */
@Module({
  imports: [SalesModule],
  providers: [
    {
      provide: Reads,
      inject: [SALE_REPOSITORY, MINT_REPOSITORY, EVENT_STORE, PurchaseMetrics, LOGGER],
      useFactory: (
        sales: SaleRepository,
        mints: AggregateRepository<MintAggregate>,
        store: EventStore,
        metrics: PurchaseMetrics,
        logger: Logger,
      ) => new Reads({ sales, mints, store, metrics, logger }),
    },
  ],
  exports: [Reads],
})
export class ReadsModule {}
