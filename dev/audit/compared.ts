import { BLOCKCHAIN_AUDIT } from './blockchain-audit.js';
import { type Audit, checksOf } from './check.js';
import { type AuditResult, verdictsOf } from './evidence.js';
import { MINTING_AUDIT } from './minting-audit.js';
import { THEIRS } from './theirs.js';

const BEGIN = '<!-- written by npm run audit: from here -->';
const END = '<!-- to here -->';

/** Regenerates the list of checks in docs/audits-compared.md and keeps all other text. */
export function withComparison(page: string, results: readonly AuditResult[]): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`docs/audits-compared.md has no place between "${BEGIN}" and "${END}"`);
  return [before, BEGIN, '\n', comparison(results), END, after].join('');
}

function comparison(results: readonly AuditResult[]): string {
  const ours = new Map(results.flatMap(verdictsOf).map(({ tag, result }) => [tag, result]));
  const lines = [MINTING_AUDIT, BLOCKCHAIN_AUDIT].flatMap((audit) => tableOf(audit, ours));
  return `${lines.join('\n')}\n`;
}

function tableOf({ title, sections }: Audit, ours: ReadonlyMap<string, string>): string[] {
  const checks = sections.flatMap(checksOf).map(({ tag, id, means, guard }) => {
    const [verdict, said] = THEIRS[id] ?? ['not listed', ''];
    return `| ${id} | ${means} | ${verdict}: ${said} | ${ours.get(tag) ?? 'FAIL'}: ${guard.replaceAll('<', '&lt;')} |`;
  });
  return ['', `### ${title}`, '', '| Check | Means | Theirs | Here, and what holds it |', '|---|---|---|---|', ...checks, ''];
}
