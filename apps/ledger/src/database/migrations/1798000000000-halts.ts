import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LIVE, OWNER, PROJECTOR, READER, REPLAY, SHADOW } from '../names.js';
import { tenantPolicy } from '../tables-sql.js';

const TABLE = 'tenant_halt';

/** Halted tenants, each at its own commit. A repaired halt is deleted; no other row of the ledger ever is. */
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

/** The same in both schemas, so that they can exchange names: only schema usage and the replay's write permission separate them. */
const upIn = (table: string): string[] => [
  `create table ${table} (tenant text not null, sequence bigint not null, subject text not null, reason text not null, primary key (tenant))`,
  `alter table ${table} enable row level security`,
  `alter table ${table} force row level security`,
  ...[PROJECTOR, REPLAY, OWNER].map((role) => `create policy ${role} on ${table} to ${role} using (true) with check (true)`),
  `grant select, insert, update, delete on ${table} to ${PROJECTOR}`,
  `grant select on ${table} to ${REPLAY}, ${READER}`,
  tenantPolicy(table),
];
