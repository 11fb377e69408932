import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LIVE, SHADOW } from '../names.js';

/** Entries of one sale among those of all sales of a tenant, in the order of the log. */
export class EntriesOfSale1799700000000 implements MigrationInterface {
  readonly name = 'EntriesOfSale1799700000000';

  async up(queries: QueryRunner): Promise<void> {
    for (const schema of [LIVE, SHADOW])
      await queries.query(`create index ledger_entry_of_sale on ${schema}.ledger_entry (tenant, sale, sequence)`);
  }

  async down(queries: QueryRunner): Promise<void> {
    for (const schema of [LIVE, SHADOW]) await queries.query(`drop index ${schema}.ledger_entry_of_sale`);
  }
}
