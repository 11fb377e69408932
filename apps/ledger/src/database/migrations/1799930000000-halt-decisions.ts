import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LIVE, SHADOW } from '../names.js';

/** A halt records the last decision known when its commit was refused, and whether a repair is catching up its tenant. */
export class HaltDecisions1799930000000 implements MigrationInterface {
  readonly name = 'HaltDecisions1799930000000';

  async up(queries: QueryRunner): Promise<void> {
    for (const schema of [LIVE, SHADOW]) {
      const halts = `${schema}.tenant_halt`;
      await queries.query(`alter table ${halts} add column decision bigint, add column catching_up boolean not null default false`);
      await queries.query(`alter table ${halts} alter column catching_up drop default`);
    }
  }

  async down(queries: QueryRunner): Promise<void> {
    for (const schema of [LIVE, SHADOW])
      await queries.query(`alter table ${schema}.tenant_halt drop column decision, drop column catching_up`);
  }
}
