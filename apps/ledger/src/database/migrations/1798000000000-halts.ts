import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LIVE, OWNER, PROJECTOR, READER, REPLAY, SHADOW } from '../names.js';
import { tenantPolicy } from '../tables-sql.js';

const TABLE = 'tenant_halt';

/** Tenants that cannot go on, each at its own commit. A halt that was repaired is removed, which no other row of the ledger ever is. */
export class Halts1798000000000 implements MigrationInterface {
  readonly name = 'Halts1798000000000';

  async up(queries: QueryRunner): Promise<void> {
    for (const schema of [LIVE, SHADOW]) for (const sql of upIn(`${schema}.${TABLE}`)) await queries.query(sql);
    await queries.query(`grant insert, update, truncate on ${SHADOW}.${TABLE} to ${REPLAY}`);
  }

  async down(queries: QueryRunner): Promise<void> {
    for (const schema of [LIVE, SHADOW]) await queries.query(`drop table ${schema}.${TABLE}`);
  }
}

/** Both schemas alike, so that they can change names: what keeps them apart is who may use which, and the replay's right to write. */
const upIn = (table: string): string[] => [
  `create table ${table} (tenant text not null, sequence bigint not null, subject text not null, reason text not null, primary key (tenant))`,
  `alter table ${table} enable row level security`,
  `alter table ${table} force row level security`,
  ...[PROJECTOR, REPLAY, OWNER].map((role) => `create policy ${role} on ${table} to ${role} using (true) with check (true)`),
  `grant select, insert, update, delete on ${table} to ${PROJECTOR}`,
  `grant select on ${table} to ${REPLAY}, ${READER}`,
  tenantPolicy(table),
];
