import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LIVE, SHADOW } from '../names.js';
import { createTables, grantSchemas } from '../tables-sql.js';

/** The ledger, its read models and their shadow. A released migration is never edited: a change is a new migration. */
export class Ledger1795000000000 implements MigrationInterface {
  readonly name = 'Ledger1795000000000';

  async up(queries: QueryRunner): Promise<void> {
    for (const sql of [...grantSchemas(), ...createTables(LIVE), ...createTables(SHADOW)]) await queries.query(sql);
  }

  /** The ledger can be rebuilt from the log at any time, so it may be dropped. */
  async down(queries: QueryRunner): Promise<void> {
    for (const schema of [SHADOW, LIVE]) {
      const tables = await queries.query(`select tablename from pg_tables where schemaname = $1 and tablename <> 'migration'`, [schema]);
      for (const { tablename } of tables as { tablename: string }[]) await queries.query(`drop table ${schema}.${tablename}`);
    }
  }
}
