import type { DataSource } from 'typeorm';
import { Fault, isFault } from '#shared/kernel/fault.js';
import type { Logger } from '#shared/platform/logger.js';
import { connected, database } from '../database/connect.js';
import { LIVE } from '../database/names.js';
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

/** A promotion takes minutes, a query seconds: more than one meets none. */
const MOST_EXCHANGES = 3;
/**
 * A promotion exchanges the ledgers by their names. To what a name leads Postgres looks up anew for every statement; rows it shows as of the
 * transaction's first one, and then the ledger that is live now was not filled. So the name must lead to the end where it led at the beginning:
 * on the left it is looked up, on the right the catalogue is read like any table.
 */
const IS_SAME_LEDGER = `select '${LIVE}.ledger_entry'::regclass = (select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = '${LIVE}' and c.relname = 'ledger_entry') as same`;

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
      for (let exchanges = 0; exchanges < MOST_EXCHANGES; exchanges++) {
        const seen = await this.look(tenant, look);
        if (seen !== undefined) return seen.found;
      }
      throw new Fault('database-unreachable', { reason: 'the ledger is exchanged again and again', exchanges: MOST_EXCHANGES });
    } catch (thrown) {
      throw isFault(thrown) && thrown.context.sqlstate === ENDED ? new QueryTooLarge('a query was ended', { cause: thrown }) : thrown;
    } finally {
      end();
    }
  }

  /** `undefined`: the ledger was exchanged meanwhile, and what was seen is of two ledgers. */
  private async look<T>(tenant: string, look: (rows: Rows) => Promise<T>): Promise<{ readonly found: T } | undefined> {
    return asTenant(await this.connected(), tenant, async (runner) => {
      const found = await look((sql, values) => runner.query(sql, [...values]));
      const rows: readonly { same: boolean }[] = await runner.query(IS_SAME_LEDGER);
      return rows[0]?.same === true ? { found } : undefined;
    });
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
