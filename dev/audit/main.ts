import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownCommand } from '../processes/own-command.js';
import { HOW_TO_GET_PROGRAMS } from '../solana/programs.js';
import { BLOCKCHAIN_AUDIT } from './blockchain-audit.js';
import { tagsIn } from './check.js';
import { withComparison } from './compared.js';
import { type AuditResult, type JestResults, judge, scoreOf, showings, verdictsOf } from './evidence.js';
import { MINTING_AUDIT } from './minting-audit.js';
import { MUTANTS } from './mutants.js';
import { isSkipped, JEST, tryMutants } from './mutate.js';
import { gateOf, mutantsMarkdown, proofsOf, type Trial } from './proof.js';
import { compressedTableOf, jsonOf, markdownOf, noCompressedFails, tableOf } from './report.js';

const COMPARED = 'docs/audits-compared.md';
const TRIALS = 'docs/audit-mutants.json';
const AUDITS = [MINTING_AUDIT, BLOCKCHAIN_AUDIT];
const ROOTS = ['apps', 'libs', 'dev', 'test'];

/** Whole files, not single tests: some tests depend on earlier tests of their file. */
function showingFiles(): string[] {
  const files = ROOTS.flatMap((root) => readdirSync(root, { recursive: true, encoding: 'utf8' }).map((path) => join(root, path)));
  return files.filter((path) => path.endsWith('.spec.ts') && tagsIn(readFileSync(path, 'utf8')).length > 0).sort();
}

function run(): JestResults {
  const folder = mkdtempSync(join(tmpdir(), 'admit-audit-'));
  const out = join(folder, 'results.json');
  const jest = [JEST, '--json', '--outputFile', out, '--runTestsByPath'];
  try {
    spawnSync(process.execPath, [...jest, ...showingFiles()], { stdio: ['ignore', 'ignore', 'inherit'] });
    return read(out) as JestResults; // a failed test is a result too; only a run without results throws here
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

/** @param from results of earlier runs; if empty, the tests run now */
function audit(from: readonly string[], writes: boolean): boolean {
  const runs = from.length === 0 ? [run()] : from.map((path) => read(path) as JestResults);
  const shown = showings({ testResults: runs.flatMap(({ testResults }) => testResults) }, process.cwd());
  const results = AUDITS.map((one) => judge(one, shown));
  if (writes) {
    writeFileSync('docs/AUDIT.md', markdownOf(results, proofsOf(read(TRIALS) as readonly Trial[])));
    writeFileSync('docs/audit.json', jsonOf(results));
    writeFileSync(COMPARED, withComparison(readFileSync(COMPARED, 'utf8'), results));
  }
  for (const result of results) console.log(tableOf(result));
  console.log(compressedTableOf(results));
  return noCompressedFails(results) && results.every((result) => scoreOf(verdictsOf(result)).score === 100);
}

/** @param words words of a guard, a file or a check: only those mutants run; the results of the others are kept */
async function mutate(words: string | undefined): Promise<boolean> {
  const chosen = MUTANTS.filter((mutant) => words === undefined || JSON.stringify(mutant).includes(words));
  const skipped = chosen.filter(isSkipped);
  for (const { guard } of skipped) console.log(`SKIPPED  ${guard}\n        needs the programs: ${HOW_TO_GET_PROGRAMS}`);
  const tried = await tryMutants(
    chosen.filter((mutant) => !skipped.includes(mutant)),
    print,
  );
  const before = existsSync(TRIALS) ? (read(TRIALS) as readonly Trial[]) : [];
  const trials = MUTANTS.flatMap(({ guard }) => [...tried, ...before].find((trial) => trial.guard === guard) ?? []);
  writeFileSync(TRIALS, `${JSON.stringify(trials, undefined, 2)}\n`);
  writeFileSync('docs/audit-mutants.md', mutantsMarkdown(trials, AUDITS));
  writeFileSync('docs/AUDIT.md', markdownOf(read('docs/audit.json') as readonly AuditResult[], proofsOf(trials)));
  const { guards, caught, checks, unguarded } = gateOf(
    trials.filter(({ guard }) => !skipped.some((one) => one.guard === guard)),
    AUDITS,
  );
  for (const tag of unguarded) console.log(`UNGUARDED  ${tag}`);
  console.log(
    `\nguards ${guards}, caught ${caught}, skipped ${skipped.length}; checks ${checks}, seen to fail ${checks - unguarded.length}`,
  );
  return guards + skipped.length === MUTANTS.length && caught === guards && unguarded.length === 0;
}

function print({ guard, failed, missed }: Trial): void {
  console.log(`${missed === undefined ? 'caught' : 'MISSED'}  ${guard}${missed === undefined ? '' : `\n        ${missed}`}`);
  for (const { check, tests } of failed) console.log(`        ${check.padEnd(17)} ${tests.length === 0 ? 'nothing failed' : tests[0]}`);
}

interface Options {
  readonly from: readonly string[];
  readonly check?: true;
  readonly mutate?: true;
  readonly only?: string;
}

await ownCommand('audit')
  .description('Runs the tests that show a check, and writes docs/AUDIT.md and docs/audit.json. Ends with 1 where a check is not passed.')
  .option(
    '--from <results>',
    'read the results of a run of jest (--json) instead; once for each run',
    (path, before: string[]) => [...before, path],
    [],
  )
  .option('--check', 'print alone')
  .option('--mutate', 'run them without one guard after the other, and say by which of them each check is proven')
  .option('--only <words>', 'with --mutate: only guards, files or checks with these words; the others stay as they were found')
  .action(async ({ from, check, mutate: withoutGuards, only }: Options) => {
    process.exitCode = (withoutGuards ? await mutate(only) : audit(from, check !== true)) ? 0 : 1;
  })
  .parseAsync();
