import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LIVE, SHADOW } from '../names.js';

/** What the document of a ticket is made of besides its sale, and its hash as it was planned. Tickets planned before have none. */
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
