import type { DataSource, QueryRunner } from 'typeorm';
import { fromOneLedger, isOneLedger } from '#shared/platform/ledger-reading.js';
import { databaseFault } from './faults.js';
import { TENANT_SETTING } from './names.js';

export interface TransactionScope {
  /** The tenant whose rows a reader sees. Absent: a reader sees none; the projector and the replay have policies of their own. */
  readonly tenant?: string;
  /** All reads see the state at the first query, despite concurrent writes. */
  readonly snapshot?: boolean;
  /** Postgres rejects every write of the transaction. */
  readonly readOnly?: boolean;
}

/**
 * The only way to open a transaction. The tenant setting is local to it, so no pooled connection keeps one.
 * @throws Fault the translated error; the transaction is then rolled back
 */
export async function inTransaction<T>(
  runner: QueryRunner,
  { tenant = '', snapshot = false, readOnly = false }: TransactionScope,
  work: () => Promise<T>,
): Promise<T> {
  try {
    await runner.startTransaction(snapshot ? 'REPEATABLE READ' : 'READ COMMITTED');
    const seal = readOnly ? `, set_config('transaction_read_only', 'on', true)` : '';
    await runner.query(`select set_config($1, $2, true)${seal}`, [TENANT_SETTING, tenant]);
    const result = await work();
    await runner.commitTransaction();
    return result;
  } catch (thrown) {
    await rollBack(runner);
    throw databaseFault(thrown);
  }
}

/** Runs `work` on a dedicated connection and releases it. */
export async function withRunner<T>(source: DataSource, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
  const runner = source.createQueryRunner();
  try {
    return await work(runner);
  } finally {
    await runner.release();
  }
}

/** Reads as one tenant: a read-only snapshot of one ledger. */
export const asTenant = <T>(reader: DataSource, tenant: string, read: (runner: QueryRunner) => Promise<T>): Promise<T> =>
  withRunner(reader, (runner) =>
    fromOneLedger(() =>
      inTransaction(runner, { tenant, snapshot: true, readOnly: true }, async () => ({
        found: await read(runner),
        isOneLedger: await isOneLedger((sql) => runner.query(sql)),
      })),
    ),
  );

async function rollBack(runner: QueryRunner): Promise<void> {
  if (!runner.isTransactionActive || runner.isReleased) return; // a lost connection has rolled back already
  try {
    await runner.rollbackTransaction();
  } catch {
    await runner.release(); // the server cannot be reached for the rollback: drop the connection, and throw the first error
  }
}
