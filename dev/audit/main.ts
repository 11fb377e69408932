import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BLOCKCHAIN_AUDIT } from './blockchain-audit.js';
import { tagsIn } from './check.js';
import { withComparison } from './compared.js';
import { type JestResults, judge, scoreOf, showings, verdictsOf } from './evidence.js';
import { MINTING_AUDIT } from './minting-audit.js';
import { mutantsMarkdown, tryMutants } from './mutate.js';
import { jsonOf, markdownOf, tableOf } from './report.js';

/**
 * Runs the tests that show a check, or reads the results of a run (`--from results.json`); writes docs/AUDIT.md and docs/audit.json, but
 * for `--check`, which prints alone.
 * With `--mutate`, runs them without one guard after the other.
 */

const COMPARED = 'docs/audits-compared.md';
const ROOTS = ['apps', 'libs', 'dev', 'test'];

/** Whole files, not single tests: some tests of a file stand on the ones before them. */
function showingFiles(): string[] {
  const files = ROOTS.flatMap((root) => readdirSync(root, { recursive: true, encoding: 'utf8' }).map((path) => join(root, path)));
  return files.filter((path) => path.endsWith('.spec.ts') && tagsIn(readFileSync(path, 'utf8')).length > 0).sort();
}

function run(): JestResults {
  const folder = mkdtempSync(join(tmpdir(), 'admit-audit-'));
  const out = join(folder, 'results.json');
  const flags = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules'];
  const jest = [join('node_modules', 'jest', 'bin', 'jest.js'), '--json', '--outputFile', out, '--runTestsByPath'];
  try {
    spawnSync(process.execPath, [...flags, ...jest, ...showingFiles()], { stdio: ['ignore', 'ignore', 'inherit'] });
    return read(out); // a failed test is a result like any other; a run without results throws here
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const read = (path: string): JestResults => JSON.parse(readFileSync(path, 'utf8')) as JestResults;

function audit(from: string | undefined, writes: boolean): boolean {
  const shown = showings(from === undefined ? run() : read(from), process.cwd());
  const results = [MINTING_AUDIT, BLOCKCHAIN_AUDIT].map((one) => judge(one, shown));
  if (writes) {
    writeFileSync('docs/AUDIT.md', markdownOf(results));
    writeFileSync('docs/audit.json', jsonOf(results));
    writeFileSync(COMPARED, withComparison(readFileSync(COMPARED, 'utf8'), results));
  }
  for (const result of results) console.log(tableOf(result));
  return results.every((result) => scoreOf(verdictsOf(result)).score === 100);
}

function mutate(): boolean {
  const trials = tryMutants(({ caught, guard, check, by }) => {
    console.log(`${caught ? 'caught' : 'MISSED'}  ${check.padEnd(16)}  ${guard}\n                          ${by[0] ?? ''}`);
  });
  writeFileSync('docs/audit-mutants.md', mutantsMarkdown(trials));
  const caught = trials.filter((trial) => trial.caught).length;
  console.log(`\nguards ${trials.length}, caught ${caught}`);
  return caught === trials.length;
}

const options = { mutate: { type: 'boolean' }, check: { type: 'boolean' }, from: { type: 'string' } } as const;
const { mutate: withoutGuards, check, from } = parseArgs({ options }).values;
process.exitCode = (withoutGuards ? mutate() : audit(from, check !== true)) ? 0 : 1;
