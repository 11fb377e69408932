import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../dev/processes/temporary.js';

const root = join(import.meta.dirname, '..');
const folder = temporaryFolder('ci-run');
afterAll(() => folder.remove());

/** Replaces npm (and apt-get, which installs nothing): prints its arguments, writes results, and fails where its settings ask for it. */
const NPM = `#!/bin/sh
echo "asked: npm $*"
case "$1 $2" in 'test --') run=test count=7;; 'run test:long') run=test:long count=3;; *) run=;; esac
if [ -n "$run" ]; then
  if [ "$HUNG" = "$run" ]; then exit 1; fi
  for argument in "$@"; do case "$argument" in --outputFile=*) echo '{}' >"\${argument#--outputFile=}";; esac; done
  if [ "$BREAKS" = "$run" ]; then echo "$count passed, 2 failed"; exit 1; fi
  echo "$count passed, 0 failed"
fi
if [ "$2" = "$BREAKS" ]; then exit 1; fi
exit 0
`;

function runs(more: Readonly<Record<string, string>> = {}): {
  readonly code: number | null;
  readonly last: string;
  readonly asked: string[];
} {
  for (const [name, text] of Object.entries({ npm: NPM, 'apt-get': '#!/bin/sh\n' })) {
    const program = join(folder.path, name);
    writeFileSync(program, text);
    chmodSync(program, 0o755);
  }
  const env = { PATH: `${folder.path}:/usr/bin:/bin`, TMPDIR: folder.path, ...more };
  const { status, stdout } = spawnSync('bash', [join(root, '.ci/run')], { env, encoding: 'utf8' });
  const lines = stdout.trim().split('\n');
  return { code: status, last: lines.at(-1) ?? '', asked: lines.flatMap((line) => /^asked: npm (?:run )?([\w:]+)/.exec(line)?.[1] ?? []) };
}

it('runs the tests once, then the long ones, judges the audits by these runs, then checks lint and types', () => {
  expect(runs()).toEqual({ code: 0, last: '10 passed, 0 failed', asked: ['test', 'test:long', 'audit', 'lint', 'typecheck'] });
});

it.each(['audit', 'lint', 'typecheck'])('fails if %s does, and counts it', (what) => {
  expect(runs({ BREAKS: what })).toMatchObject({ code: 1, last: '10 passed, 1 failed' });
});

it.each(['test', 'test:long'])('adds up what passed and failed when tests of %s fail', (what) => {
  expect(runs({ BREAKS: what })).toMatchObject({ code: 1, last: '10 passed, 2 failed' });
});

it.each([
  ['test', '3 passed, 1 failed'],
  ['test:long', '7 passed, 1 failed'],
])('counts a run of %s without a tally, and audits nothing then', (what, last) => {
  expect(runs({ HUNG: what })).toEqual({ code: 1, last, asked: ['test', 'test:long', 'lint', 'typecheck'] });
});
