import { closeSync, existsSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const ROTATE_BYTES = 16 * 1024 * 1024; // about a day of a busy laptop; one older file is kept
const TAIL_BYTES = 4096; // about one screen

/** Opens a log file that a child process writes directly: nothing is lost when this process dies, and nothing accumulates in its memory. */
export function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  if (existsSync(path) && statSync(path).size > ROTATE_BYTES) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

export function logSize(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

/** The last lines written since offset `from`, for an error message. */
export function logTail(path: string, from = 0, maxLines = 15): string {
  if (!existsSync(path)) return '';
  const file = openSync(path, 'r');
  try {
    const size = fstatSync(file).size;
    const start = Math.max(size < from ? 0 : from, size - TAIL_BYTES);
    const buffer = Buffer.alloc(size - start);
    readSync(file, buffer, 0, buffer.length, start);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-maxLines).join('\n');
  } finally {
    closeSync(file);
  }
}
