import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tagsIn } from '../../dev/audit/check.js';
import { MUTANTS } from '../../dev/audit/mutants.js';

const root = join(import.meta.dirname, '../..');
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

it.each(MUTANTS)('knows where the guard stands: $guard', ({ file, from, to, check, spec }) => {
  expect(text(file).split(from)).toHaveLength(2);
  expect(to).not.toBe(from);
  expect(tagsIn(text(spec))).toContain(check);
});

it('leaves guards out on the way into the gate alone: what ships and what `npm test` runs has never heard of it', () => {
  const shipped = ['apps', 'libs'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => join(folder, path)),
  );
  expect(shipped.length).toBeGreaterThan(100);
  const knows = (path: string): boolean => /audit-mutant|audit\/mutants/.test(text(path));
  expect([...shipped, 'jest.config.json', 'Dockerfile', '.ci/run', 'tsconfig.build.json'].filter(knows)).toEqual([]);
});
