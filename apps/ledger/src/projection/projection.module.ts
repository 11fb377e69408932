import type { NatsConnection } from '@nats-io/transport-node';
import { Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { NATS } from '#shared/platform/messaging/nats.module.js';
import { showConsumers, watchedConsumers } from '#shared/platform/metrics/log-metrics.js';
import { MetricsPage } from '#shared/platform/metrics/metrics-page.js';
import type { Environment } from '#shared/platform/process/environment.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { ENVIRONMENT, LOGGER } from '#shared/platform/process/process.module.js';
import { assertServing } from '../database/assert-serving.js';
import { connected } from '../database/connect.js';
import { DatabaseModule, PROJECTOR_POOL } from '../database/database.module.js';
import { assertMigrated } from '../database/migrate-database.js';
import { JetStreamEventsLog, LEDGER_CONSUMER } from '../logs/jetstream.js';
import { showProjection } from '../metrics.js';
import { LedgerReader } from '../queries/reader.js';
import { Projector } from './projector.js';

/** Connects. The first call refuses a database of another version, and logins with more permissions than serving needs. */
function databaseOf(pool: DataSource, reader: LedgerReader): () => Promise<DataSource> {
  let isSure = false;
  return async () => {
    const source = await connected(pool);
    if (!isSure) {
      await assertServing(source, 'DATABASE_PROJECTOR_URL');
      await assertMigrated(source, 'DATABASE_PROJECTOR_URL');
      await reader.assertServing();
    }
    isSure = true;
    return source;
  };
}

/** Consumes EVENTS into Postgres. The projector acknowledges a batch when its transaction is committed. */
@Module({
  imports: [DatabaseModule],
  providers: [
    {
      provide: JetStreamEventsLog,
      inject: [NATS, ENVIRONMENT],
      useFactory: (connection: NatsConnection, { LEDGER_BATCH_COMMITS }: Environment) =>
        JetStreamEventsLog.on(connection, LEDGER_BATCH_COMMITS),
    },
    {
      provide: Projector,
      inject: [PROJECTOR_POOL, LedgerReader, JetStreamEventsLog, LOGGER],
      useFactory: (pool: DataSource, reader: LedgerReader, log: JetStreamEventsLog, logger: Logger) =>
        new Projector(databaseOf(pool, reader), log, logger),
    },
  ],
  exports: [DatabaseModule, Projector],
})
export class ProjectionModule implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly stop = new AbortController();
  /** Settles when the projector ends: on request, or because it cannot continue. */
  running: Promise<void> = Promise.resolve();

  constructor(
    private readonly projector: Projector,
    private readonly page: MetricsPage,
    @Inject(NATS) private readonly connection: NatsConnection,
  ) {}

  async onModuleInit(): Promise<void> {
    const ours = (_stream: string, durable: string): boolean => durable === LEDGER_CONSUMER;
    await showConsumers(this.page, this.connection, watchedConsumers(ours, [EVENTS_STREAM]));
    await showProjection(this.page, this.connection, this.projector);
  }

  onApplicationBootstrap(): void {
    this.running = this.projector.run(this.stop.signal);
    this.running.catch(() => this.stop.abort()); // the start of the app awaits it, and throws
  }

  /** Finishes the current batch. */
  async onApplicationShutdown(): Promise<void> {
    this.stop.abort();
    await Promise.allSettled([this.running]);
  }
}
