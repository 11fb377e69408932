import type { DataSource } from 'typeorm';
import { isFault } from '#shared/kernel/fault.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { connected, database } from '../database/connect.js';
import { asTenant } from '../database/transaction.js';
import type { RawRow } from '../rows/table.js';
import { TenantTurns } from './tenant-turns.js';

/** Queries at the database at once; each holds a connection of Postgres, which has a hundred by default. */
const CONNECTIONS = 8;
/** Of these one tenant has half at most: whoever asks much waits for itself, not the others for it. */
const PER_TENANT = CONNECTIONS / 2;
/** No query takes longer: one that would is ended by Postgres itself, so that it holds no connection. */
export const STATEMENT_TIMEOUT_MS = 10_000;
/** Whoever holds a table of the ledger, as a promotion does for a moment, is no fault of the query. */
const LOCK_TIMEOUT_MS = STATEMENT_TIMEOUT_MS / 2;
/** How Postgres says that it ended a statement: `query_canceled`. */
const ENDED = '57014';

export type Rows = (sql: string, values: readonly unknown[]) => Promise<RawRow[]>;

/** A query that reads more than one may read in the time it has. */
export class QueryTooLarge extends Error {}

/** The ledger as tenants read it: as the role that sees one tenant's rows and may write none. Postgres may go and come back. */
export class LedgerReader {
  private readonly pool: DataSource;
  private readonly turns = new TenantTurns(PER_TENANT);
  private connecting: Promise<DataSource> | undefined;

  constructor(url: string, logger: Logger) {
    this.pool = database(url, {
      name: 'admit-ledger-queries',
      connections: CONNECTIONS,
      logger,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      lockTimeoutMs: LOCK_TIMEOUT_MS,
    });
  }

  /** Everything that `look` reads is of one moment. @throws Fault, or QueryTooLarge */
  async read<T>(tenant: string, look: (rows: Rows) => Promise<T>): Promise<T> {
    const end = await this.turns.take(tenant);
    try {
      return await asTenant(await this.connected(), tenant, (runner) => look((sql, values) => runner.query(sql, [...values])));
    } catch (thrown) {
      throw isFault(thrown) && thrown.context.sqlstate === ENDED ? new QueryTooLarge('a query was ended', { cause: thrown }) : thrown;
    } finally {
      end();
    }
  }

  async close(): Promise<void> {
    await this.connecting?.catch(() => undefined); // whoever asked was told
    if (this.pool.isInitialized) await this.pool.destroy();
  }

  /** The first connection is made once, however many ask for it. */
  private async connected(): Promise<DataSource> {
    this.connecting ??= connected(this.pool);
    try {
      return await this.connecting;
    } catch (thrown) {
      this.connecting = undefined;
      throw thrown;
    }
  }
}
