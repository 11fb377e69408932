import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LIVE, SHADOW } from '../names.js';

/** Entries of one sale in log order, among a tenant's entries of all sales. */
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
