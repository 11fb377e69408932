import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

const root = join(import.meta.dirname, '..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');
const { scripts, bin } = JSON.parse(text('package.json')) as { scripts: Record<string, string>; bin: Record<string, string> };
const { roots } = JSON.parse(text('jest.config.json')) as { roots: string[] };
const markdownIn = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
const decisions = markdownIn('docs/decisions').filter((path) => !path.endsWith('README.md'));
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'CODE_OF_CONDUCT.md',
  'deploy/README.md',
  'deploy/kubernetes/README.md',
  'libs/client/README.md',
  'examples/README.md',
  ...markdownIn('docs'),
  ...markdownIn('docs/decisions'),
];

const README_LINES = 150; // what a reader accepts before deciding to continue
const DECISION_WORDS = 250;
const TITLE_WORDS = { from: 5, to: 9 };
const PARTS = ['Context', 'Decision', 'Consequences'];

/** The anchor that GitHub gives to a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(/\s/g, '-');
const anchorsIn = (page: string): string[] => [...text(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

const rowsOf = (section: string): string[] => section.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| promise'));
/** Rows of the table by the anchor of their section. */
const guarantees = new Map(
  text('docs/guarantees.md')
    .split(/^## /m)
    .slice(1)
    .map((section) => [anchorOf(section.split('\n')[0] ?? ''), rowsOf(section)]),
);
const rows = [...guarantees.values()].flat();
const specsOf = (row: string): string[] => [...row.matchAll(/\]\(\.\.\/([^)]+\.spec\.ts)\)/g)].map(([, spec = '']) => spec);
const promised = /^## Guarantees$([\s\S]*?)^## /m.exec(text('README.md'))?.[1] ?? '';

describe('the front door', () => {
  it.each(pages)('has a target for every link of %s', (page) => {
    const links = [...text(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(([, path = '', anchor]) => ({
      path: path === '' ? page : posix.join(posix.dirname(page), path),
      anchor,
    }));
    const broken = links.filter(
      ({ path, anchor }) =>
        !existsSync(join(root, path)) || (anchor !== undefined && path.endsWith('.md') && !anchorsIn(path).includes(anchor)),
    );
    expect(broken).toEqual([]);
  });

  it.each(pages)('has every npm script that %s names', (page) => {
    const named = [...text(page).matchAll(/\bnpm (?:run )?([a-z](?:[a-z:-]*[a-z])?)/g)].map((found) => found[1] ?? '');
    expect(named.filter((name) => !['install', 'ci', 'publish'].includes(name) && scripts[name] === undefined)).toEqual([]);
  });

  it('fits README on a few screens', () => {
    expect(text('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(README_LINES);
  });

  it('names for every guarantee tests that exist and that the two test commands run', () => {
    const run = new RegExp(`^(?:${roots.map((path) => path.replace('<rootDir>/', '')).join('|')})/`);
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.filter((row) => !/\]\([^)]+\.spec\.ts\) \|$/.test(row))).toEqual([]);
    expect(rows.flatMap(specsOf).filter((spec) => !existsSync(join(root, spec)) || !run.test(spec))).toEqual([]);
    expect([scripts.test, scripts['test:long']]).toEqual([
      expect.stringMatching(/scripts\/test\.mjs$/),
      expect.stringMatching(/scripts\/test\.mjs --long$/),
    ]);
  });

  it('has ten promises in README, each with a link to rows of the table', () => {
    const numbered = [...promised.matchAll(/\((\d+)\) \[[^\]]+\]\(docs\/guarantees\.md#([^)]+)\)/g)];
    expect(numbered.map(([, number]) => Number(number))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const linked = [...promised.matchAll(/guarantees\.md#([^)]+)\)/g)].map(([, anchor = '']) => anchor);
    expect(linked.filter((anchor) => (guarantees.get(anchor) ?? []).length === 0)).toEqual([]);
  });

  it('ships the two commands and a program called admit', () => {
    expect([scripts.start, scripts.test]).toEqual([expect.any(String), expect.any(String)]);
    expect(bin.admit).toBe('dist/apps/cli/src/main.js');
  });
});

describe('the way of one order in docs/architecture.md', () => {
  const MOST_FILES = 70;
  const MOST_LINES = 6_500; // a day's reading for a newcomer
  const listed = [...text('docs/architecture.md').matchAll(/^\d+\. \[([^\]]+)\]\(\.\.\/([^)]+)\): (.+)$/gm)].map(
    ([, path = '', target, job = '']) => ({
      path,
      target,
      job,
    }),
  );
  const paths = listed.map(({ path }) => path);
  const importsOf = (path: string): string[] =>
    [...text(path).matchAll(/^(?:import|export)\s[^;]*?from '([^']+)\.js'/gms)]
      .map(([, from = '']) =>
        from.startsWith('#shared/') ? from.replace('#shared', 'libs/shared/src') : posix.join(posix.dirname(path), from),
      )
      .map((from) => `${from}.ts`)
      .filter((from) => existsSync(join(root, from)));

  /** All files that these import, directly or not. */
  function reachedFrom(path: string, reached: Set<string>): void {
    for (const next of importsOf(path)) {
      if (reached.has(next)) continue;
      reached.add(next);
      reachedFrom(next, reached);
    }
  }

  it('names files that exist, once each, with their job', () => {
    expect(listed.filter(({ path, target, job }) => path !== target || job.length < 10)).toEqual([]);
    expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    expect(new Set(paths).size).toBe(paths.length);
  });

  it('is short, and enters no folder twice', () => {
    const folders = paths.map(posix.dirname).filter((folder, at, all) => folder !== all[at - 1]);
    expect(folders.filter((folder, at) => folders.indexOf(folder) !== at)).toEqual([]);
    expect(paths.length).toBeLessThanOrEqual(MOST_FILES);
    expect(paths.reduce((lines, path) => lines + text(path).trimEnd().split('\n').length, 0)).toBeLessThanOrEqual(MOST_LINES);
  });

  it('leads from the two processes to each file by imports of earlier ones', () => {
    const reached = new Set<string>();
    const isProcess = (path: string): boolean => /^apps\/[a-z]+\/src\/main\.ts$/.test(path);
    const unreached = paths.filter((path) => {
      const missing = !reached.has(path) && !isProcess(path);
      reachedFrom(path, reached);
      return missing;
    });
    expect(unreached).toEqual([]);
    expect(paths.filter(isProcess)).toEqual(['apps/purchase/src/main.ts', 'apps/ledger/src/main.ts']);
  });

  it('contains what places an order, appends it, and writes its row', () => {
    for (const job of ['place-order.ts', 'jetstream-event-store.ts', 'ledger-poster.ts', 'write-change-set.ts'])
      expect(paths.filter((path) => path.endsWith(`/${job}`))).toHaveLength(1);
  });
});

describe('decisions', () => {
  it('are numbered without a gap', () => {
    const numbers = decisions.map((path) => posix.basename(path).slice(0, 5)).sort();
    expect(numbers).toEqual(numbers.map((_, index) => `${String(index + 1).padStart(4, '0')}-`));
  });

  it('are listed, each with its title', () => {
    const titles = decisions.map((path) => `- [${text(path).split('\n', 1)[0]?.slice(2)}](${posix.basename(path)})`);
    expect(
      text('docs/decisions/README.md')
        .split('\n')
        .filter((line) => line.startsWith('- ')),
    ).toEqual(titles.sort());
  });

  it.each(decisions)('%s has a title of five to nine words, its three parts, and few words', (path) => {
    const page = text(path);
    const [heading = ''] = page.split('\n');
    const [, number, title = ''] = /^# (\d{4}) (.+)$/.exec(heading) ?? [];
    const words = title.split(/\s+/).length;
    expect({ words, enough: words >= TITLE_WORDS.from && words <= TITLE_WORDS.to }).toEqual({ words, enough: true });
    expect(posix.basename(path, '.md')).toBe(`${number}-${anchorOf(title.replaceAll('/', ' '))}`);
    expect(PARTS.filter((part) => !page.includes(`**${part}.**`))).toEqual([]);
    expect(page.split(/\s+/).length).toBeLessThanOrEqual(DECISION_WORDS);
  });
});
