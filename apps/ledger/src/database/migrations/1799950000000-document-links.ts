import type { MigrationInterface, QueryRunner } from 'typeorm';
import { LIVE, SHADOW } from '../names.js';

const COLUMNS = { document_name: 'text', image: 'text', external_url: 'text' };

/** The values of a ticket's document in its second form. Earlier documents have the first form. */
export class DocumentLinks1799950000000 implements MigrationInterface {
  readonly name = 'DocumentLinks1799950000000';

  async up(queries: QueryRunner): Promise<void> {
    const added = Object.entries(COLUMNS).map(([column, type]) => `add column ${column} ${type}`);
    for (const schema of [LIVE, SHADOW]) await queries.query(`alter table ${schema}.ticket ${added.join(', ')}`);
  }

  async down(queries: QueryRunner): Promise<void> {
    const dropped = Object.keys(COLUMNS).map((column) => `drop column ${column}`);
    for (const schema of [LIVE, SHADOW]) await queries.query(`alter table ${schema}.ticket ${dropped.join(', ')}`);
  }
}
