import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../dev/processes/temporary.js';

const root = join(import.meta.dirname, '..');
const folder = temporaryFolder('ci-run');
afterAll(() => folder.remove());

/** In the place of npm: says what it was asked, leaves results, and fails where it is told to. */
const NPM = `#!/bin/sh
echo "asked: npm $*"
for argument in "$@"; do case "$argument" in --outputFile=*) [ "$1 $2" = "test --" ] && [ -z "$HUNG" ] && echo '{}' >"\${argument#--outputFile=}";; esac; done
if [ "$1" = test ] && [ -z "$HUNG" ]; then echo '7 passed, 0 failed'; fi
if [ "$1" = test ] && [ -n "$HUNG" ]; then exit 1; fi
if [ "$2" = "$BREAKS" ]; then exit 1; fi
exit 0
`;

function runs(more: Readonly<Record<string, string>> = {}): {
  readonly code: number | null;
  readonly last: string;
  readonly asked: string[];
} {
  const npm = join(folder.path, 'npm');
  writeFileSync(npm, NPM);
  chmodSync(npm, 0o755);
  const env = { PATH: `${folder.path}:/usr/bin:/bin`, TMPDIR: folder.path, ...more };
  const { status, stdout } = spawnSync('bash', [join(root, '.ci/run')], { env, encoding: 'utf8' });
  const lines = stdout.trim().split('\n');
  return { code: status, last: lines.at(-1) ?? '', asked: lines.flatMap((line) => /^asked: npm (?:run )?(\w+)/.exec(line)?.[1] ?? []) };
}

it('runs the tests once, judges the audits by that very run, and then looks at lint and types', () => {
  expect(runs()).toEqual({ code: 0, last: '7 passed, 0 failed', asked: ['test', 'audit', 'lint', 'typecheck'] });
});

it.each(['audit', 'lint', 'typecheck'])('fails where %s does, and counts it', (what) => {
  expect(runs({ BREAKS: what })).toMatchObject({ code: 1, last: '7 passed, 1 failed' });
});

it('counts a run without a tally, and audits nothing then', () => {
  expect(runs({ HUNG: '1' })).toEqual({ code: 1, last: '0 passed, 1 failed', asked: ['test', 'lint', 'typecheck'] });
});
