import type { MigrationInterface, QueryRunner } from 'typeorm';
import { SHADOW } from '../names.js';
import { addQueryIndexes, dropQueryIndexes } from '../query-indexes.js';

/** The writer of the shadow looks rows up by their keys only. */
export class BareShadow1799800000000 implements MigrationInterface {
  readonly name = 'BareShadow1799800000000';

  up(queries: QueryRunner): Promise<void> {
    return dropQueryIndexes(queries, SHADOW);
  }

  down(queries: QueryRunner): Promise<void> {
    return addQueryIndexes(queries, SHADOW);
  }
}
