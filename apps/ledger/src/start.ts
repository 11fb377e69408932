import type { NatsConnection } from '@nats-io/transport-node';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { DataSource } from 'typeorm';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { Fault } from '#shared/kernel/fault.js';
import type { AuthGuard } from '#shared/platform/http/auth-guard.js';
import { callersServer, healthListening } from '#shared/platform/http/callers-server.js';
import { ProblemFilter } from '#shared/platform/http/problem.filter.js';
import { accessOf, connectNats } from '#shared/platform/messaging/nats.js';
import { countAborted } from '#shared/platform/metrics/http-metrics.js';
import { showConsumers, watchedConsumers } from '#shared/platform/metrics/log-metrics.js';
import { MetricsPage } from '#shared/platform/metrics/metrics-page.js';
import type { Environment } from '#shared/platform/process/environment.js';
import type { HealthChecks } from '#shared/platform/process/health.js';
import { HealthListener } from '#shared/platform/process/health-listener.js';
import { type Logger, NestLogger } from '#shared/platform/process/logger.js';
import { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { TenantLimits } from '#shared/platform/tenants/tenant-limits.js';
import { TenantRates } from '#shared/platform/tenants/tenant-rates.js';
import { awaitTopology } from '#shared/platform/topology/inspect.js';
import { assertServing } from './database/assert-serving.js';
import { connected, database } from './database/connect.js';
import { Documents } from './http/documents.js';
import { MAX_BODY_BYTES, MAX_IN_FLIGHT_PER_TENANT, PUBLIC_ROUTES } from './http/http-parts.js';
import { Queries } from './http/queries.js';
import { LedgerModule } from './ledger.module.js';
import { JetStreamEventsLog, LEDGER_CONSUMER } from './logs/jetstream.js';
import { showProjection } from './metrics.js';
import { Projector } from './projection/projector.js';
import { LedgerReader } from './queries/reader.js';

const VERSION = '0.1.0';
/** The projector's own, one to repair halted tenants, one to look who is halted, and one for health. */
const PROJECTOR_CONNECTIONS = 4;

export interface Ledger {
  readonly app: NestFastifyApplication;
  /** Settles when the projector ends: it was told to, or it cannot go on. */
  readonly projecting: Promise<void>;
}

/** Connects, checks the streams, starts to take in the log, and serves queries and health. Postgres may still be away. */
export async function startLedger(environment: Environment, logger: Logger): Promise<Ledger> {
  assertNoMore(environment);
  const connection = await connectNats(accessOf(environment, 'ledger'), 'ledger', logger);
  const epoch = await awaitTopology(connection, logger);
  logger.info({ epoch }, 'streams are as wanted');
  const tenants = await TenantDirectory.watch(connection, logger);
  const pool = database(environment.DATABASE_PROJECTOR_URL, { name: 'admit-ledger', connections: PROJECTOR_CONNECTIONS, logger });
  const reader = new LedgerReader(environment.DATABASE_READER_URL, logger);
  const log = await JetStreamEventsLog.on(connection, environment.LEDGER_BATCH_COMMITS);
  const projector = new Projector(databaseOf(pool, reader), log, logger);
  const stop = new AbortController();
  const projecting = projector.run(stop.signal);
  projecting.catch(() => stop.abort()); // it is awaited by the caller once the app is up, and throws there
  const end = (): Promise<void> => endLedger({ stop, projecting, tenants, reader, pool, connection });
  const queries = new Queries(reader, epoch, logger);
  const documents = new Documents(reader, tenants, logger);
  const page = await metricsOf(environment, connection, projector);
  const app = await serve(environment, logger, { tenants, page }, (admission) =>
    LedgerModule.with(
      checksOf(projector, pool, tenants),
      { version: VERSION, admission, queries, page, documents, listening: healthListening(environment) },
      end,
    ),
  );
  return { app, projecting };
}

/** HTTP with its bounds, before the module that is behind it. */
async function serve(
  environment: Environment,
  logger: Logger,
  { tenants, page }: { readonly tenants: TenantDirectory; readonly page: MetricsPage },
  moduleBehind: (admission: AuthGuard) => DynamicModule,
): Promise<NestFastifyApplication> {
  const limits = new TenantLimits(new TenantRates(environment.TENANT_RATE, environment.TENANT_BURST), MAX_IN_FLIGHT_PER_TENANT);
  const parts = { tenants, limits, page, publicRoutes: PUBLIC_ROUTES, maxBodyBytes: MAX_BODY_BYTES };
  const { adapter, admission, routes } = callersServer(environment, parts);
  const app = await NestFactory.create<NestFastifyApplication>(moduleBehind(admission), adapter, {
    logger: new NestLogger(logger),
    abortOnError: false,
    bodyParser: false,
  });
  app.useGlobalFilters(new ProblemFilter(routes, logger, MAX_BODY_BYTES, countAborted(page)));
  await app.listen(environment.HTTP_PORT, environment.HTTP_HOST);
  await app.get(HealthListener).listen();
  return app;
}

async function metricsOf({ METRICS_TOKEN }: Environment, connection: NatsConnection, projector: Projector): Promise<MetricsPage> {
  const page = new MetricsPage(METRICS_TOKEN);
  const ours = (_stream: string, durable: string): boolean => durable === LEDGER_CONSUMER;
  await showConsumers(page, connection, watchedConsumers(ours, [EVENTS_STREAM]));
  await showProjection(page, connection, projector);
  return page;
}

/** Migrations and replays are processes of their own: the one that serves has no login of theirs. */
function assertNoMore({ DATABASE_ADMIN_URL, DATABASE_REPLAY_URL }: Environment): void {
  const given = Object.entries({ DATABASE_ADMIN_URL, DATABASE_REPLAY_URL }).filter(([, url]) => url !== '');
  const problems = given.map(([name]) => `${name}: must not be given to the app that serves; migrate with admit ledger migrate`);
  if (problems.length > 0) throw new Fault('configuration', { problems });
}

/** Connects; the first time also makes sure that neither login may do more than it serves. */
function databaseOf(pool: DataSource, reader: LedgerReader): () => Promise<DataSource> {
  let isSure = false;
  return async () => {
    const source = await connected(pool);
    if (!isSure) {
      await assertServing(source, 'DATABASE_PROJECTOR_URL');
      await reader.assertServing();
    }
    isSure = true;
    return source;
  };
}

/** Ready means that the ledger follows the log, or stands by to, and that Postgres answers now. A halted tenant is named; the others are served. */
const checksOf = (projector: Projector, pool: DataSource, tenants: TenantDirectory): HealthChecks => ({
  projection: async () => {
    projector.assertHealthy();
    return projector.degraded();
  },
  database: async () => {
    await (await connected(pool)).query('select 1');
  },
  tenants: async () => {
    if (tenants.trouble !== undefined) throw tenants.trouble;
  },
});

interface Ending {
  readonly stop: AbortController;
  readonly projecting: Promise<void>;
  readonly tenants: TenantDirectory;
  readonly reader: LedgerReader;
  readonly pool: DataSource;
  readonly connection: NatsConnection;
}

/** Finishes the batch in hand, then lets go of Postgres and NATS. What stopped the projector is told by whoever awaits it. */
async function endLedger({ stop, projecting, tenants, reader, pool, connection }: Ending): Promise<void> {
  stop.abort();
  await Promise.allSettled([projecting]);
  await tenants.stop();
  await reader.close();
  if (pool.isInitialized) await pool.destroy();
  await connection.drain();
}
