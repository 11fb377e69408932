import { isAbsolute, relative } from 'node:path';
import { type Audit, type Check, checksOf, tagsIn } from './check.js';

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

export interface Verdict extends Check {
  readonly result: 'PASS' | 'FAIL';
  readonly shownBy: readonly Showing[];
}

export interface AuditResult {
  readonly service: Audit['service'];
  readonly title: string;
  readonly sections: readonly { readonly title: string; readonly checks: readonly Verdict[] }[];
}

/** The tests that ran, by check. A skipped test is no evidence. */
export function showings({ testResults }: JestResults, root: string): ReadonlyMap<string, readonly Showing[]> {
  const found = new Map<string, Showing[]>();
  for (const { name, assertionResults } of [...testResults].sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const file = (isAbsolute(name) ? relative(root, name) : name).replaceAll('\\', '/');
    for (const { fullName, status } of assertionResults) {
      if (status !== 'passed' && status !== 'failed') continue;
      for (const tag of new Set(tagsIn(fullName))) {
        const test = fullName.replaceAll(/\[[^\]]*\]\s*/g, '').trim();
        found.set(tag, [...(found.get(tag) ?? []), { test, file, passed: status === 'passed' }]);
      }
    }
  }
  return found;
}

/** A check passes when it has at least one test that ran, and all of its tests passed. */
export function judge(audit: Audit, shown: ReadonlyMap<string, readonly Showing[]>): AuditResult {
  const verdict = (check: Check): Verdict => {
    const shownBy = shown.get(check.tag) ?? [];
    return { ...check, result: shownBy.length > 0 && shownBy.every(({ passed }) => passed) ? 'PASS' : 'FAIL', shownBy };
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
