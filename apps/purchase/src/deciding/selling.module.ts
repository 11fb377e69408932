import type { NatsConnection } from '@nats-io/transport-node';
import { Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { DeadLetters } from '#shared/platform/messaging/dead-letters.js';
import { NATS } from '#shared/platform/messaging/nats.module.js';
import { MetricsPage } from '#shared/platform/metrics/metrics-page.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';
import { PurchaseMetrics } from '../metrics.js';
import { Replies } from '../requests/replies.js';
import { RequestsModule } from '../requests/requests.module.js';
import { CommandConsumers } from './command-consumers.js';
import { Decider } from './decider.js';
import { DeciderSets } from './decider-sets.js';
import { Decisions } from './decisions.js';
import { SALE_REPOSITORY, type SaleRepository, SalesModule } from './sales.module.js';

/** Decides commands. The decider acknowledges a command when its decision is in the log and its caller is answered. */
@Module({
  imports: [SalesModule, RequestsModule],
  providers: [
    {
      provide: Decider,
      inject: [SALE_REPOSITORY, Decisions, Replies, DeadLetters, LOGGER],
      useFactory: (aggregates: SaleRepository, decisions: Decisions, replies: Replies, dead: DeadLetters, logger: Logger) =>
        new Decider({ folds: aggregates, decisions, replies, dead, logger }),
    },
    {
      provide: CommandConsumers,
      inject: [NATS, LOGGER],
      useFactory: (connection: NatsConnection, logger: Logger) => CommandConsumers.on(connection, logger),
    },
    {
      provide: DeciderSets,
      inject: [NATS, Decider, MetricsPage, LOGGER],
      useFactory: (connection: NatsConnection, decider: Decider, page: MetricsPage, logger: Logger) =>
        new DeciderSets({ connection, page, logger, take: (delivery) => decider.take(delivery) }),
    },
  ],
  exports: [Decider, CommandConsumers],
})
export class SellingModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    private readonly decider: Decider,
    private readonly replies: Replies,
    private readonly metrics: PurchaseMetrics,
    private readonly consumers: CommandConsumers,
    private readonly sets: DeciderSets,
  ) {}

  /** The consumers start at bootstrap. */
  async onModuleInit(): Promise<void> {
    this.metrics.showsWaiting(this.replies, this.decider, this.sets);
    await this.consumers.start();
  }

  /** Runs after the consumers have stopped: decides the commands that they delivered. */
  async onApplicationShutdown(): Promise<void> {
    this.consumers.stop();
    await this.decider.drain();
  }
}
