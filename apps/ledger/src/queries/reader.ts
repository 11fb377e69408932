import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { isFault } from '#shared/kernel/fault.js';
import type { Environment } from '#shared/platform/process/environment.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { ENVIRONMENT, LOGGER } from '#shared/platform/process/process.module.js';
import { assertServing } from '../database/assert-serving.js';
import { connected, database } from '../database/connect.js';
import { asTenant } from '../database/transaction.js';
import type { RawRow } from '../rows/table.js';
import { TenantTurns } from './tenant-turns.js';

/** Concurrent database queries; each holds a Postgres connection, of which there are a hundred by default. */
const CONNECTIONS = 8;
/** One tenant's share, half of them: a tenant with many queries waits for itself and does not delay the others. */
const PER_TENANT = CONNECTIONS / 2;
/** The time limit of a query: Postgres itself ends it, which frees its connection. */
export const STATEMENT_TIMEOUT_MS = 10_000;
/** Waiting for a lock on a ledger table, as during a promotion, is no fault of the query. */
const LOCK_TIMEOUT_MS = STATEMENT_TIMEOUT_MS / 2;
/** The SQLSTATE of a statement that Postgres ended: `query_canceled`. */
const ENDED = '57014';

export type Rows = (sql: string, values: readonly unknown[]) => Promise<RawRow[]>;

/** A query that exceeds its time limit. */
export class QueryTooLarge extends Error {}

/** The ledger for tenants, with a role that sees one tenant's rows and writes none. It reconnects when Postgres returns. */
@Injectable()
export class LedgerReader {
  private readonly pool: DataSource;
  private readonly turns = new TenantTurns(PER_TENANT);
  private connecting: Promise<DataSource> | undefined;

  constructor(@Inject(ENVIRONMENT) settings: Pick<Environment, 'DATABASE_READER_URL'>, @Inject(LOGGER) logger: Logger) {
    this.pool = database(settings.DATABASE_READER_URL, {
      name: 'admit-ledger-queries',
      connections: CONNECTIONS,
      logger,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
      lockTimeoutMs: LOCK_TIMEOUT_MS,
    });
  }

  /** Runs all reads of `look` in one snapshot. @throws Fault, or QueryTooLarge */
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

  /** @throws Fault `configuration` where its role may do more than read */
  async assertServing(): Promise<void> {
    await assertServing(await this.connected(), 'DATABASE_READER_URL');
  }

  async close(): Promise<void> {
    await this.connecting?.catch(() => undefined); // the caller of the read got the error
    if (this.pool.isInitialized) await this.pool.destroy();
  }

  /** The first connection is made once for all concurrent callers. */
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
