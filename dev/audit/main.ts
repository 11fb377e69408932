import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BLOCKCHAIN_AUDIT } from './blockchain-audit.js';
import { tagsIn } from './check.js';
import { type JestResults, judge, scoreOf, showings, verdictsOf } from './evidence.js';
import { MINTING_AUDIT } from './minting-audit.js';
import { jsonOf, markdownOf, tableOf } from './report.js';

/** Runs the tests that show a check, or reads the results of a run (`--from results.json`); writes docs/AUDIT.md and docs/audit.json. */

const ROOTS = ['apps', 'libs', 'dev', 'test'];

/** Whole files, not single tests: some tests of a file stand on the ones before them. */
function showingFiles(): string[] {
  const files = ROOTS.flatMap((root) => readdirSync(root, { recursive: true, encoding: 'utf8' }).map((path) => join(root, path)));
  return files.filter((path) => path.endsWith('.spec.ts') && tagsIn(readFileSync(path, 'utf8')).length > 0).sort();
}

function run(): JestResults {
  const folder = mkdtempSync(join(tmpdir(), 'admit-audit-'));
  const out = join(folder, 'results.json');
  const flags = ['--disable-warning=ExperimentalWarning', '--experimental-vm-modules'];
  const jest = [join('node_modules', 'jest', 'bin', 'jest.js'), '--json', '--outputFile', out, '--runTestsByPath'];
  try {
    spawnSync(process.execPath, [...flags, ...jest, ...showingFiles()], { stdio: ['ignore', 'ignore', 'inherit'] });
    return read(out); // a failed test is a result like any other; a run without results throws here
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const read = (path: string): JestResults => JSON.parse(readFileSync(path, 'utf8')) as JestResults;

const from = process.argv.indexOf('--from');
const shown = showings(from < 0 ? run() : read(process.argv[from + 1] ?? ''), process.cwd());
const results = [MINTING_AUDIT, BLOCKCHAIN_AUDIT].map((audit) => judge(audit, shown));
writeFileSync('docs/AUDIT.md', markdownOf(results));
writeFileSync('docs/audit.json', jsonOf(results));
for (const result of results) console.log(tableOf(result));
process.exitCode = results.every((result) => scoreOf(verdictsOf(result)).score === 100) ? 0 : 1;
