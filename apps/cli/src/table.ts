import { styleText } from 'node:util';
import Table from 'cli-table3';

/** A table for a terminal or a pipe. Its head is bold on a terminal; a pipe gets no colour codes, subject to NO_COLOR and FORCE_COLOR. */
export function tableWith(head: readonly string[]): Table.Table {
  const bold = (text: string): string => styleText('bold', text, { stream: process.stdout, validateStream: true });
  return new Table({ head: head.map(bold), style: { head: [], border: [] } });
}

/** Removes control characters: callers and foreign systems supply some texts, and a terminal would execute them. */
export const harmless = (text: string): string => text.replace(/[^\P{Cc}\n\t]/gu, '�');
