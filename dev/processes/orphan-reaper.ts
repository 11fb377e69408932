import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivate } from '#shared/platform/process/secrets.js';
import { type Command, kill9 } from './managed-process.js';
import { commandLine, descendantsOf, isAlive } from './process-table.js';
import { waitFor } from './wait.js';

const KINDLY_MS = 8_000; // the parent-death watcher of a killed run ends its children within five seconds
const FORCED_MS = 5_000; // SIGKILL is immediate; a failing disk may hold a process in the kernel

interface Started {
  readonly pid: number;
  /** As in the process table: a pid alone may belong to another program by now. */
  readonly commandLine: string;
}

/** Records the running processes, so that the next run can end those that a killed run left behind. */
export class OrphanReaper {
  constructor(private readonly folder: string) {}

  /** Matches ProcessPlan.changed. */
  remember(name: string, pid: number | undefined, command?: Command): void {
    const file = join(this.folder, `${name}.json`);
    if (pid === undefined || command === undefined) {
      rmSync(file, { force: true });
      return;
    }
    mkdirSync(this.folder, { recursive: true });
    writePrivate(file, JSON.stringify({ pid, commandLine: [command.file, ...command.args].join(' ') } satisfies Started));
  }

  /** Ends every recorded process that is still the same one; returns their names. */
  async reap(): Promise<string[]> {
    if (!existsSync(this.folder)) return [];
    const ended: string[] = [];
    for (const file of readdirSync(this.folder).filter((name) => name.endsWith('.json'))) {
      const path = join(this.folder, file);
      const started = read(path);
      if (started !== undefined && isStill(started)) {
        await endTree(started);
        ended.push(file.slice(0, -'.json'.length));
      }
      rmSync(path, { force: true });
    }
    return ended;
  }
}

async function endTree(started: Started): Promise<void> {
  const tree = [started.pid, ...descendantsOf(started.pid)];
  const gone = (): boolean => !tree.some(isAlive);
  try {
    process.kill(started.pid, 'SIGINT');
    await waitFor(gone, { what: `process ${started.pid} ends`, timeoutMs: KINDLY_MS });
  } catch {
    for (const pid of tree.filter(isAlive)) kill9(pid); // it ignores SIGTERM, or exited
    await waitFor(gone, { what: `process ${started.pid} of an earlier run ends`, timeoutMs: FORCED_MS });
  }
}

function isStill({ pid, commandLine: wanted }: Started): boolean {
  return isAlive(pid) && commandLine(pid) === wanted.trim();
}

function read(path: string): Started | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Started;
  } catch {
    return undefined; // no valid record: no process to end
  }
}
