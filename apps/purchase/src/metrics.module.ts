import type { NatsConnection } from '@nats-io/transport-node';
import { Global, Inject, Module, type OnModuleInit } from '@nestjs/common';
import { NATS } from '#shared/platform/messaging/nats.module.js';
import { showConsumers, watchedConsumers } from '#shared/platform/metrics/log-metrics.js';
import { MetricsPage } from '#shared/platform/metrics/metrics-page.js';
import { showStreams } from '#shared/platform/metrics/stream-metrics.js';
import { PurchaseMetrics } from './metrics.js';

/** The metrics of this app, of all streams, and of every consumer that belongs to no other app. */
@Global()
@Module({
  providers: [PurchaseMetrics],
  exports: [PurchaseMetrics],
})
export class PurchaseMetricsModule implements OnModuleInit {
  constructor(
    private readonly page: MetricsPage,
    @Inject(NATS) private readonly connection: NatsConnection,
  ) {}

  async onModuleInit(): Promise<void> {
    await showStreams(this.page, this.connection);
    const ours = (stream: string, durable: string): boolean => stream !== 'MINTS' && !['ledger', 'replay'].includes(durable);
    await showConsumers(this.page, this.connection, watchedConsumers(ours, ['EVENTS']));
  }
}
