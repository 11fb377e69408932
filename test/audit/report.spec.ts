import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BLOCKCHAIN_AUDIT } from '../../dev/audit/blockchain-audit.js';
import { type Audit, checksOf, tagsIn } from '../../dev/audit/check.js';
import { withComparison } from '../../dev/audit/compared.js';
import { type AuditResult, compressedVerdict, type JestResults, judge, showings, verdictsOf } from '../../dev/audit/evidence.js';
import { LACKING } from '../../dev/audit/lacking.js';
import { MINTING_AUDIT } from '../../dev/audit/minting-audit.js';
import { proofsOf, type Trial } from '../../dev/audit/proof.js';
import { markdownOf, NO_PROOF } from '../../dev/audit/report.js';
import { THEIRS } from '../../dev/audit/theirs.js';

const root = join(import.meta.dirname, '../..');
/** As a title carries it, though not in these very words: this file shows no check. */
const tagged = (tag: string): string => `[${tag}]`;
const text = (path: string): string => readFileSync(join(root, path), 'utf8');
const checks = ({ sections }: Audit) => sections.flatMap(checksOf);
const known = [MINTING_AUDIT, BLOCKCHAIN_AUDIT].flatMap(checks).map(({ tag }) => tag);
const specs = ['apps', 'libs', 'dev', 'test'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.spec.ts'))
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`),
);
const written = JSON.parse(text('docs/audit.json')) as AuditResult[];
const trials = JSON.parse(text('docs/audit-mutants.json')) as Trial[];

describe('the lists', () => {
  it('hold the 52 and the 26 checks of the two audits, each once', () => {
    expect([checks(MINTING_AUDIT).length, checks(BLOCKCHAIN_AUDIT).length]).toEqual([52, 26]);
    expect(new Set(known).size).toBe(78);
  });

  it('know every id that the title of a test carries', () => {
    const carried = specs.flatMap((path) => tagsIn(text(path)).map((tag) => `${path}: ${tag}`));
    expect(carried.filter((one) => !known.includes(one.slice(one.indexOf(': ') + 2)))).toEqual([]);
  });
});

describe('docs/AUDIT.md', () => {
  it('equals docs/audit.json (npm run audit writes both)', () => {
    expect(text('docs/AUDIT.md')).toBe(markdownOf(written, proofsOf(trials)));
  });

  it('names for every check a guard without which it was seen to fail (npm run audit -- --mutate)', () => {
    const proofs = proofsOf(trials);
    expect(known.filter((tag) => !proofs.has(tag))).toEqual([]);
    expect(markdownOf(written, proofs)).not.toContain(NO_PROOF);
    expect(markdownOf(written, new Map())).toContain(NO_PROOF);
  });

  it('judges today’s checks, and passes only those with a tagged test', () => {
    expect(written.flatMap(verdictsOf).map(({ tag }) => tag)).toEqual(known);
    for (const { tag, result, shownBy } of written.flatMap(verdictsOf)) {
      expect([tag, result]).toEqual([tag, shownBy.length > 0 && shownBy.every(({ passed }) => passed) ? 'PASS' : 'FAIL']);
      for (const { file } of shownBy) expect([tag, file, text(file).includes(`[${tag}]`)]).toEqual([tag, file, true]);
    }
  });

  it('shows the checks on minting with compressed tickets too, apart from the scores', () => {
    const both = written.flatMap(verdictsOf).filter(({ compressed }) => compressed !== undefined);
    expect(both.map(({ id }) => id)).toEqual(['NM1', 'NM2', 'NM3', 'NM4', 'NM5', 'NM6', 'NM7', 'NM8']);
    for (const { tag, compressed, shownBy } of both) {
      expect([tag, compressed]).toEqual([tag, { result: 'PASS', shownBy: compressed?.shownBy }]);
      expect([tag, compressedVerdict(compressed?.shownBy ?? []).result]).toEqual([tag, 'PASS']);
      for (const { file, test } of compressed?.shownBy ?? []) {
        expect([tag, file, text(file).includes(`[${tag}]`)]).toEqual([tag, file, true]);
        expect(shownBy.filter((one) => one.file === file && one.test === test)).toEqual([]);
      }
    }
  });

  it('fails exactly the checks that are listed as lacking', () => {
    const failed = written.flatMap(verdictsOf).filter(({ result }) => result === 'FAIL');
    expect(failed.map(({ tag }) => tag)).toEqual(Object.keys(LACKING));
  });

  it('lists as lacking only checks without a test', () => {
    const carried = new Set(specs.flatMap((path) => tagsIn(text(path))));
    expect(Object.keys(LACKING).filter((tag) => carried.has(tag) || !known.includes(tag))).toEqual([]);
  });
});

describe('docs/audits-compared.md', () => {
  it('lists every check with its earlier verdicts and its evidence here', () => {
    const page = text('docs/audits-compared.md');
    expect(withComparison(page, written)).toBe(page);
    expect(known.filter((tag) => !page.includes(`| ${tag.split(' ')[1]} | `))).toEqual([]);
  });

  it('leaves no cell of a check empty', () => {
    const rows = text('docs/audits-compared.md')
      .split('\n')
      .filter((line) => /^\| [A-Z]+-?\d+ \|/.test(line));
    expect(rows.map((row) => row.split(' ')[1])).toEqual(known.map((tag) => tag.split(' ')[1]));
    const cells = (row: string): string[] =>
      row
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim());
    for (const row of rows)
      expect([row, cells(row).length, cells(row).filter((cell) => cell === '' || cell.endsWith(':'))]).toEqual([row, 4, []]);
  });

  it('knows a verdict of theirs for every check, and their counts', () => {
    const theirs = (audit: Audit) => checks(audit).map(({ id }) => THEIRS[id]?.[0]);
    expect([MINTING_AUDIT, BLOCKCHAIN_AUDIT].flatMap(theirs).filter((verdict) => verdict === undefined)).toEqual([]);
    const passed = (audit: Audit) => theirs(audit).filter((verdict) => verdict === 'PASS').length;
    expect([passed(MINTING_AUDIT), passed(BLOCKCHAIN_AUDIT)]).toEqual([16, 4]);
  });
});

describe('a check', () => {
  const audit: Audit = { service: 'minting', title: 'One', sections: [{ title: 'Keys', checks: [['IK4', 'means', 'guard']] }] };
  const ran = (...statuses: string[]): JestResults => ({
    testResults: [
      {
        name: 'test/a.spec.ts',
        assertionResults: statuses.map((status) => ({ fullName: `keys ${tagged('minting IK4')} replays`, title: 'replays', status })),
      },
    ],
  });
  const resultOf = (results: JestResults) => verdictsOf(judge(audit, showings(results, root)))[0]?.result;

  it.each([
    ['no test', ran(), 'FAIL'],
    ['a test that was skipped', ran('pending'), 'FAIL'],
    ['a test that failed', ran('failed'), 'FAIL'],
    ['one that passed and one that failed', ran('passed', 'failed'), 'FAIL'],
    ['a test that passed', ran('passed'), 'PASS'],
  ])('with %s is judged by that', (_, results, verdict) => {
    expect(resultOf(results)).toBe(verdict);
  });

  it.each([
    ['no test', [], 'FAIL'],
    ['a test that was skipped', ['pending'], 'SKIPPED'],
    ['one that passed and one that was skipped', ['passed', 'pending'], 'SKIPPED'],
    ['one that was skipped and one that failed', ['pending', 'failed'], 'FAIL'],
    ['tests that passed', ['passed', 'passed'], 'PASS'],
  ])('with compressed tickets and %s is judged by that, and is no part of the score', (_, statuses, verdict) => {
    const nm: Audit = { ...audit, sections: [{ title: 'Mints', checks: [['NM8', 'means', 'guard']] }] };
    const fullName = `[compressed] tickets ${tagged('minting NM8')} mints`;
    const testResults = [{ name: 'a.spec.ts', assertionResults: statuses.map((status) => ({ fullName, title: 'mints', status })) }];
    expect(verdictsOf(judge(nm, showings({ testResults }, root)))).toMatchObject([{ result: 'FAIL', compressed: { result: verdict } }]);
  });

  it('is not shown by a test that names another', () => {
    expect(tagsIn(`${tagged('minting IK40')} [L4] ${tagged('blockchain TP-9')} x`)).toEqual(['minting IK40', 'blockchain TP-9']);
    expect(
      resultOf({
        testResults: [{ name: 'a', assertionResults: [{ fullName: `${tagged('minting IK40')} x`, title: '', status: 'passed' }] }],
      }),
    ).toBe('FAIL');
  });
});
