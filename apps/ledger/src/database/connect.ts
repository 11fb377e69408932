import pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { Logger } from '#shared/platform/logger.js';
import { ENTITIES } from './entities/entities.js';
import { databaseFault } from './faults.js';

/** A Postgres that does not take a connection in this time is treated as down. */
const CONNECT_TIMEOUT_MS = 3_000;
/** No statement of ours takes this long; a server that froze is given up after it. */
const QUERY_TIMEOUT_MS = 120_000;

/** A statement that Postgres has ended is heard of within this, or the connection is taken for lost. */
const ANSWER_MS = 2_000;

export interface DatabaseUse {
  /** Shown in pg_stat_activity. */
  readonly name: string;
  readonly connections: number;
  readonly logger: Logger;
  /** After this Postgres itself ends a statement. */
  readonly statementTimeoutMs?: number;
  /** After this it ends one that waits for somebody else, which says nothing of the statement. */
  readonly lockTimeoutMs?: number;
}

/**
 * Between two listeners of the driver a connection has none, and an error that nobody hears ends the process. Who uses the connection next
 * is told all the same.
 */
class HeardClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

/** A pool on one role's URL; not connected before `initialize`. */
export function database(url: string, { name, connections, logger, statementTimeoutMs = 0, lockTimeoutMs = 0 }: DatabaseUse): DataSource {
  const options: DataSourceOptions = {
    type: 'postgres',
    url,
    entities: ENTITIES,
    logging: false,
    installExtensions: false,
    applicationName: name,
    poolSize: connections,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    extra: {
      query_timeout: statementTimeoutMs === 0 ? QUERY_TIMEOUT_MS : statementTimeoutMs + ANSWER_MS,
      statement_timeout: statementTimeoutMs, // 0: none
      lock_timeout: lockTimeoutMs,
      keepAlive: true,
      Client: HeardClient,
    },
    poolErrorHandler: (error: unknown) => logger.warn({ err: error, pool: name }, 'an idle database connection was lost'),
  };
  return new DataSource(options);
}

/** Connects the pool once; later calls do nothing. */
export async function connected(source: DataSource): Promise<DataSource> {
  try {
    return source.isInitialized ? source : await source.initialize();
  } catch (thrown) {
    throw databaseFault(thrown);
  }
}
