import type { ClientBase } from 'pg';
import type { QueryRunner } from 'typeorm';
import { type Schema, SHADOW } from '../database/names.js';
import { copyCell, copyIn, NULL_CELL } from './copy.js';
import { type ColumnType, insertRows, type Table, type Value } from './table.js';
import { ENTRIES, ORDERS, PAYMENTS, SALES, TICKETS } from './tables.js';

/** Fewer rows than this are not worth two statements. */
const FEW_ROWS = 200;
const STAGED = [ENTRIES, SALES, ORDERS, TICKETS, PAYMENTS].map(({ name }) => name);

/**
 * Tables of this session alone, emptied by every commit, in which rows are put by COPY on their way to the shadow. Postgres copies into no
 * table that has row-level security, and every table of ours has; by this way it takes two thirds of the time that arrays take.
 */
export async function openStage(runner: QueryRunner): Promise<void> {
  for (const name of STAGED)
    await runner.query(`create temporary table if not exists stage_${name} (like ${SHADOW}.${name}) on commit delete rows`);
}

/** Adds rows by way of the stage, at most once a table and transaction. */
export async function insertByStage<Row>(runner: QueryRunner, schema: Schema, table: Table<Row>, rows: readonly Row[]): Promise<void> {
  if (rows.length < FEW_ROWS) return insertRows(runner, schema, table, rows);
  const names = Object.keys(table.columns).join(', ');
  const client = (await runner.connect()) as ClientBase;
  await copyIn(client, `copy pg_temp.stage_${table.name} (${names}) from stdin`, linesOf(table, rows));
  await runner.query(`insert into ${schema}.${table.name} (${names}) select ${names} from pg_temp.stage_${table.name}`);
}

export function linesOf<Row>(table: Table<Row>, rows: readonly Row[]): string {
  const columns = Object.values(table.columns);
  let text = '';
  for (const row of rows) {
    let before = '';
    for (const [type, value] of columns) {
      text += before + cellOf(type, value(row));
      before = '\t';
    }
    text += '\n';
  }
  return text;
}

function cellOf(type: ColumnType, value: Value): string {
  if (value === null) return NULL_CELL;
  if (type === 'timestamptz') return new Date(Number(value)).toISOString();
  if (type === 'text[]') return copyCell(listOf(value as readonly string[]));
  return typeof value === 'string' ? copyCell(value) : String(value);
}

const listOf = (items: readonly string[]): string => `{${items.map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
