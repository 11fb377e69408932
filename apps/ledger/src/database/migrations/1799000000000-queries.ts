import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LIVE, READER, SHADOW } from '../names.js';
import { tenantPolicy } from '../tables-sql.js';

/** Tenants query the ledger's position for them, which comes from the heads of their own part of the log, and the rows of one sale. */
export class Queries1799000000000 implements MigrationInterface {
  readonly name = 'Queries1799000000000';

  async up(queries: QueryRunner): Promise<void> {
    for (const schema of [LIVE, SHADOW]) {
      await queries.query(tenantPolicy(`${schema}.log_head`));
      await queries.query(`grant select on ${schema}.log_head to ${READER}`);
      await queries.query(`create index sale_order_of_sale on ${schema}.sale_order (tenant, sale, order_id)`);
      await queries.query(`create index ticket_of_sale on ${schema}.ticket (tenant, sale, ticket)`);
    }
  }

  async down(queries: QueryRunner): Promise<void> {
    for (const schema of [LIVE, SHADOW]) {
      await queries.query(`drop index ${schema}.ticket_of_sale`);
      await queries.query(`drop index ${schema}.sale_order_of_sale`);
      await queries.query(`revoke select on ${schema}.log_head from ${READER}`);
      await queries.query(`drop policy tenant on ${schema}.log_head`);
    }
  }
}
