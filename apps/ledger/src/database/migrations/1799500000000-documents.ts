import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LIVE, SHADOW } from '../names.js';

/** The data of a ticket's document besides its sale, and its planned hash. Older tickets have none. */
export class Documents1799500000000 implements MigrationInterface {
  readonly name = 'Documents1799500000000';

  async up(queries: QueryRunner): Promise<void> {
    for (const schema of [LIVE, SHADOW])
      await queries.query(`alter table ${schema}.ticket add column symbol text, add column document text`);
  }

  async down(queries: QueryRunner): Promise<void> {
    for (const schema of [LIVE, SHADOW]) await queries.query(`alter table ${schema}.ticket drop column symbol, drop column document`);
  }
}
