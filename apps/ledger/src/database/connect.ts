import pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { Logger } from '#shared/platform/process/logger.js';
import { ENTITIES } from './entities/entities.js';
import { databaseFault } from './faults.js';

/** A Postgres that does not take a connection in this time is treated as down. */
const CONNECT_TIMEOUT_MS = 3_000;
/** No statement that projects or migrates takes this long; a server that froze is given up after it. */
const QUERY_TIMEOUT_MS = 120_000;
/** Of a replay some do: comparing takes some 5 s a million events, and one tenant's rows are exchanged one by one. */
export const REPLAY_QUERY_TIMEOUT_MS = 24 * 3_600_000;

/** A statement that Postgres has ended is heard of within this, or the connection is taken for lost. */
const ANSWER_MS = 2_000;

export interface DatabaseUse {
  /** Shown in pg_stat_activity. */
  readonly name: string;
  readonly connections: number;
  readonly logger: Logger;
  /** After this a server is given up that does not answer. */
  readonly queryTimeoutMs?: number;
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
export function database(url: string, use: DatabaseUse): DataSource {
  const { name, connections, logger, queryTimeoutMs = QUERY_TIMEOUT_MS, statementTimeoutMs = 0, lockTimeoutMs = 0 } = use;
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
      query_timeout: statementTimeoutMs === 0 ? queryTimeoutMs : statementTimeoutMs + ANSWER_MS,
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
