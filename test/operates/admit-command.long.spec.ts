import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../../dev/processes/project.js';
import { operatorOf, type Ran } from '../harness/admit.js';
import { Log } from '../stages/selling.js';

const log = Log.forTests('admit-command');
const { version } = JSON.parse(readFileSync(join(projectFolder(), 'package.json'), 'utf8')) as { version: string };

/** As it is typed in a checkout: by the program that `npx admit` finds. */
function admit(env: Readonly<Record<string, string>>, words: readonly string[], cwd = projectFolder()): Promise<Ran> {
  const program = join(projectFolder(), 'node_modules', '.bin', 'admit');
  return new Promise((resolve) => {
    execFile(program, words, { env: { PATH: process.env.PATH, ...env }, cwd }, (thrown, out, error) => {
      resolve({ code: thrown === null ? 0 : Number(thrown.code ?? -1), out, error });
    });
  });
}

describe('the command admit', () => {
  it('prints its version, as in the package', async () => {
    expect(await admit({}, ['--version'])).toEqual({ code: 0, out: `${version}\n`, error: '' });
  });

  const ESCAPE = '\u001b';

  it.each([
    ['into a pipe', {}, false],
    ['into a pipe with NO_COLOR', { NO_COLOR: '1' }, false],
    ['where FORCE_COLOR asks for it', { FORCE_COLOR: '1' }, true],
    ['where NO_COLOR is set and FORCE_COLOR is 0', { NO_COLOR: '1', FORCE_COLOR: '0' }, false],
  ])('writes colour codes %s: only if they are wanted', async (_, env, wanted) => {
    const tenants = await admit({ ...operatorOf(log.server), ...env }, ['tenant', 'ls']);
    expect([tenants.code, tenants.out.includes('demo'), tenants.out.includes(ESCAPE)]).toEqual([0, true, wanted]);
  });

  it('is the operator of the stack beside it, also in a terminal that loaded stack.env', async () => {
    const folder = log.folder('operator-beside');
    mkdirSync(join(folder, '.admit', 'env'), { recursive: true });
    const settings = Object.entries(operatorOf(log.server)).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(folder, '.admit', 'env', 'operator.env'), settings.join(''));
    const { user, pass } = log.server.credentials('demo');
    const loaded = { NATS_URL: log.server.url, NATS_USER: user, NATS_PASSWORD: pass, ADMIT_NATS_USER: user, ADMIT_NATS_PASSWORD: pass };
    expect(await admit(loaded, ['tenant', 'ls', '--json'], folder)).toMatchObject({ code: 0, error: '' });
  });

  it('lists the next steps for a new tenant, and none if the server learns of it by itself', async () => {
    const byHand = await admit(operatorOf(log.server), ['tenant', 'create', 'by-hand']);
    expect(byHand.out).toContain('Put this into `accounts');
    const followed = await admit({ ...operatorOf(log.server), NATS_ACCOUNTS: 'followed' }, ['tenant', 'create', 'followed']);
    expect(followed.out).toMatch(/ADMIT_NATS_SEED=[\s\S]*adds its account automatically/);
    expect(followed.out).not.toMatch(/accounts \{|reload/);
  });
});
