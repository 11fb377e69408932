import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LIVE, SHADOW } from '../names.js';

const MONEY = ['received', 'refunded', 'clearing', 'revenue', 'owed', 'returned'];

/** Columns with sums or foreign numbers, which may exceed a bigint. */
const NUMBERS: Readonly<Record<string, readonly string[]>> = {
  ledger_entry: ['amount'],
  account_balance: ['amount'],
  sale: ['units', 'price_minor'],
  sale_order: ['total_minor'],
  payment: MONEY.map((what) => `${what}_minor`),
  ticket: ['slot'],
};

/** Sums of money and numbers of a chain are unbounded. Each table is rewritten once: a minute for some ten million entries. */
export class NumericSums1799900000000 implements MigrationInterface {
  readonly name = 'NumericSums1799900000000';

  up(queries: QueryRunner): Promise<void> {
    return changeTo(queries, 'numeric');
  }

  down(queries: QueryRunner): Promise<void> {
    return changeTo(queries, 'bigint');
  }
}

async function changeTo(queries: QueryRunner, type: 'numeric' | 'bigint'): Promise<void> {
  for (const schema of [LIVE, SHADOW]) {
    for (const [table, columns] of Object.entries(NUMBERS)) {
      const changes = columns.map((column) => `alter column ${column} type ${type}`);
      await queries.query(`alter table ${schema}.${table} ${changes.join(', ')}`);
    }
  }
}
