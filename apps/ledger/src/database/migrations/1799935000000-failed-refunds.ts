import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LIVE, SHADOW } from '../names.js';

const COLUMN = 'refunds_failed_minor';

/** A payment lists its failed refunds. Earlier versions reported none. */
export class FailedRefunds1799935000000 implements MigrationInterface {
  readonly name = 'FailedRefunds1799935000000';

  async up(queries: QueryRunner): Promise<void> {
    for (const schema of [LIVE, SHADOW]) {
      await queries.query(`alter table ${schema}.payment add column ${COLUMN} numeric not null default 0`);
      await queries.query(`alter table ${schema}.payment alter column ${COLUMN} drop default`);
    }
  }

  async down(queries: QueryRunner): Promise<void> {
    for (const schema of [LIVE, SHADOW]) await queries.query(`alter table ${schema}.payment drop column ${COLUMN}`);
  }
}
