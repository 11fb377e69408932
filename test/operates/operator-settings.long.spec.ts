import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../dev/processes/project.js';
import type { Ran } from '../harness/admit.js';
import { Stage } from '../stages/stage.js';

const stage = Stage.forTests();
const folder = stage.folder('operator-settings');
const path = join('.admit', 'env', 'operator.env');
const NOWHERE = 'NATS_URL=nats://127.0.0.1:1';
/** It reads the settings, and then an absent folder. */
const ASKS_NOBODY = ['replay', '--from-backup', 'nothing'];
const NO_BACKUP = /^configuration: .*nothing holds no backup/;

/** In the folder of a stack, as its operator. */
function admit(args: readonly string[], settings: Readonly<Record<string, string>> = {}): Promise<Ran> {
  const main = join(projectFolder(), 'dist', 'apps', 'cli', 'src', 'main.js');
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args], { cwd: folder, env: { PATH: process.env.PATH, ...settings } }, (thrown, out, error) => {
      resolve({ code: thrown === null ? 0 : Number(thrown.code ?? -1), out, error });
    });
  });
}

function write(...lines: readonly string[]): void {
  rmSync(join(folder, path), { recursive: true, force: true });
  mkdirSync(join(folder, '.admit', 'env'), { recursive: true });
  writeFileSync(join(folder, path), lines.join('\n'));
}

const problemsIn = ({ error }: Ran): unknown => {
  const [, json = ''] = /^configuration: .*? (\{.*\})\n$/.exec(error) ?? [error];
  return (JSON.parse(json) as { problems: unknown }).problems;
};

describe('settings of an operator that cannot be used', () => {
  it.each([
    [['provision']],
    [['tenant', 'ls']],
    [['refunds', 'demo', 'gala']],
    [['replay', '--json']],
    [['log', 'verify', '--json']],
    [['log', 'backup', 'here']],
    [['dead', 'ls', '--json']],
    [['reconcile', '--json']],
  ])('end admit %j with 2, which no check uses for findings, and name the file, the line and the allowed values', async (args) => {
    write(NOWHERE, '# copies', 'NATS_REPLICAS=three', 'hunter2', '', 'LOG_LEVEL=loud');
    const ran = await admit(args);
    expect([ran.code, ran.out]).toEqual([2, '']);
    expect(problemsIn(ran)).toEqual([
      expect.stringMatching(`^${path}, line 4: must be NAME=value`),
      expect.stringMatching(`^${path}, line 3: NATS_REPLICAS: .*number`),
      expect.stringMatching(`^${path}, line 6: LOG_LEVEL: .*"fatal"\\|.*"silent"`),
    ]);
    expect(ran.error).not.toContain('hunter2');
  });

  it.each([
    ['NATS_PASSWORD="hunter2'],
    ['=hunter2'],
    ['NATS PASSWORD=hunter2'],
    ['NATS_PASSWORD=hunter\u00002'],
    ['\u0000\u0001hunter2'],
  ])('are also %j', async (line) => {
    write(NOWHERE, line, 'LOG_LEVEL=info');
    const ran = await admit(['log', 'verify']);
    expect([ran.code, ran.out, problemsIn(ran)]).toEqual([2, '', [expect.stringMatching(`^${path}, line 2: must be NAME=value`)]]);
    expect(ran.error).not.toContain('hunter2');
  });

  it('are a folder instead of the file', async () => {
    rmSync(join(folder, path), { force: true });
    mkdirSync(join(folder, path), { recursive: true });
    const ran = await admit(['log', 'verify']);
    expect([ran.code, ran.out, problemsIn(ran)]).toEqual([2, '', [expect.stringMatching(`^${path}: cannot be read: EISDIR`)]]);
  });

  it('are ignored for help, and when the user configures the log', async () => {
    write('hunter2');
    expect(await admit(['log', '--help'])).toMatchObject({ code: 0, error: '' });
    expect((await admit(ASKS_NOBODY, { NATS_URL: 'nats://127.0.0.1:1' })).error).toMatch(NO_BACKUP);
  });
});
