import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { hasPrograms, programsFolder } from '../solana/programs.js';
import type { JestResults } from './evidence.js';
import type { Mutant } from './mutant.js';
import { judged, type Trial } from './proof.js';

export const JEST = join('node_modules', 'jest', 'bin', 'jest.js');
/** A run without a guard may hang; beyond this limit it counts as no evidence. */
const RUN_LIMIT_MS = 180_000;
/** With their guards these tests take seconds. Without one, a test may wait for a condition that never holds; this ends it sooner than a minute. */
const TEST_LIMIT_MS = 30_000;
/** Each run starts its own servers; more runs at once slow each other down into timeouts. */
const MOST_AT_ONCE = 4;

/** What cannot be tried here: without the programs of compressed tickets its tests are skipped, and would show nothing. */
export const isSkipped = ({ needsPrograms }: Mutant): boolean => needsPrograms === true && !hasPrograms(programsFolder());

/** Runs the tests of each guard's checks without the guard, several guards at once, and reports each result as it ends. */
export async function tryMutants(mutants: readonly Mutant[], report: (trial: Trial) => void): Promise<readonly Trial[]> {
  const folder = mkdtempSync(join(tmpdir(), 'admit-mutants-'));
  const trials = new Map<Mutant, Trial>();
  const left = [...mutants];
  const work = async (): Promise<void> => {
    for (let mutant = left.shift(); mutant !== undefined; mutant = left.shift()) {
      const trial = stands(mutant) ? await tryOne(mutant, join(folder, String(mutants.indexOf(mutant)))) : gone(mutant);
      trials.set(mutant, trial);
      report(trial);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(availableParallelism(), MOST_AT_ONCE) }, work));
    return mutants.flatMap((mutant) => trials.get(mutant) ?? []);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const stands = ({ file, from }: Mutant): boolean => existsSync(file) && readFileSync(file, 'utf8').split(from).length === 2;

const nothingShown = ({ guard, file, specs, checks }: Mutant, missed: string): Trial => ({
  guard,
  file,
  specs,
  failed: checks.map((check) => ({ check, tests: [] })),
  missed,
});
const gone = (mutant: Mutant): Trial => nothingShown(mutant, 'the guard does not stand in its file any more');

async function tryOne(mutant: Mutant, folder: string): Promise<Trial> {
  mkdirSync(folder);
  const [config, mutation, out] = [join(folder, 'jest.config.json'), join(folder, 'mutant.json'), join(folder, 'results.json')];
  writeFileSync(mutation, JSON.stringify(mutant));
  writeFileSync(config, JSON.stringify(configFor(mutation)));
  const titles = mutant.tests === undefined ? [] : ['--testNamePattern', mutant.tests.map(escaped).join('|')];
  const args = [JEST, '--config', config, '--json', '--outputFile', out, '--runInBand', '--forceExit', ...titles];
  await ended([...args, '--runTestsByPath', ...mutant.specs]);
  if (!existsSync(out)) return nothingShown(mutant, 'the run came to no end');
  return judged(mutant, JSON.parse(readFileSync(out, 'utf8')) as JestResults);
}

const escaped = (words: string): string => words.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The exit status is ignored: the results file holds the outcome, or is missing. */
const ended = (args: readonly string[]): Promise<void> =>
  new Promise((resolved, failed) => {
    const run = spawn(process.execPath, args, { stdio: 'ignore', timeout: RUN_LIMIT_MS, killSignal: 'SIGKILL' });
    run.once('error', failed);
    run.once('exit', () => resolved());
  });

function configFor(mutant: string): object {
  const base = JSON.parse(readFileSync('jest.config.json', 'utf8')) as object;
  const runtime = resolve('scripts/audit-mutant.cjs');
  return { ...base, runtime, globals: { mutant }, rootDir: process.cwd(), reporters: [], testTimeout: TEST_LIMIT_MS };
}
