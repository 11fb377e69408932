import { compressedTag } from './check.js';
import { type AuditResult, type CompressedShowing, scoreOf, type Verdict, verdictsOf } from './evidence.js';
import { LACKING } from './lacking.js';

/** The last column of a check that was not seen to fail. */
export const NO_PROOF = '**nothing yet**';
/** Tests named for each check; the others are counted. */
const NAMED_TESTS = 3;

/** By check: the guards without which a test of it failed. */
type Proofs = ReadonlyMap<string, readonly string[]>;

/** docs/AUDIT.md, in the form of the two audits. It holds no date and no place, so it changes only when a result changes. */
export function markdownOf(results: readonly AuditResult[], proofs: Proofs): string {
  const head = [
    '# The idempotency audits, executed',
    '',
    'Written by `npm run audit` from the results of the tests that carry the id of a check in their title. A check that no executed test shows is FAIL.',
    'The last column names the guards whose absence made a test of the check fail ([the gate](audit-mutants.md), written by `npm run audit -- --mutate`).',
    'What the checks mean here, and where this service does otherwise than the audits advised, is in [the audits compared](audits-compared.md).',
    '',
    '| Audit | Passed | Score |',
    '|---|---|---|',
    ...results.map((result) => {
      const { passed, checks, score } = scoreOf(verdictsOf(result));
      return `| ${result.title} | ${passed}/${checks} | **${score}/100** |`;
    }),
  ];
  return `${[...head, ...results.flatMap((result) => auditLines(result, proofs)), ...kindLines(results, proofs)].join('\n')}\n`;
}

const ofBothKinds = (results: readonly AuditResult[]) =>
  results.flatMap(verdictsOf).flatMap(({ compressed, ...verdict }) => (compressed === undefined ? [] : [{ ...verdict, compressed }]));

/** The checks on minting for each kind of asset: the scores above count Token-2022. */
function kindLines(results: readonly AuditResult[], proofs: Proofs): string[] {
  return [
    '',
    '## Minting, by kind of asset',
    '',
    'Compressed tickets are minted with the programs of Solana, which are not part of this repository. A check with a test that was skipped is SKIPPED.',
    '',
    '| Check | Means | Token-2022 | Compressed | Shown with compressed tickets by | Seen to fail without |',
    '|---|---|---|---|---|---|',
    ...ofBothKinds(results).map(({ id, means, result, tag, compressed }) => {
      const proven = (proofs.get(compressedTag(tag)) ?? []).map(nameOf).map(cell).join('; ');
      return `| ${id} | ${cell(means)} | ${result} | ${compressed.result} | ${shownCell(compressed.shownBy)} | ${proven} |`;
    }),
  ];
}

function auditLines(result: AuditResult, proofs: Proofs): string[] {
  const { passed, checks, score } = scoreOf(verdictsOf(result));
  return [
    '',
    `## ${result.title}`,
    '',
    `**Pass Rate:** ${score}% (${passed}/${checks} applicable checks)`,
    ...result.sections.flatMap(({ title, checks: verdicts }) => {
      const section = scoreOf(verdicts);
      return [
        '',
        `### ${title} (${section.passed}/${section.checks})`,
        '',
        '| Check | | Means | Shown by | Guarded by | Seen to fail without |',
        '|---|---|---|---|---|---|',
        ...verdicts.map((verdict) => verdictLine(verdict, proofs.get(verdict.tag) ?? [])),
      ];
    }),
    '',
    `Idempotency Score: ${score}/100`,
  ];
}

function verdictLine({ tag, id, means, guard, result, shownBy }: Verdict, proofs: readonly string[]): string {
  const shown = shownBy.length === 0 ? cell(reasonOf(tag)) : shownCell(shownBy);
  const proven = proofs.length === 0 ? NO_PROOF : proofs.map(nameOf).map(cell).join('; ');
  return `| ${id} | ${result} | ${cell(means)} | ${shown} | ${cell(guard)} | ${proven} |`;
}

/** Failed and skipped tests first. Of the others, one test from each file before a second from any file. */
function shownCell(shownBy: readonly CompressedShowing[]): string {
  const failed = shownBy.filter(({ passed }) => !passed);
  const ofFiles = shownBy.filter(({ file, passed }, index) => passed && shownBy.findIndex((other) => other.file === file) === index);
  const rest = shownBy.filter((one) => one.passed && !ofFiles.includes(one));
  const named = [...failed, ...ofFiles, ...rest].slice(0, NAMED_TESTS);
  const lines = named.map(
    ({ test, file, passed, skipped }) =>
      `${passed ? '' : skipped ? '**skipped:** ' : '**failed:** '}${cell(test)} ([${file.split('/').at(-1)}](../${file}))`,
  );
  const more = shownBy.length - named.length;
  return [...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('<br>');
}

/** The guard's name: its title up to the colon; the rest says what happens without it. */
const nameOf = (guard: string): string => guard.split(':')[0] ?? guard;

const reasonOf = (tag: string): string => `no executed test: ${LACKING[tag] ?? 'not shown yet'}`;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll('\n', ' ');

/** docs/audit.json: the same results for programs. */
export const jsonOf = (results: readonly AuditResult[]): string =>
  `${JSON.stringify(
    results.map((result) => ({ ...result, ...scoreOf(verdictsOf(result)) })),
    undefined,
    2,
  )}\n`;

/** For the terminal: one line for each check. */
export function tableOf(result: AuditResult): string {
  const { passed, checks, score } = scoreOf(verdictsOf(result));
  const lines = result.sections.flatMap(({ title, checks: verdicts }) => {
    const section = scoreOf(verdicts);
    return ['', `${title} (${section.passed}/${section.checks})`, ...verdicts.map(terminalLine)];
  });
  return [result.title, ...lines, '', `Idempotency Score: ${score}/100 (${passed}/${checks})`, ''].join('\n');
}

function terminalLine({ tag, id, means, result, shownBy }: Verdict): string {
  const failed = shownBy.find(({ passed }) => !passed);
  const why = shownBy.length === 0 ? reasonOf(tag) : failed === undefined ? filesOf(shownBy) : `failed: ${failed.test} (${failed.file})`;
  return `  ${result}  ${id.padEnd(5)}  ${means}\n               ${why}`;
}

/** For the terminal: the checks on minting with compressed tickets. */
export const compressedTableOf = (results: readonly AuditResult[]): string =>
  [
    'Minting compressed tickets (no part of the scores)',
    ...ofBothKinds(results).map(({ id, means, compressed: { result, shownBy } }) => {
      const skipped = shownBy.filter((one) => one.skipped === true).length;
      const why = shownBy.length === 0 ? 'no test' : `${filesOf(shownBy)}${skipped === 0 ? '' : `, ${skipped} skipped`}`;
      return `  ${result.padEnd(7)}  ${id.padEnd(5)}  ${means}\n                  ${why}`;
    }),
    '',
  ].join('\n');

/** False where a check with compressed tickets is FAIL. SKIPPED is not. */
export const noCompressedFails = (results: readonly AuditResult[]): boolean =>
  ofBothKinds(results).every(({ compressed }) => compressed.result !== 'FAIL');

const filesOf = (shownBy: readonly CompressedShowing[]): string => {
  const files = [...new Set(shownBy.map(({ file }) => file))];
  return `${shownBy.length} test${shownBy.length === 1 ? '' : 's'}: ${files.join(', ')}`;
};
