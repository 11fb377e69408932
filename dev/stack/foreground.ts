import { isAbsolute, join, relative } from 'node:path';
import { messageOf } from '../processes/errors.js';
import { lockFolder } from '../processes/lock.js';
import { kill9 } from '../processes/managed-process.js';
import { parentOf } from '../processes/process-table.js';
import { environment, homeFolder } from '../processes/project.js';
import { Progress } from './progress.js';
import type { Stack } from './stack.js';
import { startStack } from './start-stack.js';
import { APPS, CONSOLE, healthPort, type Settings } from './wiring.js';

const PARENT_POLL_MS = 1_000;
const HURRY_AFTER_MS = 1_000; // one Ctrl-C may arrive twice, from the terminal and from npm; a person needs longer

const EXECUTED = /\bexec /; // in the script that npm runs

const EXIT_INTERRUPTED = 130; // the exit code that shells use for Ctrl-C

/** Runs once everything is up, with the settings of stack.env. */
export type Demo = (settings: Settings, stack: Stack) => Promise<void>;

/** `npm start`: starts everything, runs the demo, waits for Ctrl-C, and stops everything in order. @returns the exit code */
export async function runInForeground(demo?: Demo): Promise<number> {
  const progress = new Progress();
  process.stdout.on('error', () => undefined); // `npm start | head`: the reader has exited; the service stays
  let unlock: () => void;
  try {
    unlock = lockFolder(join(homeFolder(), 'lock'));
  } catch (error) {
    progress.say(messageOf(error));
    return 1;
  }
  const end = new AbortController();
  const ended = new Promise<void>((resolve) => end.signal.addEventListener('abort', () => resolve(), { once: true }));
  let stack: Stack | undefined;
  listenForTheEnd(end, () => stack);
  try {
    stack = await startStack({ dataDir: homeFolder(), usualPorts: true, apps: [...APPS, CONSOLE], progress, signal: end.signal });
    if (demo !== undefined && environment().ADMIT_DEMO !== 'off') await demo(stack.clientSettings, stack);
    if (!end.signal.aborted) progress.say(`${whereToLook(stack)}\nready`);
    await ended;
    return 0;
  } catch (error) {
    if (end.signal.aborted) return 0; // the user aborted the start
    progress.say(explain(error));
    return 1;
  } finally {
    await stop(stack, progress);
    unlock();
  }
}

async function stop(stack: Stack | undefined, progress: Progress): Promise<void> {
  if (stack === undefined) return;
  try {
    await progress.step('stopped', () => stack.stop());
  } catch (error) {
    progress.say(messageOf(error));
  }
}

function listenForTheEnd(end: AbortController, stack: () => Stack | undefined): void {
  let firstAt: number | undefined;
  const ask = (): void => {
    firstAt ??= performance.now();
    end.abort(new Error('stopped'));
    if (performance.now() - firstAt < HURRY_AFTER_MS) return;
    for (const { pid } of stack()?.parts ?? []) if (pid !== undefined) kill9(pid);
    process.exit(EXIT_INTERRUPTED); // the parent-death watcher ends processes that were being started
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, ask);
  // A killed npm passes no signal on, so Ctrl-C would not reach this process. Where npm's shell replaced itself by this process (exec in
  // package.json), npm is the parent and passes on signals that a background shell would ignore. Elsewhere a shell is the parent.
  if (environment().npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const isNpm = EXECUTED.test(environment().npm_lifecycle_script ?? '') && process.platform !== 'win32';
  const npm = isNpm ? undefined : parentOf(parent);
  setInterval(() => {
    if (process.ppid !== parent || (!isNpm && parentOf(parent) !== npm)) ask();
  }, PARENT_POLL_MS).unref();
}

function whereToLook({ wiring, clientSettings }: Stack): string {
  const home = shownHome();
  const lines: readonly (readonly [string, string])[] = [
    ['NATS', `${wiring.natsUrl}   user ${clientSettings.ADMIT_NATS_USER}, subjects admit.${clientSettings.ADMIT_TENANT}.>`],
    ['HTTP', `${clientSettings.HTTP_URL}/docs#key=${clientSettings.ADMIT_API_KEY}   try every operation`],
    ['ledger', `${clientSettings.LEDGER_URL}/docs#key=${clientSettings.ADMIT_API_KEY}   what was sold, held, paid and minted`],
    [
      'console',
      `http://127.0.0.1:${wiring.ports.console}   sign in with ADMIT_API_KEY of ${join(home, 'stack.env')}, or as operator with CONSOLE_OPERATOR_TOKEN of ${join(home, 'env', 'console.env')}`,
    ],
    ['health', `${APPS.map((app) => `${app} :${healthPort(wiring, app)}`).join(', ')}   /health/ready and /metrics, not for callers`],
    ['Solana', wiring.solanaUrl],
    ['Postgres', `${new URL(wiring.databaseUrl).host}, database ${new URL(wiring.databaseUrl).pathname.slice(1)}`],
    ['settings', `${join(home, 'stack.env')}   addresses and passwords for a client`],
    ['wallet', `${clientSettings.ADMIT_WALLET}   one to try with; its key is ${join(home, 'wallet.json')}`],
    ['logs', join(home, 'logs')],
    ['end it', 'Ctrl-C; the next npm start goes on with the same data'],
  ];
  const shown = lines.map(([name, value]) => `  ${name.padEnd(9)} ${value}`);
  return ['', ...shown, '', '  To try it, paste this into another terminal, in this folder:', '', ...tryIt(home), ''].join('\n');
}

const FIRST_SALE =
  '{"sale":"first","name":"First","units":{"quota":100},"price":{"amount":"5000","currency":"EUR"},"payment":"none","mint":"on-request"}';

/** Commands that work unchanged every time: a repeated request gets its first response. */
export const tryIt = (home: string): string[] => [
  `. ${shellPath(join(home, 'stack.env'))}`,
  `curl -s "$HTTP_URL/v1/sales" -H "Authorization: Bearer $ADMIT_API_KEY" -H 'Content-Type: application/json' -H 'Idempotency-Key: open-first' -d '${FIRST_SALE}'`,
  `nats req "admit.$ADMIT_TENANT.order.place" -H 'Idempotency-Key: order-first' '{"sale":"first","buyer":"b-1","quantity":1}'   # or the same with the nats command`,
];

/** A shell loads a file by its path alone only if the path contains a slash. */
const shellPath = (path: string): string => (isAbsolute(path) || path.startsWith('.') ? path : `./${path}`);

/** Relative inside the project folder, absolute elsewhere. */
function shownHome(): string {
  const fromHere = relative(process.cwd(), homeFolder());
  return fromHere.startsWith('..') ? homeFolder() : fromHere || '.';
}

function explain(error: unknown): string {
  const home = shownHome();
  return `\n${messageOf(error)}\n\nThe logs are in ${join(home, 'logs')}. Fix the cause and run npm start again: it continues with the data in ${home}; without that folder it starts from scratch.`;
}
