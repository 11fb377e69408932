import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from './errors.js';
import { commandLine, isAlive } from './process-table.js';

const TRIES = 5; // each attempt removes the lock of a dead process

interface Holder {
  readonly pid: number;
  readonly commandLine: string;
}

/**
 * Locks a folder for one program at a time. Takes over the lock of a killed program.
 * @throws Error with a sentence for the user
 */
export function lockFolder(path: string): () => void {
  mkdirSync(dirname(path), { recursive: true });
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      const holder: Holder = { pid: process.pid, commandLine: commandLine(process.pid) ?? '' };
      writeFileSync(path, JSON.stringify(holder), { flag: 'wx' });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const holder = readHolder(path);
    if (holder !== undefined && isRunning(holder)) {
      throw new Error(
        `admit-one runs in this folder already (process ${holder.pid}). Use that one, or end it first: Ctrl-C there, or kill ${holder.pid}.`,
      );
    }
    rmSync(path, { force: true });
  }
  throw new Error(`${path} comes back as soon as it is removed: another start is under way. Try again in a moment.`);
}

/** The same pid with the same command line, and not this process: after a container restart pids repeat. */
function isRunning({ pid, commandLine: wanted }: Holder): boolean {
  return pid !== process.pid && isAlive(pid) && (commandLine(pid) ?? '') === wanted;
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return undefined; // removed meanwhile, or half written by a killed run
  }
}
