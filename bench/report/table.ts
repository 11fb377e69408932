import type { Spread } from '../measure/statistics.js';
import type { Result, Row } from './result.js';

const GAP = '  ';
const HEADINGS: Readonly<Record<string, string>> = {
  perSecond: '/s',
  p50Ms: 'p50 ms',
  p99Ms: 'p99 ms',
  busy: 'busy %',
  others: 'others %',
  callerShare: 'caller %',
};
const SHARES = new Set(['busy', 'others', 'callerShare']);

/** The result as text: a table of medians with the range of the rates, targets, notes. */
export function printed({ title, rows, targets, notes = [] }: Result): string {
  const durabilities = [...new Set(rows.map(({ durability }) => durability))];
  return [
    `\n${title}\n`,
    ...table(rows),
    '',
    ...durabilities.map((text) => `durability: ${text}${durabilities.length > 1 ? ` (${labelsWith(rows, text)})` : ''}`),
    ...notes,
    ...targets.map(({ what, reached, measured }) => `${reached ? 'reached' : 'MISSED '}  ${what}: ${measured}`),
  ].join('\n');
}

const labelsWith = (rows: readonly Row[], durability: string): string =>
  rows
    .filter((row) => row.durability === durability)
    .map(({ label }) => label)
    .join('; ');

function table(rows: readonly Row[]): string[] {
  const names = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))];
  const lines = [
    ['', ...names.map(headingOf)],
    ...rows.map(({ label, figures }) => [label, ...names.map((name) => cell(name, figures[name]))]),
  ];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0))) ?? [];
  return lines.map((line) =>
    line
      .map((text, column) => (column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0)))
      .join(GAP)
      .trimEnd(),
  );
}

export const headingOf = (name: string): string =>
  HEADINGS[name] ??
  (name.startsWith('cpuMs.') ? `${name.slice('cpuMs.'.length)} cpu ms` : name.replace(/Ms$/, ' ms').replace(/MiB$/, ' MiB'));

function cell(name: string, spread: Spread | undefined): string {
  if (spread === undefined) return '';
  if (SHARES.has(name)) return (spread.median * 100).toFixed(0);
  const range = name === 'perSecond' || name.startsWith('ratio') ? ` (${shown(spread.min)}..${shown(spread.max)})` : '';
  return `${shown(spread.median)}${range}`;
}

/** Three significant digits, whole from 100 on. */
export function shown(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 3));
}

/** "1.43 (1.31..1.52)" */
export const shownSpread = ({ median, min, max }: Spread): string => `${shown(median)} (${shown(min)}..${shown(max)})`;
