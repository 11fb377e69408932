import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const root = join(import.meta.dirname, '..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');
const { scripts, bin } = JSON.parse(text('package.json')) as { scripts: Record<string, string>; bin: Record<string, string> };
const decisions = readdirSync(join(root, 'docs/decisions')).filter((name) => name.endsWith('.md'));
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'deploy/README.md',
  'docs/operations.md',
  ...decisions.map((name) => `docs/decisions/${name}`),
];

const guarantees = (/^## Guarantees$([\s\S]*?)^## /m.exec(text('README.md'))?.[1] ?? '')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| promise'));

/** Decisions up to this one were written in five lines; later ones in the three parts of an architecture decision record. */
const LAST_OF_FIVE_LINES = '0041';
const FIVE_LINES = ['Context', 'Choice', 'Instead of', 'Price', 'Undo when'];
const PARTS = ['Context', 'Decision', 'Consequences'];

describe('the front door', () => {
  it.each(pages)('leads somewhere with every link of %s', (page) => {
    const links = [...text(page).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map((found) =>
      posix.join(posix.dirname(page), found[1] ?? ''),
    );
    expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it.each(pages)('knows every npm script that %s names', (page) => {
    const named = [...text(page).matchAll(/\bnpm (?:run )?([a-z][a-z:-]*)/g)].map((found) => found[1] ?? '');
    expect(named.filter((name) => !['install', 'ci'].includes(name) && scripts[name] === undefined)).toEqual([]);
  });

  it('names for every guarantee a test that is there', () => {
    expect(guarantees.length).toBeGreaterThan(2);
    expect(guarantees.filter((row) => !/\]\([^)]+\.spec\.ts\) \|$/.test(row))).toEqual([]);
  });

  it('ships the two commands and a program called admit', () => {
    expect([scripts.start, scripts.test]).toEqual([expect.any(String), expect.any(String)]);
    expect(bin.admit).toBe('dist/apps/cli/src/main.js');
  });

  it('numbers decisions without a gap, each with the parts that a reader looks for', () => {
    const records = decisions.filter((name) => name !== 'README.md').sort();
    expect(records.map((name) => name.slice(0, 5))).toEqual(records.map((_, index) => `${String(index + 1).padStart(4, '0')}-`));
    for (const name of records) {
      const parts = name <= LAST_OF_FIVE_LINES ? FIVE_LINES : PARTS;
      expect([name, parts.filter((part) => !text(`docs/decisions/${name}`).includes(`**${part}.**`))]).toEqual([name, []]);
    }
  });
});
