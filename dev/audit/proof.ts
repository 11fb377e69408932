import type { Audit } from './check.js';
import { checksOf, guardedIn } from './check.js';
import type { JestResults } from './evidence.js';
import type { Mutant } from './mutant.js';

/** The tests of one check that failed without a guard. */
export interface FailedTests {
  readonly check: string;
  readonly tests: readonly string[];
}

/** The result of the run without one guard. */
export interface Trial extends Pick<Mutant, 'guard' | 'file' | 'specs'> {
  readonly failed: readonly FailedTests[];
  /** Why the run is no evidence; absent when every check of the guard failed as expected. */
  readonly missed?: string;
}

/** Some test titles contain the longest permitted key. */
const LONGEST_TITLE = 120;
function shownTitle(title: string): string {
  const words = title.replaceAll(/\[(?:minting|blockchain) [^\]]*\]\s*/g, '');
  return words.length > LONGEST_TITLE ? `${words.slice(0, LONGEST_TITLE)}…` : words;
}

/** Jest orders files by the durations of earlier runs; this keeps the order of the guard's list. */
const placeOf = (name: string, specs: readonly string[]): number => specs.findIndex((spec) => name.replaceAll('\\', '/').endsWith(spec));

/** Caught: for every check a test failed while another test passed, so the files ran and the missing guard caused the failure. */
export function judged({ guard, file, specs, checks }: Mutant, { testResults }: JestResults): Trial {
  const inOrder = [...testResults].sort((one, other) => placeOf(one.name, specs) - placeOf(other.name, specs));
  const tests = inOrder.flatMap(({ assertionResults }) => assertionResults);
  const failures = tests.filter(({ status }) => status === 'failed');
  const failed = checks.map((check) => {
    const theirs = failures.filter(({ fullName }) => guardedIn(fullName).includes(check));
    return { check, tests: [...new Set(theirs.map(({ title }) => shownTitle(title)))] };
  });
  const unnoticed = failed.filter(({ tests: theirs }) => theirs.length === 0).map(({ check }) => check);
  const trial = { guard, file, specs, failed };
  if (!tests.some(({ status }) => status === 'passed')) return { ...trial, missed: 'no test passed: it breaks more than its guard' };
  return unnoticed.length === 0 ? trial : { ...trial, missed: `nothing failed of ${unnoticed.join(', ')}` };
}

/** By check: the guards without which a test of the check failed. */
export function proofsOf(trials: readonly Trial[]): ReadonlyMap<string, readonly string[]> {
  const proofs = new Map<string, readonly string[]>();
  for (const { guard, failed } of trials)
    for (const { check, tests } of failed) if (tests.length > 0) proofs.set(check, [...(proofs.get(check) ?? []), guard]);
  return proofs;
}

export interface Gate {
  readonly guards: number;
  readonly caught: number;
  readonly checks: number;
  /** Checks that no guard was shown to hold: each one fails the gate. */
  readonly unguarded: readonly string[];
}

export function gateOf(trials: readonly Trial[], audits: readonly Audit[]): Gate {
  const proofs = proofsOf(trials);
  const tags = audits.flatMap(({ sections }) => sections.flatMap(checksOf)).map(({ tag }) => tag);
  const caught = trials.filter(({ missed }) => missed === undefined).length;
  return { guards: trials.length, caught, checks: tags.length, unguarded: tags.filter((tag) => !proofs.has(tag)) };
}

/** docs/audit-mutants.md. */
export function mutantsMarkdown(trials: readonly Trial[], audits: readonly Audit[]): string {
  const { guards, caught, checks, unguarded } = gateOf(trials, audits);
  const head = [
    '# The audit without its guards',
    '',
    'Written by `npm run audit -- --mutate`: each guard is taken out of the text of its file on the way into the test run, and nowhere else.',
    'It is caught when of every check that it guards a test fails while another test passes: the guard is missed, and the rest works.',
    `Guards ${guards}, caught ${caught}. Checks ${checks}, seen to fail without a guard ${checks - unguarded.length}.`,
    '',
    '| Guard, and what happens without it | File | Checks that fail | | Tests |',
    '|---|---|---|---|---|',
  ];
  return `${[...head, ...trials.map(trialLine), ...unguardedLines(unguarded)].join('\n')}\n`;
}

/** Failed tests named for each guard. */
const NAMED_TESTS = 3;

function trialLine({ guard, file, specs, failed, missed }: Trial): string {
  const titles = [...new Set(failed.flatMap(({ tests }) => tests.slice(0, 2)))].slice(0, NAMED_TESTS);
  const files = specs.map((spec) => link(spec)).join(', ');
  const checks = failed.map(({ check }) => check).join(', ');
  const tests = missed === undefined ? titles.map(cell).join('<br>') : cell(missed);
  return `| ${cell(guard)} | ${link(file)} | ${checks} | ${missed === undefined ? 'caught' : '**missed**'} | ${tests} (${files}) |`;
}

const unguardedLines = (unguarded: readonly string[]): string[] =>
  unguarded.length === 0 ? [] : ['', 'No guard was seen to hold:', '', ...unguarded.map((tag) => `- ${tag}`)];

const link = (path: string): string => `[${path.split('/').at(-1)}](../${path})`;
const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
