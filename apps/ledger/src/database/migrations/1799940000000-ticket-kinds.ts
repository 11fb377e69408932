import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LIVE, type Schema, SHADOW } from '../names.js';

const KIND = ['category', 'ticket_type'];

/** Categories, types and prices of tickets. Every earlier sale has one price, and neither categories nor types. */
export class TicketKinds1799940000000 implements MigrationInterface {
  readonly name = 'TicketKinds1799940000000';

  async up(queries: QueryRunner): Promise<void> {
    for (const sql of [...upIn(LIVE), ...upIn(SHADOW)]) await queries.query(sql);
  }

  async down(queries: QueryRunner): Promise<void> {
    for (const sql of [...downIn(LIVE), ...downIn(SHADOW)]) await queries.query(sql);
  }
}

const upIn = (schema: Schema): string[] => [
  `alter table ${schema}.ledger_entry ${KIND.map((column) => `add column ${column} text`).join(', ')}`,
  `alter table ${schema}.ticket ${['label', ...KIND].map((column) => `add column ${column} text`).join(', ')}, add column price_minor numeric`,
  `update ${schema}.ticket set price_minor = sale.price_minor from ${schema}.sale
     where sale.tenant = ticket.tenant and sale.sale = ticket.sale`,
  `alter table ${schema}.ticket alter column price_minor set not null`,
  `alter table ${schema}.sale alter column price_minor drop not null`,
];

/** @throws if a sale has several prices: the old column cannot hold them */
const downIn = (schema: Schema): string[] => [
  `alter table ${schema}.sale alter column price_minor set not null`,
  `alter table ${schema}.ticket ${['label', ...KIND, 'price_minor'].map((column) => `drop column ${column}`).join(', ')}`,
  `alter table ${schema}.ledger_entry ${KIND.map((column) => `drop column ${column}`).join(', ')}`,
];
