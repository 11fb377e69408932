import { styleText } from 'node:util';
import Table from 'cli-table3';

/** A table for people. Its head is bold on a terminal; a pipe gets no colour codes, as NO_COLOR and FORCE_COLOR say. */
export function tableWith(head: readonly string[]): Table.Table {
  const bold = (text: string): string => styleText('bold', text, { stream: process.stdout, validateStream: true });
  return new Table({ head: head.map(bold), style: { head: [], border: [] } });
}

/** Some texts come from callers and foreign systems: what a terminal would obey is not passed on to it. */
export const harmless = (text: string): string => text.replace(/[^\P{Cc}\n\t]/gu, '�');
