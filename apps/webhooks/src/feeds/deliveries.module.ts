import type { NatsConnection } from '@nats-io/transport-node';
import { type BeforeApplicationShutdown, Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { JetStreamValues } from '#shared/event-store/jetstream/jetstream-values.js';
import { LookupNames } from '#shared/platform/lookups/lookup-names.js';
import { consumes, reacts } from '#shared/platform/messaging/consumer.js';
import { NATS } from '#shared/platform/messaging/nats.module.js';
import { showConsumers, watchedConsumers } from '#shared/platform/metrics/log-metrics.js';
import { MetricsPage } from '#shared/platform/metrics/metrics-page.js';
import type { Environment } from '#shared/platform/process/environment.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { ENVIRONMENT, LOGGER } from '#shared/platform/process/process.module.js';
import { TenantsModule } from '#shared/platform/tenants/tenants.module.js';
import { ENDPOINTS_BUCKET, FEEDS_BUCKET, SECRETS_BUCKET, WEBHOOKS_STREAM } from '#shared/platform/topology/streams.js';
import { WebhookSender } from '../delivery/webhook-sender.js';
import { WebhookMetrics } from '../metrics.js';
import { CommitReactor } from './commit-reactor.js';
import { EndpointNames } from './endpoint-names.js';
import { FeedRecords } from './feed-records.js';
import { FEED_PARTS, type FeedParts, FeedRunner } from './feed-runner.js';
import { SaleLog } from './sale-log.js';
import { WakeUps } from './wake-ups.js';
import { WebhookTasks } from './webhook-tasks.js';
import { WebhookWork } from './webhook-work.js';

/** Messages that a process asks for at once. */
const MAX_COMMITS = 256;
const MAX_WORK = 256;

/**
 * Consumes EVENTS, whose commits wake the feeds of endpoints, and WEBHOOKS, whose messages stand for a feed with events or for a task. The first
 * is acknowledged when WEBHOOKS has a message for each endpoint, the second when everything of it is delivered.
 */
@Module({
  imports: [TenantsModule],
  providers: [
    WebhookMetrics,
    WebhookSender,
    {
      provide: EndpointNames,
      inject: [NATS, LOGGER],
      useFactory: async (connection: NatsConnection, logger: Logger) =>
        new EndpointNames(await LookupNames.on(connection, ENDPOINTS_BUCKET), logger),
    },
    {
      provide: FeedRecords,
      inject: [NATS],
      useFactory: async (connection: NatsConnection) => {
        const [endpoints, secrets, feeds] = await Promise.all(
          [ENDPOINTS_BUCKET, SECRETS_BUCKET, FEEDS_BUCKET].map((bucket) => JetStreamValues.on(connection, bucket)),
        );
        return new FeedRecords({ endpoints, secrets, feeds } as ConstructorParameters<typeof FeedRecords>[0]);
      },
    },
    { provide: SaleLog, inject: [NATS], useFactory: (connection: NatsConnection) => SaleLog.on(connection) },
    WakeUps,
    AbortController,
    {
      provide: FEED_PARTS,
      inject: [FeedRecords, SaleLog, WebhookSender, WebhookMetrics, ENVIRONMENT, AbortController],
      useFactory: (
        records: FeedRecords,
        log: SaleLog,
        sender: WebhookSender,
        metrics: WebhookMetrics,
        environment: Environment,
        ending: AbortController,
      ): FeedParts => {
        const { WEBHOOK_RETRY_MS: firstMs, WEBHOOK_GIVE_UP_MS: giveUpMs } = environment;
        return { records, log, sender, metrics, times: { firstMs, giveUpMs }, ending: ending.signal, now: Date.now };
      },
    },
    FeedRunner,
    WebhookTasks,
    WebhookWork,
    CommitReactor,
    reacts({ stream: 'EVENTS', durable: 'webhook-events', maxMessages: MAX_COMMITS }, CommitReactor),
    consumes({ stream: WEBHOOKS_STREAM, durable: 'webhooks', maxMessages: MAX_WORK }, WebhookWork, (work, delivery) => work.take(delivery)),
  ],
  exports: [EndpointNames],
})
export class DeliveriesModule implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    private readonly work: WebhookWork,
    private readonly names: EndpointNames,
    private readonly sender: WebhookSender,
    private readonly page: MetricsPage,
    @Inject(NATS) private readonly connection: NatsConnection,
  ) {}

  async onModuleInit(): Promise<void> {
    const ours = (stream: string, durable: string): boolean => stream === WEBHOOKS_STREAM || durable === 'webhook-events';
    await showConsumers(this.page, this.connection, watchedConsumers(ours, []));
  }

  /** Begins nothing new; what is under way ends. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.work.stop();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.names.stop();
    this.sender.close();
  }
}
