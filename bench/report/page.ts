import type { Recorded, Result, Row } from './result.js';
import { shown, shownSpread } from './table.js';

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

/**
 * Inserts the plots of the results into a document, each after its marker; a marker without a result stays alone. `path` leads to the
 * results.
 */
export const withPlots = (document: string, all: readonly Recorded[], path: string): string =>
  document.replaceAll(PLACE, (_, bench: string, number: string) => {
    const place = `<!-- plot ${bench}-${number} -->`;
    const plot = all.find((recorded) => recorded.bench === bench)?.result.plots[Number(number) - 1];
    return plot === undefined ? place : `${place}\n![${plot.title}](${path}/${bench}-${number}.svg)`;
  });

function section(recorded: Recorded): readonly string[] {
  const { bench, result } = recorded;
  return [
    `## ${bench}`,
    '',
    `${result.title}.`,
    '',
    ...result.plots.flatMap(({ title }, index) => [`![${title}](${bench}-${index + 1}.svg)`, '']),
    ...figures(result),
    ...(result.notes ?? []).flatMap((note) => [`${note}.`, '']),
    ...conditionsOf(recorded),
    '',
  ];
}

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
    '',
  ];
}

const cpuOf = ({ figures: all }: Row): string =>
  Object.entries(all)
    .flatMap(([name, { median }]) => (name.startsWith('cpuMs.') ? [`${name.slice('cpuMs.'.length)} ${shown(median)}`] : []))
    .join(', ');

function conditionsOf({ commit, startedAt, tookSeconds, sizes, machine, conditions, versions }: Recorded): readonly string[] {
  const sized = sizes.size > 0 ? `, size ${sizes.size.toLocaleString('en-US')}` : '';
  return [
    `Commit \`${commit}\`, ${startedAt.slice(0, 10)}, ${Math.round(tookSeconds)} s; ${sizes.pairs} pairs of ${sizes.seconds} s${sized}, seed ${sizes.seed}. ` +
      `${machine.processors} processors (${machine.model}), ${machine.memoryMiB.toLocaleString('en-US')} MiB, ${machine.kernel}; ` +
      `${shown(conditions.fsyncPerSecond)} synced writes/s. ${Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', ')}.`,
    ...(conditions.warning === undefined ? [] : ['', `**Warning.** ${conditions.warning}`]),
  ];
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
