import { rfc3339 } from '#shared/kernel/moment.js';
import type { RawRow } from '../rows/table.js';

/** Converts columns of Postgres to members of a response. */
export const text = (row: RawRow, column: string): string => String(row[column]);
export const moment = (row: RawRow, column: string): string => rfc3339((row[column] as Date).getTime());

/** Members by their columns; members without a value are omitted. */
export function optional(row: RawRow, columns: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const members = Object.entries(columns).filter(([, column]) => row[column] !== null);
  return Object.fromEntries(
    members.map(([member, column]) => [member, row[column] instanceof Date ? moment(row, column) : text(row, column)]),
  );
}
