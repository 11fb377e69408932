import { isFault } from '#shared/kernel/fault.js';
import { EXIT } from '#shared/platform/process/exit-codes.js';
import { number } from './progress.js';
import type { ReplayReport } from './replay-ledger.js';

/**
 * Exit codes: 0 the live ledger matches the log, 1 it differs, 2 the replay could not run, 3 the log is broken or incomplete, 4 it
 * matches except for tenants that this version halts.
 */

export function exitCodeOf(report: ReplayReport): number {
  const agreed = report.result === 'equal' || report.promotedAt !== undefined;
  if (agreed && report.halted.length > 0) return EXIT.halted;
  return agreed ? EXIT.ok : EXIT.findings;
}

export const exitCodeOfFault = (thrown: unknown): number =>
  isFault(thrown, 'log-broken') || isFault(thrown, 'log-shrunk') ? EXIT.logBroken : EXIT.failed;

/** The last line of the output, followed only by the differing values; it also names a promotion. */
export function sentenceOf(report: ReplayReport): string {
  const promoted = report.promotedAt === undefined ? '' : `; promoted at commit ${number(report.promotedAt)}`;
  const halted = report.halted.map(({ tenant, sequence, reason }) => `; ${tenant} is halted at commit ${number(sequence)}: ${reason}`);
  return `${comparisonOf(report)}${promoted}${halted.join('')}`;
}

function comparisonOf({ result, sequence, events, entries, difference }: ReplayReport): string {
  if (difference === undefined) return `${result} at commit ${number(sequence)}: ${number(events)} events, ${number(entries)} entries`;
  const { table, row, field, live, replayed } = difference;
  const where = `${table} ${Object.entries(row)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')}`;
  return `different, first at commit ${difference.sequence ?? `≤ ${sequence}`}: ${where}, field ${field}\n  live     ${live}\n  replayed ${replayed}`;
}
