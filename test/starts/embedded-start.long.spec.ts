import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { freePort } from '../../dev/processes/ports.js';
import { isAlive } from '../../dev/processes/process-table.js';
import { projectFolder } from '../../dev/processes/project.js';
import { temporaryFolder } from '../../dev/processes/temporary.js';
import { waitFor } from '../../dev/processes/wait.js';
import { USUAL_PORTS } from '../../dev/stack/ports.js';
import { APPS, inherited } from '../../dev/stack/wiring.js';

const READY_MS = 120_000; // the first run of all may have to fetch the server
const END_MS = 90_000;
const TEST_MS = 2 * READY_MS + END_MS;
/** NATS, Postgres, Solana, the apps, and the console. */
const PARTS = 3 + APPS.length + 1;
const home = temporaryFolder('start');
const started: ChildProcess[] = [];

/** Ports as if an earlier run had used them: another stack that starts now may take the default ports while this one is killed. */
beforeAll(async () => {
  const ports = new Map<string, number>();
  for (const name of Object.keys(USUAL_PORTS)) ports.set(name, await freePort());
  writeFileSync(join(home.path, 'ports.json'), JSON.stringify(Object.fromEntries(ports)));
});

afterAll(async () => {
  for (const child of started) child.kill('SIGINT');
  await waitFor(() => started.every(({ pid }) => !isAlive(pid ?? 0)), { what: 'every start ends', timeoutMs: END_MS });
  home.remove();
}, TEST_MS);

interface Started {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exitCode: Promise<number | null>;
}

/** What `npm start` runs once it has installed and built. */
function start(): Started {
  const env = { ...inherited(process.env), ADMIT_HOME: home.path, ADMIT_DEMO: 'off' };
  return follow(spawn(process.execPath, [join(projectFolder(), 'dist', 'dev', 'start.js')], { env, stdio: ['ignore', 'pipe', 'pipe'] }));
}

function follow(child: ChildProcessByStdio<null, Readable, Readable>): Started {
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      output += text.toString();
    });
  }
  return { child, output: () => output, exitCode: new Promise((resolve) => child.once('close', resolve)) };
}

async function ready(run: Started): Promise<void> {
  const hopeless = (): string | undefined => (run.child.exitCode === null ? undefined : run.output());
  await waitFor(() => /^ready$/m.test(run.output()), { what: 'npm start is ready', timeoutMs: READY_MS, hopeless });
}

/** The processes that the run noted for the case that it is killed. */
function parts(): number[] {
  const folder = join(home.path, 'run');
  const notes = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return notes.map((name) => (JSON.parse(readFileSync(join(folder, name), 'utf8')) as { pid: number }).pid);
}

const gone = (pids: readonly number[]): Promise<void> => waitFor(() => !pids.some(isAlive), { what: 'all parts end', timeoutMs: END_MS });

let first: Started;

/** `npm start &` in a script: a shell without job control starts background processes with SIGINT ignored. */
function startInBackground(): Started {
  const env = { ...inherited(process.env), ADMIT_HOME: home.path, ADMIT_DEMO: 'off' };
  return follow(spawn('/bin/sh', ['-c', 'trap "" INT; exec npm start'], { env, cwd: projectFolder(), stdio: ['ignore', 'pipe', 'pipe'] }));
}

it(
  'prints that it is ready in a separate line, and the addresses',
  async () => {
    first = start();
    await ready(first);
    expect(first.output()).toMatch(/NATS +nats:\/\/127[\s\S]*stack\.env[\s\S]*Ctrl-C/);
    expect(parts()).toHaveLength(PARTS);
  },
  TEST_MS,
);

it(
  'refuses a second run in the same folder, with the reason',
  async () => {
    const second = start();
    expect(await second.exitCode).toBe(1);
    expect(second.output()).toContain(`runs in this folder already (process ${first.child.pid})`);
    expect(parts().every(isAlive)).toBe(true);
  },
  TEST_MS,
);

it(
  'leaves nothing running when it is killed itself, and starts again with the same data',
  async () => {
    const before = parts();
    const settings = readFileSync(join(home.path, 'stack.env'), 'utf8');
    first.child.kill('SIGKILL');
    const again = start(); // at once, while processes of the earlier run are still ending
    await ready(again);
    await gone(before);
    expect(readFileSync(join(home.path, 'stack.env'), 'utf8')).toBe(settings);
    first = again;
  },
  TEST_MS,
);

it(
  'ends everything on Ctrl-C',
  async () => {
    const before = parts();
    first.child.kill('SIGINT');
    expect(await first.exitCode).toBe(0);
    expect(before.filter(isAlive)).toEqual([]);
    expect(parts()).toEqual([]);
  },
  TEST_MS,
);

it.each(['SIGINT', 'SIGTERM'] as const)(
  'ends everything on %s, also when it was started in the background of a script, where SIGINT is ignored',
  async (signal) => {
    const run = startInBackground();
    await ready(run);
    const before = parts();
    expect(before).toHaveLength(PARTS);
    run.child.kill(signal); // to npm, whose number a script knows
    await run.exitCode;
    await gone(before);
    expect(run.output()).toContain('✓ stopped');
    expect(parts()).toEqual([]);
  },
  TEST_MS,
);
