import type { DataSource, QueryRunner } from 'typeorm';
import { fromOneLedger, isOneLedger } from '#shared/platform/ledger-reading.js';
import { databaseFault } from './faults.js';
import { TENANT_SETTING } from './names.js';

export interface TransactionScope {
  /** Whose rows a reader sees. None: no rows for a reader; the projector and replay have policies of their own. */
  readonly tenant?: string;
  /** Everything is read as it was at the first query, whatever is written meanwhile. */
  readonly snapshot?: boolean;
  /** Whatever tries to write is refused by Postgres, whoever it is. */
  readonly readOnly?: boolean;
}

/**
 * The one way to open a transaction: the tenant is set for it alone and gone with it, so that no pooled connection remembers one.
 * @throws Fault what broke, translated; the transaction is then rolled back
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

/** Works on a connection of its own, and hands it back. */
export async function withRunner<T>(source: DataSource, work: (runner: QueryRunner) => Promise<T>): Promise<T> {
  const runner = source.createQueryRunner();
  try {
    return await work(runner);
  } finally {
    await runner.release();
  }
}

/** Reads as one tenant: everything as it was at one moment, of one ledger, and nothing but reads. */
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
  if (!runner.isTransactionActive || runner.isReleased) return; // a lost connection rolled back by itself
  try {
    await runner.rollbackTransaction();
  } catch {
    await runner.release(); // it cannot be reached to roll back: it must not be used again either, and what broke first is what counts
  }
}
