import { stringify } from 'csv-stringify/sync';
import { z } from 'zod';

export const CSV_TYPE = 'text/csv';

type Cell = string | number | bigint | boolean | undefined;
type View = Readonly<Record<string, unknown>>;

/** A column: a member of a row, or of a nested object. */
interface Column {
  readonly header: string;
  readonly of: (row: View) => Cell;
}

/** The rows of an answer as CSV. */
export interface Csv {
  /** The member of the answer that contains the rows. */
  readonly list: string;
  readonly columns: readonly Column[];
}

/**
 * The CSV form of an answer: one column for each member of its rows, named as in its schema.
 * @throws if the answer has no list of objects
 */
export function csvOf(answer: z.ZodType): Csv {
  if (answer instanceof z.ZodObject)
    for (const [list, schema] of Object.entries(answer.shape))
      if (schema instanceof z.ZodArray && schema.element instanceof z.ZodObject) return { list, columns: columnsOf(schema.element) };
  throw new Error('an answer without a list of rows has no CSV');
}

function columnsOf({ shape }: z.ZodObject): Column[] {
  return Object.entries(shape).flatMap(([name, schema]) => {
    if (name === 'amount') return [{ header: name, of: (row) => BigInt(String(row[name])) }]; // a negative number is no formula
    if (!(schema instanceof z.ZodObject)) return [{ header: name, of: (row) => cellOf(row[name]) }];
    return Object.keys(schema.shape).map((inner) => ({
      header: `${name}.${inner}`,
      of: (row: View) => cellOf((row[name] as View)[inner]),
    }));
  });
}

/** Ids of a list contain no blank. */
const cellOf = (value: unknown): Cell => (Array.isArray(value) ? value.join(' ') : (value as Cell));

/** The quoted alternatives: the library quotes only both together. */
const LINE_BREAK = /[\r\n]/;

/**
 * Lines of RFC 4180. A value that a spreadsheet would evaluate, because it begins with `=`, `+`, `-`, `@`, a tab or a return, is prefixed
 * with an apostrophe.
 * @param header whether the line of column names comes first
 */
export const csvLines = ({ list, columns }: Csv, page: View, header: boolean): string =>
  stringify(
    (page[list] as readonly View[]).map((row) => columns.map(({ of }) => of(row))),
    {
      columns: columns.map((column) => column.header),
      header,
      record_delimiter: 'windows',
      quoted_match: LINE_BREAK,
      escape_formulas: true,
    },
  );

/** Whether the caller accepts CSV rather than JSON. */
export const wantsCsv = (accept = ''): boolean =>
  accept.split(',').some((range) => range.split(';', 1)[0]?.trim().toLowerCase() === CSV_TYPE);
