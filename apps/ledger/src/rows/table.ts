import type { QueryRunner } from 'typeorm';
import type { Schema } from '../database/names.js';
import { storable, timeLiteral } from './literals.js';

/** `numeric`: whole numbers of any size, for sums of money. */
export type ColumnType = 'text' | 'bigint' | 'numeric' | 'integer' | 'timestamptz' | 'boolean' | 'text[]';
export type Value = string | number | bigint | boolean | null | readonly string[];

/**
 * One kind of row: its table, its primary key, and the type and value of every column. TypeORM's entities are derived from it
 * (`database/entities.ts`).
 */
export interface Table<Row> {
  readonly name: string;
  readonly key: readonly string[];
  readonly columns: Readonly<Record<string, readonly [type: ColumnType, value: (row: Row) => Value, nullable?: 'nullable']>>;
  /** Conditions by constraint name. */
  readonly checks?: Readonly<Record<string, string>>;
  readonly indexes?: readonly { readonly name: string; readonly columns: readonly string[]; readonly where?: string }[];
}

/** How new rows are inserted: an existing row is a database error and never overwritten. */
export type Insert = <Row>(runner: QueryRunner, schema: Schema, table: Table<Row>, rows: readonly Row[]) => Promise<void>;

/** Separates list items in a cell in transit: ids contain no comma. */
const SEPARATOR = ',';

/** Inserts rows in one statement. */
export async function insertRows<Row>(runner: QueryRunner, schema: Schema, table: Table<Row>, rows: readonly Row[]): Promise<void> {
  if (rows.length > 0) await runner.query(insertSql(schema, table), parameters(table, rows));
}

/** Inserts or updates rows. A row that a later commit has written stays unchanged. */
export async function upsertRows<Row>(runner: QueryRunner, schema: Schema, table: Table<Row>, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const changing = Object.keys(table.columns).filter((name) => !table.key.includes(name));
  const sets = changing.map((name) => `${name} = excluded.${name}`).join(', ');
  const newer = 'sequence' in table.columns ? ` where ${table.name}.sequence <= excluded.sequence` : '';
  await runner.query(
    `${insertSql(schema, table)} on conflict (${table.key.join(', ')}) do update set ${sets}${newer}`,
    parameters(table, rows),
  );
}

/** The rows with these keys, as the driver returns them. */
export function rowsWithKeys(
  runner: QueryRunner,
  schema: Schema,
  table: Pick<Table<never>, 'name' | 'key'> & { readonly only?: string },
  keys: readonly (readonly string[])[],
): Promise<RawRow[]> {
  if (keys.length === 0) return Promise.resolve([]);
  const lists = table.key.map((_, index) => keys.map((key) => key[index] ?? ''));
  const wanted = `unnest(${lists.map((_, index) => `$${index + 1}::text[]`).join(', ')}) as wanted (${table.key.join(', ')})`;
  return runner.query(
    `select found.* from ${wanted} join ${schema}.${table.name} found using (${table.key.join(', ')})${table.only === undefined ? '' : ` where found.${table.only}`}`,
    lists,
  );
}

/** A row as the driver returns it: bigint and numeric as text, timestamptz as a date. */
export type RawRow = Readonly<Record<string, unknown>>;

function insertSql<Row>(schema: Schema, table: Table<Row>): string {
  const names = Object.keys(table.columns);
  const types = Object.values(table.columns).map(([type]) => type);
  const arrays = types.map((type, index) => `$${index + 1}::${type === 'text[]' ? 'text' : type}[]`).join(', ');
  const cells = types.map((type, index) => (type === 'text[]' ? `string_to_array(c${index}, '${SEPARATOR}')` : `c${index}`)).join(', ');
  return `insert into ${schema}.${table.name} (${names.join(', ')}) select ${cells} from unnest(${arrays}) as rows (${names.map((_, index) => `c${index}`).join(', ')})`;
}

function parameters<Row>(table: Table<Row>, rows: readonly Row[]): unknown[][] {
  return Object.values(table.columns).map(([type, value]) => rows.map((row) => cell(type, value(row))));
}

function cell(type: ColumnType, value: Value): unknown {
  if (value === null) return null;
  if (type === 'timestamptz') return timeLiteral(value as number);
  if (type === 'text') return storable(value as string);
  if (type === 'text[]') return (value as readonly string[]).map(storable).join(SEPARATOR);
  return typeof value === 'bigint' ? value.toString() : value;
}
