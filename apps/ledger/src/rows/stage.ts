import type { ClientBase } from 'pg';
import type { QueryRunner } from 'typeorm';
import { type Schema, SHADOW } from '../database/names.js';
import { copyIn } from './copy.js';
import { type Copied, CopyRows } from './copy-rows.js';
import { insertRows, type Table } from './table.js';
import { ENTRIES, ORDERS, PAYMENTS, SALES, TICKETS } from './tables.js';

/** Below this number of rows two statements do not pay off. */
const FEW_ROWS = 200;
const STAGED = [ENTRIES, SALES, ORDERS, TICKETS, PAYMENTS].map(({ name }) => name);

/**
 * Temporary tables of this session, emptied at every commit, into which COPY writes rows on their way to the shadow. Postgres cannot
 * COPY into tables with row-level security, which every ledger table has. This way takes two thirds of the time of arrays.
 */
export async function openStage(runner: QueryRunner): Promise<void> {
  for (const name of STAGED)
    await runner.query(`create temporary table if not exists stage_${name} (like ${SHADOW}.${name}) on commit delete rows`);
}

/** Inserts rows through the stage, at most once for each table and transaction. */
export async function insertCopied<Row>(runner: QueryRunner, schema: Schema, table: Table<Row>, { count, bytes }: Copied): Promise<void> {
  if (count === 0) return;
  const names = Object.keys(table.columns).join(', ');
  const client = (await runner.connect()) as ClientBase;
  await copyIn(client, `copy pg_temp.stage_${table.name} (${names}) from stdin (format binary)`, bytes);
  await runner.query(`insert into ${schema}.${table.name} (${names}) select ${names} from pg_temp.stage_${table.name}`);
}

/** Inserts many rows through the stage, few directly. */
export async function insertByStage<Row>(runner: QueryRunner, schema: Schema, table: Table<Row>, rows: readonly Row[]): Promise<void> {
  if (rows.length < FEW_ROWS) return insertRows(runner, schema, table, rows);
  const copied = new CopyRows(table);
  for (const row of rows) copied.add(row);
  await insertCopied(runner, schema, table, copied.all());
}
