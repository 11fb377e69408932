import { isAbsolute, relative } from 'node:path';
import { type Audit, type Check, checksOf, isCompressed, isOfBothKinds, tagsIn } from './check.js';

/** The part of Jest's `--json` output that is read here. */
export interface JestResults {
  readonly testResults: readonly {
    readonly name: string;
    readonly message?: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly title: string; readonly status: string }[];
  }[];
}

/** A test that ran and carries the tag of a check. */
export interface Showing {
  readonly test: string;
  readonly file: string;
  readonly passed: boolean;
}

/** A test with compressed tickets, which is skipped where their programs are missing. */
export interface CompressedShowing extends Showing {
  readonly skipped?: true;
}

/** The check with compressed tickets. It is no part of the score. */
export interface CompressedVerdict {
  /** SKIPPED: a test of it was, so it is not shown, whatever the others say. */
  readonly result: 'PASS' | 'FAIL' | 'SKIPPED';
  readonly shownBy: readonly CompressedShowing[];
}

export interface Verdict extends Check {
  readonly result: 'PASS' | 'FAIL';
  readonly shownBy: readonly Showing[];
  /** Of the checks on minting. */
  readonly compressed?: CompressedVerdict;
}

export interface AuditResult {
  readonly service: Audit['service'];
  readonly title: string;
  readonly sections: readonly { readonly title: string; readonly checks: readonly Verdict[] }[];
}

/** Tests, by the tag of a check. */
type ByCheck<T> = ReadonlyMap<string, readonly T[]>;

export interface Shown {
  /** The tests that ran. A skipped test is no evidence. */
  readonly tests: ByCheck<Showing>;
  readonly compressed: ByCheck<CompressedShowing>;
}

export function showings({ testResults }: JestResults, root: string): Shown {
  const shown = { tests: new Map<string, Showing[]>(), compressed: new Map<string, CompressedShowing[]>() };
  for (const { name, assertionResults } of [...testResults].sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const file = (isAbsolute(name) ? relative(root, name) : name).replaceAll('\\', '/');
    for (const { fullName, status } of assertionResults) record(shown, fullName, showingOf(fullName, status, file));
  }
  return shown;
}

function record(
  { tests, compressed }: { readonly tests: Map<string, Showing[]>; readonly compressed: Map<string, CompressedShowing[]> },
  fullName: string,
  showing: CompressedShowing,
): void {
  if (showing.skipped && !isCompressed(fullName)) return;
  const shown = isCompressed(fullName) ? compressed : tests;
  for (const tag of new Set(tagsIn(fullName))) shown.set(tag, [...(shown.get(tag) ?? []), showing]);
}

function showingOf(fullName: string, status: string, file: string): CompressedShowing {
  const ran = status === 'passed' || status === 'failed';
  const test = fullName.replaceAll(/\[[^\]]*\]\s*/g, '').trim();
  return { test, file, passed: status === 'passed', ...(!ran && { skipped: true as const }) };
}

export function compressedVerdict(shownBy: readonly CompressedShowing[]): CompressedVerdict {
  const failed = shownBy.length === 0 || shownBy.some(({ passed, skipped }) => !passed && skipped === undefined);
  const skipped = shownBy.some((one) => one.skipped === true);
  return { result: failed ? 'FAIL' : skipped ? 'SKIPPED' : 'PASS', shownBy };
}

/** A check passes when it has at least one test that ran, and all of its tests passed. */
export function judge(audit: Audit, { tests, compressed }: Shown): AuditResult {
  const verdict = (check: Check): Verdict => {
    const shownBy = tests.get(check.tag) ?? [];
    const result = shownBy.length > 0 && shownBy.every(({ passed }) => passed) ? 'PASS' : 'FAIL';
    const both = isOfBothKinds(check) && { compressed: compressedVerdict(compressed.get(check.tag) ?? []) };
    return { ...check, result, shownBy, ...both };
  };
  const { service, title, sections } = audit;
  return { service, title, sections: sections.map((section) => ({ title: section.title, checks: checksOf(section).map(verdict) })) };
}

export interface Score {
  readonly passed: number;
  readonly checks: number;
  /** Out of 100, rounded down: 100 means all checks pass. */
  readonly score: number;
}

export function scoreOf(verdicts: readonly Verdict[]): Score {
  const passed = verdicts.filter(({ result }) => result === 'PASS').length;
  return { passed, checks: verdicts.length, score: Math.floor((100 * passed) / verdicts.length) };
}

export const verdictsOf = ({ sections }: AuditResult): readonly Verdict[] => sections.flatMap(({ checks }) => checks);
