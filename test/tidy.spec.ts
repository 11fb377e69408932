import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { banRules } from './tidy/bans.js';
import { circlesIn } from './tidy/circles.js';
import { floorRules, shippedPackagesOnly } from './tidy/floors.js';
import { nameRules } from './tidy/names.js';
import { sizeRules } from './tidy/sizes.js';
import { type Rule, readTree, said } from './tidy/source.js';
import { traceRules } from './tidy/traces.js';
import { wordRules } from './tidy/words.js';

const root = join(import.meta.dirname, '..');
const dependencies = Object.keys((JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: object }).dependencies);
const rules: readonly Rule[] = [
  ...floorRules,
  shippedPackagesOnly(dependencies),
  ...sizeRules,
  ...banRules,
  ...nameRules,
  ...traceRules,
  ...wordRules,
];
const tree = readTree(root);

describe('the tree', () => {
  it.each(rules)('$title', ({ slips }) => {
    expect(tree.flatMap(slips).map(said)).toEqual([]);
  });
});

describe('imports', () => {
  it('never run in a circle: of two files that need each other one is in the wrong place, or a third is missing', () => {
    expect(circlesIn(tree)).toEqual([]);
  });

  it('are found to run in a circle over any number of files, by type or value, and once', () => {
    const file = (path: string, ...imports: string[]) => ({
      path: `apps/x/${path}.ts`,
      text: imports.map((from) => `import './${from}.js';`).join('\n'),
    });
    const byType = { path: 'apps/x/c.ts', text: "import type { A } from './a.js'; export const c = 1;" };
    expect(circlesIn([file('a', 'b', 'd'), file('b', 'c', 'd'), byType, file('d')])).toEqual([
      'apps/x/a.ts → apps/x/b.ts → apps/x/c.ts → apps/x/a.ts',
    ]);
    expect(circlesIn([file('a', 'a')])).toEqual(['apps/x/a.ts → apps/x/a.ts']);
    expect(circlesIn([file('a', 'b', 'd'), file('b', 'd'), file('d')])).toEqual([]);
  });
});

describe('a rule that can fail', () => {
  it.each(rules)('$title: complains of an offender and spares the innocent', ({ slips, offenders, innocent }) => {
    for (const offender of offenders) expect([offender.text, slips(offender).length]).not.toEqual([offender.text, 0]);
    for (const source of innocent) expect(slips(source).map(said)).toEqual([]);
  });

  it('reads the whole tree, with the files every rule is about', () => {
    const paths = tree.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['package.json', 'package-lock.json', 'test/tidy.spec.ts', 'libs/shared/src/kernel/ids.ts', '.ci/run']),
    );
    expect(paths.filter((path) => /node_modules|dist\//.test(path))).toEqual([]);
  });
});
