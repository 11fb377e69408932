import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ParentDeathWatcher } from '../../dev/processes/parent-death-watcher.js';

const KIBIBYTE = 1_024;

/** A separate process, so that its cost is counted separately. It ends with the bench in every case. */
export class MeasuredProcess {
  constructor(private readonly child: ChildProcess) {
    if (child.pid === undefined) return;
    const watcher = new ParentDeathWatcher(child.pid, 'SIGTERM');
    child.once('exit', () => watcher.release());
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`${this.child.spawnfile} did not start`);
    return this.child.pid;
  }

  /** Linux: the resident memory now (`VmRSS`) or its peak (`VmHWM`). */
  bytes(field: 'VmRSS' | 'VmHWM'): number {
    return memoryOf(this.pid, field);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
  }
}

/** Linux: the resident memory of a process now (`VmRSS`) or its peak (`VmHWM`), in bytes. */
export function memoryOf(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const [, kilobytes] = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * KIBIBYTE;
}

/** An app as in production. `MINTER_NODE_ARGS` and similar variables become arguments of its Node. */
export function spawnApp(
  app: 'ledger' | 'minter' | 'purchase',
  settings: Readonly<Record<string, string>>,
  nodeArguments: readonly string[] = [],
): ChildProcess {
  const more = [...nodeArguments, ...(process.env[`${app.toUpperCase()}_NODE_ARGS`]?.split(' ') ?? [])];
  const env = { ...process.env, LOG_LEVEL: 'warn', ...settings };
  return spawn(process.execPath, [...more, join('dist', 'apps', app, 'src', 'main.js')], { env, stdio: ['ignore', 'inherit', 'inherit'] });
}
