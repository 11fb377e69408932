import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BLOCKCHAIN_AUDIT } from '../../dev/audit/blockchain-audit.js';
import { checksOf, guardedIn } from '../../dev/audit/check.js';
import type { JestResults } from '../../dev/audit/evidence.js';
import { MINTING_AUDIT } from '../../dev/audit/minting-audit.js';
import type { Mutant } from '../../dev/audit/mutant.js';
import { MUTANTS } from '../../dev/audit/mutants.js';
import { tryMutants } from '../../dev/audit/mutate.js';
import { gateOf, judged, mutantsMarkdown, type Trial } from '../../dev/audit/proof.js';

const root = join(import.meta.dirname, '../..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');
const audits = [MINTING_AUDIT, BLOCKCHAIN_AUDIT];
/** As a title carries it, though not in these very words: this file shows no check. */
const tagged = (tag: string): string => `[${tag}]`;

/** `compressed NM8` is carried by a test `[minting NM8]` in a suite of compressed tickets. */
const carried = (tag: string): string => tag.replace(/^compressed (L)?/, (_, law) => law ?? 'minting ');
const runsCompressed = (spec: string): boolean => /\[compressed\]|withPrograms\(|eachAsset\(/.test(spec);
const tagsOf = (spec: string): readonly string[] => guardedIn(spec.replaceAll('[compressed]', ''));

it.each(MUTANTS)('finds the guard in its file, and its tests: $guard', ({ file, from, to, checks, specs, tests = [] }) => {
  expect([file, text(file).split(from).length - 1]).toEqual([file, 1]);
  expect(to).not.toBe(from);
  const shown = specs.map(text);
  expect(tagsOf(shown.join(''))).toEqual(expect.arrayContaining(checks.map(carried)));
  for (const spec of shown) expect(tagsOf(spec).some((tag) => checks.map(carried).includes(tag))).toBe(true);
  if (checks.some((check) => check.startsWith('compressed '))) expect(shown.filter((spec) => !runsCompressed(spec))).toEqual([]);
  expect(tests.filter((words) => !shown.some((spec) => spec.includes(words)))).toEqual([]);
});

it('removes guards only in the gate: shipped code and `npm test` do not know the mechanism', () => {
  const shipped = ['apps', 'libs'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => join(folder, path)),
  );
  expect(shipped.length).toBeGreaterThan(100);
  const knows = (path: string): boolean => /audit-mutant|audit\/mutants/.test(text(path));
  expect([...shipped, 'jest.config.json', 'Dockerfile', '.ci/run', 'tsconfig.build.json'].filter(knows)).toEqual([]);
});

it('has a guard for every check, and each guard once', () => {
  const guarded = MUTANTS.flatMap(({ checks }) => checks);
  const tags = audits.flatMap(({ sections }) => sections.flatMap(checksOf)).map(({ tag }) => tag);
  expect(tags.filter((tag) => !guarded.includes(tag))).toEqual([]);
  expect(new Set(MUTANTS.map(({ guard }) => guard)).size).toBe(MUTANTS.length);
});

describe('docs/audit-mutants.md', () => {
  const trials = JSON.parse(text('docs/audit-mutants.json')) as Trial[];

  it('equals docs/audit-mutants.json: every current guard was removed, and caught (npm run audit -- --mutate)', () => {
    const tried = ({ guard, file, specs, failed }: Trial) => ({ guard, file, specs, checks: failed.map(({ check }) => check) });
    expect(trials.map(tried)).toEqual(MUTANTS.map(({ guard, file, specs, checks }) => ({ guard, file, specs, checks })));
    expect(gateOf(trials, audits)).toEqual({ guards: MUTANTS.length, caught: MUTANTS.length, checks: 78, unguarded: [] });
    expect(text('docs/audit-mutants.md')).toBe(mutantsMarkdown(trials, audits));
  });
});

describe('a guard', () => {
  const mutant: Mutant = {
    guard: 'a guard',
    file: 'a.ts',
    from: 'a',
    to: 'b',
    checks: ['minting IK4', 'minting IK7'],
    specs: ['a.spec.ts'],
  };
  const ran = (...tests: readonly (readonly [title: string, status: string])[]): JestResults => ({
    testResults: [{ name: 'a.spec.ts', assertionResults: tests.map(([title, status]) => ({ fullName: `keys ${title}`, title, status })) }],
  });
  const [replays, blocks] = [`${tagged('minting IK4')} replays`, `${tagged('minting IK7')} blocks`];

  it.each([
    [
      'caught when a test of each of its checks fails and another test passes',
      [
        [replays, 'failed'],
        [blocks, 'failed'],
        ['sells', 'passed'],
      ],
      undefined,
    ],
    [
      'missed when a check of it has no test that fails',
      [
        [replays, 'failed'],
        [blocks, 'passed'],
      ],
      'nothing failed of minting IK7',
    ],
    [
      'missed when only a test of no check fails',
      [
        [replays, 'passed'],
        [blocks, 'passed'],
        ['sells', 'failed'],
      ],
      'nothing failed of minting IK4, minting IK7',
    ],
    [
      'missed when nothing passes any more',
      [
        [replays, 'failed'],
        [blocks, 'failed'],
      ],
      'no test passed: it breaks more than its guard',
    ],
    [
      'missed when its tests did not run',
      [
        [replays, 'pending'],
        ['sells', 'passed'],
      ],
      'nothing failed of minting IK4, minting IK7',
    ],
  ] as const)('is %s', (_, tests, missed) => {
    const trial = judged(mutant, ran(...tests));
    expect(trial.missed).toBe(missed);
    expect(gateOf([trial], audits).caught).toBe(missed === undefined ? 1 : 0);
  });

  it('is shown by the same tests in the same order, whichever of its files jest runs first', () => {
    const [here, there] = [
      ran([replays, 'failed'], ['sells', 'passed']),
      ran([`${tagged('minting IK4')} again`, 'failed'], [blocks, 'failed']),
    ];
    const files = [here, { testResults: there.testResults.map((file) => ({ ...file, name: `${root}/b.spec.ts` })) }];
    const two = { ...mutant, specs: ['a.spec.ts', 'b.spec.ts'] };
    const [first, second] = [files, files.toReversed()].map((order) =>
      judged(two, { testResults: order.flatMap(({ testResults }) => testResults) }),
    );
    expect(first?.failed).toEqual([
      { check: 'minting IK4', tests: ['replays', 'again'] },
      { check: 'minting IK7', tests: ['blocks'] },
    ]);
    expect(second).toEqual(first);
  });

  it('is missed, not passed over, when it does not stand in its file any more', async () => {
    const moved = { ...mutant, file: 'dev/audit/mutant.ts', from: 'words that stand nowhere in that file' };
    const reported: Trial[] = [];
    const [trial] = await tryMutants([moved], (one) => reported.push(one));
    expect(trial?.missed).toBe('the guard does not stand in its file any more');
    expect(reported).toEqual([trial]);
  });

  it('is not enough for the gate: a check that none was seen to hold is named', () => {
    const { checks, unguarded } = gateOf([judged(mutant, ran([replays, 'failed'], [blocks, 'passed']))], audits);
    expect(unguarded).toHaveLength(checks - 1);
    expect(unguarded).toContain('minting IK7');
    expect(unguarded).not.toContain('minting IK4');
  });
});
