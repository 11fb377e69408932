import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockFolder } from '../../dev/processes/lock.js';
import { ManagedProcess, type ProcessPlan } from '../../dev/processes/managed-process.js';
import { OrphanReaper } from '../../dev/processes/orphan-reaper.js';
import { commandLine, descendantsOf, isAlive } from '../../dev/processes/process-table.js';
import { projectFolder } from '../../dev/processes/project.js';
import { temporaryFolder } from '../../dev/processes/temporary.js';
import { waitFor } from '../../dev/processes/wait.js';

const WAIT_MS = 60_000;
const folder = temporaryFolder('processes');
const parts: ManagedProcess[] = [];
const children: ChildProcess[] = [];

afterAll(async () => {
  await Promise.all(parts.map((part) => part.stop()));
  for (const child of children) child.kill('SIGKILL');
  folder.remove();
});

function shell(name: string, script: string, more: Partial<ProcessPlan> = {}): ManagedProcess {
  const part = new ManagedProcess({
    name,
    logFile: join(folder.path, `${name}.log`),
    prepare: () => ({ file: '/bin/sh', args: ['-c', script], env: { PATH: process.env.PATH } }),
    isReady: async () =>
      existsSync(join(folder.path, `${name}.log`)) && readFileSync(join(folder.path, `${name}.log`), 'utf8').includes('ready'),
    readyMs: WAIT_MS,
    stopSignal: 'SIGTERM',
    stopMs: 200,
    heal: false,
    ...more,
  });
  parts.push(part);
  return part;
}

async function other(...command: [string, ...string[]]): Promise<number> {
  const [file, ...args] = command;
  const child = spawn(file, args, { stdio: 'ignore' });
  children.push(child);
  const pid = child.pid ?? 0;
  await waitFor(() => commandLine(pid) === command.join(' '), { what: `${file} runs`, timeoutMs: WAIT_MS });
  return pid;
}

const gone = (pid: number): Promise<void> => waitFor(() => !isAlive(pid), { what: `process ${pid} ends`, timeoutMs: WAIT_MS });

describe('a part', () => {
  it('restarts as another process when it is killed', async () => {
    const part = shell('healing', 'echo ready; exec sleep 600', { heal: true });
    await part.start();
    const first = part.pid ?? 0;
    process.kill(first, 'SIGKILL');
    await waitFor(() => part.pid !== undefined && part.pid !== first, { what: 'it is back', timeoutMs: WAIT_MS });
    await part.stop();
    expect(part.pid).toBeUndefined();
  });

  it('retries, more slowly each time, and stops retrying on stop', async () => {
    const said: string[] = [];
    const part = shell('failing', `echo ready; test -e ${folder.path}/failed && exit 7; exec sleep 600`, {
      heal: true,
      say: (line) => said.push(line),
    });
    await part.start();
    writeFileSync(join(folder.path, 'failed'), '');
    await part.kill9();
    const waits = (): number[] => said.flatMap((line) => /again in (\d+) ms/.exec(line)?.[1] ?? []).map(Number);
    await waitFor(() => waits().length >= 3, { what: 'it tries three times', timeoutMs: WAIT_MS });
    expect(waits().slice(0, 3)).toEqual([100, 200, 400]);
    await part.stop();
    expect(part.pid).toBeUndefined();
  });

  it('shows the end of its log when it cannot start', async () => {
    const part = shell('broken', 'echo the disk is full >&2; exit 3');
    await expect(part.start()).rejects.toThrow(/ended with exit code 3[\s\S]*the disk is full[\s\S]*broken\.log/);
  });

  it('reports a missing program', async () => {
    const part = shell('absent', '', { prepare: () => ({ file: '/nowhere/at-all', args: [], env: {} }) });
    await expect(part.start()).rejects.toThrow('could not be started');
  });

  it('is ended by force when it does not listen, with its children', async () => {
    const part = shell('deaf', "trap '' TERM; sleep 600 & echo ready; while :; do wait; done");
    await part.start();
    const pid = part.pid ?? 0;
    await waitFor(() => descendantsOf(pid).length > 0, { what: 'it has a child', timeoutMs: WAIT_MS });
    const tree = descendantsOf(pid);
    await part.stop();
    expect([pid, ...tree].filter(isAlive)).toEqual([]);
  });

  it('ends when the program that started it is killed', async () => {
    const module = JSON.stringify(join(projectFolder(), 'dist', 'dev', 'processes', 'managed-process.js'));
    const plan = `{ name: 'watched', logFile: ${JSON.stringify(join(folder.path, 'watched.log'))}, prepare: () => ({ file: '/bin/sleep', args: ['600'], env: {} }),
      isReady: async () => true, readyMs: 5000, stopSignal: 'SIGTERM', stopMs: 1000, heal: false }`;
    const script = `const { ManagedProcess } = await import(${module}); const part = new ManagedProcess(${plan}); await part.start(); console.log(part.pid);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(parent);
    const pid = await new Promise<number>((resolve) => parent.stdout.once('data', (line: Buffer) => resolve(Number(line.toString()))));
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await gone(pid);
  });
});

describe('processes of an earlier run', () => {
  it('is ended when it is still the process it was', async () => {
    const pid = await other('sleep', '601');
    const before = new OrphanReaper(join(folder.path, 'run'));
    before.remember('sleeper', pid, { file: 'sleep', args: ['601'], env: {} });
    expect(await new OrphanReaper(join(folder.path, 'run')).reap()).toEqual(['sleeper']);
    await gone(pid);
    expect(await new OrphanReaper(join(folder.path, 'run')).reap()).toEqual([]);
  });

  it('is left alone when the number belongs to another program now', async () => {
    const pid = await other('sleep', '602');
    const orphans = new OrphanReaper(join(folder.path, 'run'));
    orphans.remember('postgres', pid, { file: '/usr/bin/postgres', args: ['-D', 'x'], env: {} });
    expect(await orphans.reap()).toEqual([]);
    expect(isAlive(pid)).toBe(true);
  });
});

describe('a folder', () => {
  const lock = join(folder.path, 'locked', 'lock');
  beforeAll(() => mkdirSync(join(folder.path, 'locked')));

  it('is used by one run at a time', async () => {
    const pid = await other('sleep', '603');
    writeFileSync(lock, JSON.stringify({ pid, commandLine: 'sleep 603' }));
    expect(() => lockFolder(lock)).toThrow(`runs in this folder already (process ${pid})`);
    process.kill(pid, 'SIGKILL');
    await gone(pid);
    lockFolder(lock)();
    expect(existsSync(lock)).toBe(false);
  });

  it.each([
    ['a number that another program has now', () => JSON.stringify({ pid: process.ppid, commandLine: 'node dist/dev/start.js' })],
    ['half a line', () => '{"pid":'],
    ['our own number from before a restart', () => JSON.stringify({ pid: process.pid, commandLine: commandLine(process.pid) })],
  ])('is taken over from %s', (_what, content) => {
    writeFileSync(lock, content());
    lockFolder(lock)();
  });
});
