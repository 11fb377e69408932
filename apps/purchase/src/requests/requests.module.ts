import type { NatsConnection } from '@nats-io/transport-node';
import { Module } from '@nestjs/common';
import type { AssetKind } from '#shared/domain/sale/assets/asset-terms.js';
import type { EventStore } from '#shared/event-store/event-store.js';
import { DeadLetters } from '#shared/platform/messaging/dead-letters.js';
import { EVENT_STORE } from '#shared/platform/messaging/event-store.module.js';
import { NATS } from '#shared/platform/messaging/nats.module.js';
import { accessOf } from '#shared/platform/messaging/nats-login.js';
import type { Environment } from '#shared/platform/process/environment.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { ENVIRONMENT, LOGGER } from '#shared/platform/process/process.module.js';
import { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { TenantsModule } from '#shared/platform/tenants/tenants.module.js';
import { Decisions } from '../deciding/decisions.js';
import { SALE_REPOSITORY, type SaleRepository, SalesModule } from '../deciding/sales.module.js';
import { PurchaseMetrics } from '../metrics.js';
import { Inbox } from './inbox.js';
import { Intake } from './intake.js';
import { InternalCommands } from './internal-commands.js';
import { Replies } from './replies.js';

/** Reads requests, sends them as commands, and waits for their decisions, from whichever process decides. */
@Module({
  imports: [SalesModule, TenantsModule],
  providers: [
    {
      provide: Inbox,
      inject: [NATS, ENVIRONMENT],
      useFactory: (connection: NatsConnection, environment: Environment) => Inbox.on(connection, accessOf(environment, 'purchase').user),
    },
    {
      provide: Replies,
      inject: [NATS, ENVIRONMENT],
      useFactory: (connection: NatsConnection, environment: Environment) => new Replies(connection, accessOf(environment, 'purchase').user),
    },
    InternalCommands,
    {
      provide: Intake,
      inject: [EVENT_STORE, SALE_REPOSITORY, Decisions, Inbox, Replies, DeadLetters, TenantDirectory, PurchaseMetrics, LOGGER, ENVIRONMENT],
      useFactory: (
        store: EventStore,
        aggregates: SaleRepository,
        decisions: Decisions,
        inbox: Inbox,
        replies: Replies,
        dead: DeadLetters,
        tenants: TenantDirectory,
        metrics: PurchaseMetrics,
        logger: Logger,
        { SALE_ASSETS }: Environment,
      ) =>
        new Intake({
          store,
          folds: aggregates,
          decisions,
          inbox,
          replies,
          dead,
          tenants,
          metrics,
          logger,
          assets: SALE_ASSETS.split(',') as AssetKind[],
        }),
    },
  ],
  exports: [SalesModule, TenantsModule, Inbox, Replies, InternalCommands, Intake],
})
export class RequestsModule {}
