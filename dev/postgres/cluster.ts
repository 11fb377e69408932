import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { messageOf } from '../processes/errors.js';
import { kill9 } from '../processes/managed-process.js';
import { commandLine, isAlive } from '../processes/process-table.js';
import { waitFor } from '../processes/wait.js';
import { giveTo, type Installation } from './installation.js';

const INITDB_MS = 60_000; // under a second on a fast disk; more on a laptop with an encrypted, busy disk
const LEFTOVER_STOP_MS = 10_000; // a fast shutdown writes one checkpoint
const STALE_POLL_MS = 50;

const run = promisify(execFile);

export function programOf(place: Installation, name: 'initdb' | 'postgres'): string {
  return join(place.native, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

/** Creates the cluster if absent. It is created beside its final path and renamed, so an interrupted first start is repeated. */
export async function createCluster(place: Installation, password: string): Promise<void> {
  if (existsSync(join(place.cluster, 'PG_VERSION'))) return checkVersion(place);
  const draft = `${place.cluster}.draft`;
  const passwordFile = `${place.cluster}.password`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  giveTo(place.runAs, draft);
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  giveTo(place.runAs, passwordFile);
  const flags = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`, '--encoding=UTF8', '--locale=C']; // C locale: the same sort order everywhere
  try {
    await run(programOf(place, 'initdb'), [`--pgdata=${draft}`, ...flags], {
      timeout: INITDB_MS,
      cwd: dirname(place.cluster),
      ...place.runAs,
    });
  } catch (error) {
    throw new Error(`initdb did not succeed: ${messageOf(error)}`, { cause: error });
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(draft, place.cluster);
}

async function checkVersion(place: Installation): Promise<void> {
  const made = readFileSync(join(place.cluster, 'PG_VERSION'), 'utf8').trim();
  const { stdout } = await run(programOf(place, 'postgres'), ['--version']);
  const ours = /(\d+)\.\d+/.exec(stdout)?.[1];
  if (made !== ours) {
    throw new Error(
      `${place.cluster} was made by Postgres ${made}, the embedded one is ${ours}. Move the folder away: the ledger is rebuilt from the log.`,
    );
  }
}

/** Ends a server that an earlier run left on this cluster, and removes the lock file of a killed server. */
export async function removeStaleProcesses(place: Installation): Promise<void> {
  const lock = join(place.cluster, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, 'utf8').split('\n')[0]);
  if (isServerOf(place, pid)) {
    process.kill(pid, 'SIGINT');
    const gone = (): boolean => !isAlive(pid);
    await waitFor(gone, { what: 'the Postgres of an earlier run ends', timeoutMs: LEFTOVER_STOP_MS }).catch(() => kill9(pid));
    while (!gone()) await pause(STALE_POLL_MS);
  }
  // The pid may belong to another program by now, and Postgres would refuse to start. Postgres still checks in shared memory that no process of the
  // old server uses the cluster.
  rmSync(lock, { force: true });
}

function isServerOf(place: Installation, pid: number): boolean {
  return Number.isInteger(pid) && pid > 1 && isAlive(pid) && (commandLine(pid) ?? '').includes(place.cluster);
}
