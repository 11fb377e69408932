import type { NatsConnection } from '@nats-io/transport-node';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DataSource } from 'typeorm';
import type { Environment } from '#shared/platform/environment.js';
import type { HealthChecks } from '#shared/platform/health.js';
import { type Logger, NestLogger } from '#shared/platform/logger.js';
import { connectNats } from '#shared/platform/nats.js';
import { inspectTopology } from '#shared/platform/topology/inspect.js';
import { connected, database } from './database/connect.js';
import { migrateDatabase } from './database/migrate-database.js';
import { LedgerModule } from './ledger.module.js';
import { JetStreamEventsLog } from './logs/jetstream.js';
import { Projector } from './projection/projector.js';

/** The projector's own, one to repair halted tenants, and one for health. */
const PROJECTOR_CONNECTIONS = 3;

export interface Ledger {
  readonly app: NestFastifyApplication;
  /** Settles when the projector ends: it was told to, or it cannot go on. */
  readonly projecting: Promise<void>;
}

/** Connects, checks the streams, starts to take in the log, and serves health. Postgres may still be away. */
export async function startLedger(environment: Environment, logger: Logger): Promise<Ledger> {
  const connection = await connectNats(natsAccess(environment), 'ledger');
  const epoch = await inspectTopology(connection);
  logger.info({ epoch }, 'streams are as wanted');
  const pool = database(environment.DATABASE_PROJECTOR_URL, { name: 'admit-ledger', connections: PROJECTOR_CONNECTIONS, logger });
  const log = await JetStreamEventsLog.on(connection, environment.LEDGER_BATCH_COMMITS);
  const projector = new Projector(databaseOf(environment, pool, logger), log, logger);
  const stop = new AbortController();
  const projecting = projector.run(stop.signal);
  projecting.catch(() => stop.abort()); // it is awaited by the caller once the app is up, and throws there
  const end = (): Promise<void> => endLedger({ stop, projecting, pool, connection });
  const app = await NestFactory.create<NestFastifyApplication>(LedgerModule.with(checksOf(projector, pool), end), new FastifyAdapter(), {
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  await app.listen(environment.HTTP_PORT, environment.HTTP_HOST);
  return { app, projecting };
}

const natsAccess = ({ NATS_URL, NATS_USER, NATS_PASSWORD }: Environment) => ({
  servers: NATS_URL.split(','),
  user: NATS_USER || 'ledger',
  password: NATS_PASSWORD,
});

/** Migrates once if it was given the means, then connects. */
function databaseOf(environment: Environment, pool: DataSource, logger: Logger): () => Promise<DataSource> {
  let migrated = environment.DATABASE_ADMIN_URL === '';
  return async () => {
    if (!migrated)
      logger.info(
        { ran: await migrateDatabase(environment.DATABASE_ADMIN_URL, roleUrls(environment), logger) },
        'the database is of this version',
      );
    migrated = true;
    return connected(pool);
  };
}

export const roleUrls = (environment: Environment) => ({
  projector: environment.DATABASE_PROJECTOR_URL,
  reader: environment.DATABASE_READER_URL,
  replay: environment.DATABASE_REPLAY_URL,
});

/** Ready means that the ledger follows the log, or stands by to, and that Postgres answers now. A halted tenant is named; the others are served. */
const checksOf = (projector: Projector, pool: DataSource): HealthChecks => ({
  projection: async () => {
    projector.assertHealthy();
    return projector.haltedNote();
  },
  database: async () => {
    await (await connected(pool)).query('select 1');
  },
});

interface Ending {
  readonly stop: AbortController;
  readonly projecting: Promise<void>;
  readonly pool: DataSource;
  readonly connection: NatsConnection;
}

/** Finishes the batch in hand, then lets go of Postgres and NATS. What stopped the projector is told by whoever awaits it. */
async function endLedger({ stop, projecting, pool, connection }: Ending): Promise<void> {
  stop.abort();
  await Promise.allSettled([projecting]);
  if (pool.isInitialized) await pool.destroy();
  await connection.drain();
}
