import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A separate process, so that its cost is counted apart. */
export abstract class MeasuredProcess {
  protected constructor(private readonly child: ChildProcess) {}

  /** From Linux: the resident memory now (`VmRSS`) or its peak (`VmHWM`). */
  protected bytes(field: 'VmRSS' | 'VmHWM'): number {
    const [, kilobytes] = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1_024;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}

/** An app as in production. `MINTER_NODE_ARGS` and the like become arguments of its Node. */
export function spawnApp(app: 'minter' | 'purchase', settings: Readonly<Record<string, string>>): ChildProcess {
  const more = process.env[`${app.toUpperCase()}_NODE_ARGS`]?.split(' ') ?? [];
  const env = { ...process.env, LOG_LEVEL: 'warn', ...settings };
  return spawn(process.execPath, [...more, join('dist', 'apps', app, 'src', 'main.js')], { env, stdio: ['ignore', 'inherit', 'inherit'] });
}
