import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

interface Entry {
  readonly pid: number;
  readonly parent: number;
  readonly dead: boolean;
}

const HAS_PROC = existsSync('/proc/self/stat'); // Linux; slim images have no ps

/** True for a running process that is not a zombie: in a container whose init reaps no children, dead processes stay listed. */
export function isAlive(pid: number): boolean {
  return entries(pid).some((entry) => entry.pid === pid && !entry.dead);
}

/** The command line of a process; undefined when it is gone or the platform does not report it. */
export function commandLine(pid: number): string | undefined {
  try {
    if (HAS_PROC) return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() || undefined;
    return ps('-o', 'command=', '-p', String(pid)).trim() || undefined;
  } catch {
    return undefined; // no such process
  }
}

/** The parent's pid; a changed value means that the parent is gone. */
export function parentOf(pid: number): number | undefined {
  return entries(pid).find((entry) => entry.pid === pid)?.parent;
}

/** All living descendants of a process, nearest first. */
export function descendantsOf(pid: number): number[] {
  const all = entries();
  const found = [pid];
  for (const parent of found) found.push(...all.filter((entry) => entry.parent === parent && !entry.dead).map((entry) => entry.pid));
  return found.slice(1);
}

function entries(only?: number): Entry[] {
  if (HAS_PROC) {
    const pids = only === undefined ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [String(only)];
    return pids.flatMap((pid) => fromProc(pid));
  }
  const selection = only === undefined ? ['-A'] : ['-p', String(only)];
  return lines(() => ps(...selection, '-o', 'pid=,ppid=,stat=')).map((line) => {
    const [pid, parent, state] = line.trim().split(/\s+/);
    return { pid: Number(pid), parent: Number(parent), dead: state?.startsWith('Z') ?? true };
  });
}

function fromProc(pid: string): Entry[] {
  return lines(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).map((line) => {
    const [state, parent] = line.slice(line.lastIndexOf(')') + 2).split(' '); // the preceding name may contain spaces and brackets
    return { pid: Number(pid), parent: Number(parent), dead: state === 'Z' || state === 'X' };
  });
}

function lines(read: () => string): string[] {
  try {
    return read().split('\n').filter(Boolean);
  } catch {
    return []; // the process ended between listing and reading
  }
}

function ps(...args: string[]): string {
  return execFileSync('ps', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}
