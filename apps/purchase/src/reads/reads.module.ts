import { Module } from '@nestjs/common';
import type { AggregateRepository } from '#shared/aggregate/aggregate-repository.js';
import type { MintAggregate } from '#shared/aggregate/mint-aggregate.js';
import type { EventStore } from '#shared/event-store/event-store.js';
import { PageCursors } from '#shared/platform/http/page-cursors.js';
import { EVENT_STORE } from '#shared/platform/messaging/event-store.module.js';
import { LOG_EPOCH } from '#shared/platform/messaging/nats.module.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';
import { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { TenantsModule } from '#shared/platform/tenants/tenants.module.js';
import { MINT_REPOSITORY, SALE_REPOSITORY, type SaleRepository, SalesModule } from '../deciding/sales.module.js';
import { LookupsModule } from '../lookups/lookups.module.js';
import { SaleList } from '../lookups/sale-list.js';
import { PurchaseMetrics } from '../metrics.js';
import { WebhookSettings } from '../webhooks/webhook-settings.js';
import { WebhookSettingsModule } from '../webhooks/webhook-settings.module.js';
import { EventStreams } from './event-streams.js';
import { Reads } from './reads.js';

/** Cursors of one query, sealed with the tenant's key: another tenant's cursor is invalid. */
const cursorsOf =
  (tenants: TenantDirectory, epoch: string) =>
  (tenant: string, query: readonly string[]): PageCursors =>
    new PageCursors(tenants.active(tenant)?.cursorKey ?? '', epoch, [...query, tenant]);

/** Answers queries from the log. */
@Module({
  imports: [SalesModule, TenantsModule, LookupsModule, WebhookSettingsModule],
  providers: [
    EventStreams,
    {
      provide: Reads,
      inject: [
        SALE_REPOSITORY,
        MINT_REPOSITORY,
        EVENT_STORE,
        SaleList,
        TenantDirectory,
        LOG_EPOCH,
        PurchaseMetrics,
        LOGGER,
        WebhookSettings,
        EventStreams,
      ],
      useFactory: (
        sales: SaleRepository,
        mints: AggregateRepository<MintAggregate>,
        store: EventStore,
        list: SaleList,
        tenants: TenantDirectory,
        epoch: string,
        metrics: PurchaseMetrics,
        logger: Logger,
        webhooks: WebhookSettings,
        events: EventStreams,
      ) =>
        new Reads({
          sales,
          mints,
          store,
          list,
          cursors: cursorsOf(tenants, epoch),
          events,
          eventCursors: (tenant) => events.cursors(tenants.active(tenant)?.cursorKey ?? ''),
          metrics,
          logger,
          webhooks,
        }),
    },
  ],
  exports: [Reads, EventStreams, WebhookSettingsModule],
})
export class ReadsModule {}
