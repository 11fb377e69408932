import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LIVE, type Schema, SHADOW } from '../names.js';

const NEW = ['refunds', 'disputes_lost', 'disputes_open', 'disputed'].map((what) => `${what}_minor`);
const POTS = 'received_minor = clearing_minor + revenue_minor + owed_minor';

/** Refunds by id, and disputes. A payment has one row for each order and currency it was reported for. */
export class PaymentFacts1799920000000 implements MigrationInterface {
  readonly name = 'PaymentFacts1799920000000';

  async up(queries: QueryRunner): Promise<void> {
    for (const sql of [...upIn(LIVE), ...upIn(SHADOW)]) await queries.query(sql);
  }

  async down(queries: QueryRunner): Promise<void> {
    for (const sql of [...downIn(LIVE), ...downIn(SHADOW)]) await queries.query(sql);
  }
}

const upIn = (schema: Schema): string[] => [
  `alter table ${schema}.payment drop constraint payment_check, drop constraint payment_pkey,
     ${NEW.map((column) => `add column ${column} numeric not null default 0`).join(', ')}, add column to_return_minor numeric,
     add primary key (tenant, sale, payment, order_id, currency)`,
  `alter table ${schema}.payment ${NEW.map((column) => `alter column ${column} drop default`).join(', ')},
     add constraint payment_check check (${POTS} + disputed_minor + returned_minor)`,
  // owed was the total to return, including what had been returned before
  `update ${schema}.payment set to_return_minor = owed_minor + returned_minor where reason is not null`,
];

/** @throws when a payment was reported for two orders or currencies: the old key cannot hold both */
const downIn = (schema: Schema): string[] => [
  `alter table ${schema}.payment drop constraint payment_check, drop constraint payment_pkey,
     ${[...NEW, 'to_return_minor'].map((column) => `drop column ${column}`).join(', ')}, add primary key (tenant, sale, payment)`,
  `alter table ${schema}.payment add constraint payment_check check (${POTS} + returned_minor)`,
];
