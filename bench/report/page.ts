import type { Spread } from '../measure/statistics.js';
import type { Recorded, Result, Row } from './result.js';
import { headingOf, shown, shownSpread } from './table.js';

const SHOWN = ['perSecond', 'p50Ms', 'p99Ms'] as const;

/** The page of `bench/results`: figures, conditions and plots, generated from the files beside it. */
export function pageOf(all: readonly Recorded[]): string {
  return [
    '# Results',
    '',
    'Made by `npm run bench` from the files beside this page; [performance](../../docs/performance.md) says how to read and repeat them. Every figure is the median of its',
    'rounds, with the range of the rounds in brackets.',
    '',
    '## Targets',
    '',
    '| bench | target | reached | measured | commit |',
    '|---|---|---|---|---|',
    ...all.flatMap(({ bench, commit, result }) =>
      result.targets.map(
        ({ what, reached, measured }) =>
          `| [${bench}](#${bench}) | ${cell(what)} | ${reached ? 'yes' : '**no**'} | ${cell(measured)} | \`${commit}\` |`,
      ),
    ),
    '',
    ...all.flatMap(section),
  ].join('\n');
}

/** A plot follows this line, once its bench has a result: `<!-- plot orders-1 -->`. */
const PLACE = /<!-- plot ([\w-]+)-(\d+) -->(?:\n!\[[^\n]*)?/g;

/** A table of targets, or of a bench's rows without a rate, stands between these lines. */
const TABLE = /(<!-- (?:targets|table ([\w-]+)) -->\n)[\s\S]*?(<!-- end -->)/g;

/**
 * Inserts plots and tables of the results into a document, each after its marker; a marker without a result stays alone. `path` leads to
 * the results.
 */
export const withResults = (document: string, all: readonly Recorded[], path: string): string =>
  document
    .replaceAll(PLACE, (_, bench: string, number: string) => {
      const place = `<!-- plot ${bench}-${number} -->`;
      const plot = all.find((recorded) => recorded.bench === bench)?.result.plots[Number(number) - 1];
      return plot === undefined ? place : `${place}\n![${plot.title}](${path}/${bench}-${number}.svg)`;
    })
    .replaceAll(TABLE, (_, begin: string, bench: string | undefined, end: string) => {
      const result = all.find((recorded) => recorded.bench === bench)?.result;
      const lines = bench === undefined ? targetTable(all, path) : result === undefined ? [] : otherFigures(result);
      return `${begin}${lines.map((line) => `${line}\n`).join('')}${end}`;
    });

/** Every target, and for one that was missed the reason and the next step. */
function targetTable(all: readonly Recorded[], path: string): readonly string[] {
  const lines = all.flatMap(({ bench, result: { targets } }) =>
    targets.map(({ what, reached, measured, ifMissed = '' }) => {
      const verdict = reached ? 'yes' : `**no.** ${ifMissed}`.trim();
      return `| [${bench}](${path}/README.md#${bench}) | ${cell(what)} | ${cell(measured)} | ${cell(verdict)} |`;
    }),
  );
  return lines.length === 0 ? [] : ['| bench | target | measured | reached |', '|---|---|---|---|', ...lines];
}

function section(recorded: Recorded): readonly string[] {
  const { bench, result } = recorded;
  return [
    `## ${bench}`,
    '',
    `${result.title}.`,
    '',
    ...result.plots.flatMap(({ title }, index) => [`![${title}](${bench}-${index + 1}.svg)`, '']),
    ...spaced(figures(result)),
    ...spaced(otherFigures(result)),
    ...(result.notes ?? []).flatMap((note) => [`${note}.`, '']),
    ...conditionsOf(recorded),
    '',
  ];
}

const spaced = (lines: readonly string[]): readonly string[] => (lines.length === 0 ? [] : [...lines, '']);

/** Rows without a rate: a column for each figure. */
function otherFigures({ rows }: Result): readonly string[] {
  const others = rows.filter(({ figures: { perSecond } }) => perSecond === undefined);
  const names = [...new Set(others.flatMap((row) => Object.keys(row.figures)))];
  if (names.length === 0) return [];
  return [
    `| | ${names.map((name) => cell(headingOf(name))).join(' | ')} |`,
    `|---|${names.map(() => '---|').join('')}`,
    ...others.map(({ label, figures: all }) => `| ${cell(label)} | ${names.map((name) => figureOf(all[name])).join(' | ')} |`),
  ];
}

const figureOf = (figure: Spread | undefined): string =>
  figure === undefined ? '' : figure.min === figure.max ? shown(figure.median) : shownSpread(figure);

function figures({ rows }: Result): readonly string[] {
  const rated = rows.filter(({ figures: { perSecond } }) => perSecond !== undefined);
  if (rated.length === 0) return [];
  return [
    '| | /s | p50 ms | p99 ms | processor ms each, by process | durability |',
    '|---|---|---|---|---|---|',
    ...rated.map((row) => {
      const [rate, p50, p99] = SHOWN.map((name) => row.figures[name]);
      const cells = [
        rate === undefined ? '' : shownSpread(rate),
        p50 === undefined ? '' : shown(p50.median),
        p99 === undefined ? '' : shown(p99.median),
      ];
      return `| ${cell(row.label)} | ${cells.join(' | ')} | ${cpuOf(row)} | ${cell(row.durability)} |`;
    }),
  ];
}

const cpuOf = ({ figures: all }: Row): string =>
  Object.entries(all)
    .flatMap(([name, { median }]) => (name.startsWith('cpuMs.') ? [`${name.slice('cpuMs.'.length)} ${shown(median)}`] : []))
    .join(', ');

function conditionsOf({ commit, startedAt, tookSeconds, sizes, machine, conditions, versions }: Recorded): readonly string[] {
  const sized = sizes.size > 0 ? `, size ${sizes.size.toLocaleString('en-US')}` : '';
  return [
    `Commit \`${commit}\`, ${startedAt.slice(0, 10)}, ${Math.round(tookSeconds)} s; ${sizes.pairs} ${sizes.pairs === 1 ? 'pair' : 'pairs'} of ${sizes.seconds} s${sized}, seed ${sizes.seed}. ` +
      `${machine.processors} processors (${machine.model}), ${machine.memoryMiB.toLocaleString('en-US')} MiB, ${machine.kernel}; ` +
      `${shown(conditions.fsyncPerSecond)} synced writes/s. ${Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', ')}.`,
    ...(conditions.warning === undefined ? [] : ['', `**Warning.** ${conditions.warning}`]),
  ];
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
