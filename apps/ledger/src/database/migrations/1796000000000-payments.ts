import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LIVE, type Schema, SHADOW } from '../names.js';
import { createTable, type TableSql } from '../tables-sql.js';

const MONEY = ['received', 'refunded', 'clearing', 'revenue', 'owed', 'returned'];

const PAYMENT: TableSql = {
  name: 'payment',
  changes: true,
  tenantsRead: true,
  columns: `
      tenant text not null, sale text not null, payment text not null, order_id text not null, currency text not null, matched boolean not null,
      ${MONEY.map((what) => `${what}_minor bigint not null`).join(', ')},
      reason text, sequence bigint not null, updated_at timestamptz not null,
      primary key (tenant, sale, payment),
      check (received_minor = clearing_minor + revenue_minor + owed_minor + returned_minor)`,
};

/** Orders that end, and payments received and refunded. */
export class Payments1796000000000 implements MigrationInterface {
  readonly name = 'Payments1796000000000';

  async up(queries: QueryRunner): Promise<void> {
    for (const sql of [...upIn(LIVE), ...upIn(SHADOW)]) await queries.query(sql);
  }

  async down(queries: QueryRunner): Promise<void> {
    for (const sql of [...downIn(LIVE), ...downIn(SHADOW)]) await queries.query(sql);
  }
}

const upIn = (schema: Schema): string[] => [
  ...createTable(schema, PAYMENT),
  `create index payment_in_clearing on ${schema}.payment (tenant, sale) where clearing_minor > 0`,
  `alter table ${schema}.sale_order add column expires_at timestamptz, add column payment text`,
  `alter table ${schema}.sale add column status text not null default 'open'`,
  `alter table ${schema}.sale alter column status drop default`,
];

const downIn = (schema: Schema): string[] => [
  `drop table ${schema}.payment`,
  `alter table ${schema}.sale_order drop column expires_at, drop column payment`,
  `alter table ${schema}.sale drop column status`,
];
