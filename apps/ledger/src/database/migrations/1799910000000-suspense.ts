import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LIVE, OWNER, PROJECTOR, READER, REPLAY, SHADOW } from '../names.js';
import { tenantPolicy } from '../tables-sql.js';

const TABLE = 'suspension';
const COLUMNS = `tenant text not null, sale text not null, subject text not null, version bigint not null, hash text not null,
  suspended_sequence bigint not null, suspended_index integer not null, refusal text not null, reason text not null,
  sequence bigint not null, updated_at timestamptz not null, primary key (tenant, suspended_sequence, suspended_index)`;

/** Events that cannot be applied go to suspense after an operator's decision; a halt records which event of its commit was rejected. */
export class Suspense1799910000000 implements MigrationInterface {
  readonly name = 'Suspense1799910000000';

  async up(queries: QueryRunner): Promise<void> {
    for (const schema of [LIVE, SHADOW]) {
      for (const sql of upIn(`${schema}.${TABLE}`)) await queries.query(sql);
      await queries.query(`alter table ${schema}.tenant_halt add column event_index integer`);
    }
    await queries.query(`grant insert, update, truncate on ${SHADOW}.${TABLE} to ${REPLAY}`);
  }

  async down(queries: QueryRunner): Promise<void> {
    for (const schema of [LIVE, SHADOW]) {
      await queries.query(`drop table ${schema}.${TABLE}`);
      await queries.query(`alter table ${schema}.tenant_halt drop column event_index`);
    }
  }
}

/** The same in both schemas, so that they can exchange names. */
const upIn = (table: string): string[] => [
  `create table ${table} (${COLUMNS})`,
  `alter table ${table} enable row level security`,
  `alter table ${table} force row level security`,
  ...[PROJECTOR, REPLAY, OWNER].map((role) => `create policy ${role} on ${table} to ${role} using (true) with check (true)`),
  `grant select, insert, update on ${table} to ${PROJECTOR}`,
  `grant select on ${table} to ${REPLAY}, ${READER}`,
  tenantPolicy(table),
];
