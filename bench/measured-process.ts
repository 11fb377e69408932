import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A process of its own, so that what it costs is counted apart. */
export abstract class MeasuredProcess {
  protected constructor(private readonly child: ChildProcess) {}

  /** As Linux tells it: what is resident now (`VmRSS`), or the most that ever was (`VmHWM`). */
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

/** An app as it is run for real. `MINTER_NODE_ARGS` and the like are told to its Node. */
export function spawnApp(app: 'minter' | 'purchase', settings: Readonly<Record<string, string>>): ChildProcess {
  const more = process.env[`${app.toUpperCase()}_NODE_ARGS`]?.split(' ') ?? [];
  const env = { ...process.env, LOG_LEVEL: 'warn', ...settings };
  return spawn(process.execPath, [...more, join('dist', 'apps', app, 'src', 'main.js')], { env, stdio: ['ignore', 'inherit', 'inherit'] });
}
