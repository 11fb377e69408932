import pg from 'pg';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { Logger } from '#shared/platform/process/logger.js';
import { ENTITIES } from './entities.js';
import { databaseFault } from './faults.js';

/** A Postgres that accepts no connection within this time counts as down. */
const CONNECT_TIMEOUT_MS = 3_000;
/** No statement of the projector or a migration takes this long; beyond it the server counts as frozen. */
const QUERY_TIMEOUT_MS = 120_000;
/** Longer for a replay: comparing takes some 5 s for each million events, and one tenant's rows are exchanged one by one. */
export const REPLAY_QUERY_TIMEOUT_MS = 24 * 3_600_000;

/** After Postgres ended a statement, its error arrives within this time, or the connection counts as lost. */
const ANSWER_MS = 2_000;

export interface DatabaseUse {
  /** Shown in pg_stat_activity. */
  readonly name: string;
  readonly connections: number;
  readonly logger: Logger;
  /** The time limit after which an unresponsive server is abandoned. */
  readonly queryTimeoutMs?: number;
  /** The time limit after which Postgres itself ends a statement. */
  readonly statementTimeoutMs?: number;
  /** The time limit for waiting on another session's lock; such an error is no fault of the statement. */
  readonly lockTimeoutMs?: number;
}

/**
 * Between two of the driver's listeners a connection has none, and an unhandled error would end the process. The next user of the
 * connection still gets the error.
 */
class HeardClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super(config);
    this.on('error', () => undefined);
  }
}

/** A pool on one role's URL; it connects at `initialize`. */
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
