import { styleText } from 'node:util';
import Table from 'cli-table3';

/** A table for a terminal or a pipe. Its head is bold on a terminal; a pipe gets no colour codes, subject to NO_COLOR and FORCE_COLOR. */
export function tableWith(head: readonly string[]): Table.Table {
  const bold = (text: string): string => styleText('bold', text, { stream: process.stdout, validateStream: true });
  return new Table({ head: head.map(bold), style: { head: [], border: [] } });
}

/** A table of texts; absent ones are empty cells. */
export function tableOf(head: readonly string[], rows: readonly (readonly (string | number | undefined)[])[]): string {
  const table = tableWith(head);
  for (const row of rows) table.push(row.map((cell) => harmless(String(cell ?? ''))));
  return table.toString();
}

/** One fact per line; absent ones are omitted. */
export function factsOf(facts: Readonly<Record<string, string | number | undefined>>): string {
  const there = Object.entries(facts).filter(([, value]) => value !== undefined);
  const width = Math.max(...there.map(([name]) => name.length));
  return harmless(there.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n'));
}

/** Removes control characters: callers and foreign systems supply some texts, and a terminal would execute them. */
export const harmless = (text: string): string => text.replace(/[^\P{Cc}\n\t]/gu, '�');
