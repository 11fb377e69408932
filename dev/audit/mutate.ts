import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { tagsIn } from './check.js';
import type { JestResults } from './evidence.js';
import { MUTANTS, type Mutant } from './mutants.js';

/** A run without a guard may hang; after this it has shown nothing. */
const RUN_LIMIT_MS = 180_000;

export interface Trial extends Pick<Mutant, 'guard' | 'file' | 'check' | 'spec'> {
  readonly caught: boolean;
  /** Titles of the tests of the check that failed; or why there are none. */
  readonly by: readonly string[];
}

interface JestConfig {
  readonly transform: Readonly<Record<string, readonly [string, object]>>;
}

/** Runs the tests of each guard's check without the guard. Whole files, as they pass with it. */
export function tryMutants(report: (trial: Trial) => void): readonly Trial[] {
  const folder = mkdtempSync(join(tmpdir(), 'admit-mutants-'));
  try {
    return MUTANTS.map((mutant) => {
      const trial = tryOne(mutant, folder);
      report(trial);
      return trial;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tryOne(mutant: Mutant, folder: string): Trial {
  const [config, mutation, out] = ['jest.config.json', 'mutant.json', 'results.json'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  rmSync(out, { force: true });
  writeFileSync(mutation, JSON.stringify(mutant));
  writeFileSync(config, JSON.stringify(configFor(mutation)));
  const flags = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules', join('node_modules', 'jest', 'bin', 'jest.js')];
  const args = [...flags, '--config', config, '--json', '--outputFile', out, '--forceExit', '--runTestsByPath', mutant.spec];
  spawnSync(process.execPath, args, { stdio: 'ignore', timeout: RUN_LIMIT_MS, killSignal: 'SIGKILL' });
  const { guard, file, check, spec } = mutant;
  return {
    guard,
    file,
    check,
    spec,
    ...(existsSync(out) ? judged(JSON.parse(readFileSync(out, 'utf8')) as JestResults, check) : NO_RESULT),
  };
}

const NO_RESULT = { caught: false, by: ['the run came to no end'] };

function configFor(mutant: string): object {
  const base = JSON.parse(readFileSync('jest.config.json', 'utf8')) as JestConfig;
  const transform = Object.fromEntries(
    Object.entries(base.transform).map(([files, [, swc]]) => [files, [resolve('scripts/audit-mutant.mjs'), { mutant, swc }]]),
  );
  return { ...base, transform, rootDir: process.cwd(), reporters: [] };
}

/** Caught: a test of the check failed while others of its file passed, so the file ran and it is the guard that is missed. */
function judged({ testResults }: JestResults, check: string): Pick<Trial, 'caught' | 'by'> {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = tests.filter(({ fullName, status }) => status === 'failed' && tagsIn(fullName).includes(check));
  if (!tests.some(({ status }) => status === 'passed')) return { caught: false, by: ['no test of the file ran'] };
  return { caught: failed.length > 0, by: failed.length > 0 ? [...new Set(failed.map(({ title }) => title))] : ['every test passed'] };
}

/** Some tests are titled with the longest key there may be. */
const LONGEST_TITLE = 120;
function shownTitle(title: string): string {
  const words = title.replaceAll(/\[(?:minting|blockchain) [^\]]*\]\s*/g, '').replaceAll('|', '\\|');
  return words.length > LONGEST_TITLE ? `${words.slice(0, LONGEST_TITLE)}…` : words;
}

/** docs/audit-mutants.md. */
export function mutantsMarkdown(trials: readonly Trial[]): string {
  const caught = trials.filter((trial) => trial.caught).length;
  const lines = trials.map(({ guard, file, check, spec, caught: seen, by }) => {
    const tests = by.slice(0, 2).map(shownTitle);
    return `| ${guard} | [${file.split('/').at(-1)}](../${file}) | ${check} | ${seen ? 'caught' : '**missed**'} | ${tests.join('<br>')} ([${spec.split('/').at(-1)}](../${spec})) |`;
  });
  const head = [
    '# The audit without its guards',
    '',
    'Written by `npm run audit -- --mutate`: each guard is taken out of the text of its file on the way into the test run, and nowhere else.',
    `Guards ${trials.length}, caught ${caught}.`,
    '',
    '| Guard, and what happens without it | File | Check that fails | | Tests |',
    '|---|---|---|---|---|',
  ];
  return `${[...head, ...lines].join('\n')}\n`;
}
