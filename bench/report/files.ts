import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pageOf, withResults } from './page.js';
import { svgOf } from './plot.js';
import type { Recorded } from './result.js';

const fileOf = (folder: string, bench: string): string => join(folder, `${bench}.json`);

/** Writes `<bench>.json` and one SVG for each plot, `<bench>-1.svg` and so on, over those of an earlier run. */
export function writeResult(folder: string, recorded: Recorded): void {
  mkdirSync(folder, { recursive: true });
  const isOldPlot = new RegExp(`^${recorded.bench}-\\d+\\.svg$`);
  for (const name of readdirSync(folder)) if (isOldPlot.test(name)) rmSync(join(folder, name));
  for (const [index, plot] of recorded.result.plots.entries())
    writeFileSync(join(folder, `${recorded.bench}-${index + 1}.svg`), svgOf(plot));
  writeFileSync(fileOf(folder, recorded.bench), `${JSON.stringify(recorded, rounded, 2)}\n`);
}

/** Writes the page that shows the results of these benches which are in the folder. */
export function writePage(folder: string, benches: readonly string[]): void {
  const all = benches.flatMap((bench) => readResult(folder, bench) ?? []);
  writeFileSync(join(folder, 'README.md'), pageOf(all));
}

/** Shows these results in a document with markers for plots and tables. */
export function updateDocument(document: string, folder: string, benches: readonly string[]): void {
  const all = benches.flatMap((bench) => readResult(folder, bench) ?? []);
  const path = relative(dirname(document), folder);
  writeFileSync(document, withResults(readFileSync(document, 'utf8'), all, path));
}

export function readResult(folder: string, bench: string): Recorded | undefined {
  const file = fileOf(folder, bench);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Recorded) : undefined;
}

/** Six significant digits: more is noise, and hides the differences between two files. */
const rounded = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
