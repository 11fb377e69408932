import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NatsServer } from '../dev/nats/server.js';
import { freePort } from '../dev/processes/ports.js';
import { waitFor } from '../dev/processes/wait.js';

const READY_MS = 30_000;

/** The purchase app as it is run for real: a process of its own. */
export class PurchaseProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  static async start(server: NatsServer, settings: Record<string, string> = {}): Promise<PurchaseProcess> {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const env = {
      ...process.env,
      NATS_URL: server.url,
      NATS_PASSWORD: server.credentials('purchase').pass,
      NATS_EDGE_PASSWORD: server.credentials('edge').pass,
      HTTP_PORT: `${port}`,
      LOG_LEVEL: 'warn',
      ...settings,
    };
    const child = spawn(
      process.execPath,
      [...(process.env.PURCHASE_NODE_ARGS?.split(' ') ?? []), join('dist', 'apps', 'purchase', 'src', 'main.js')],
      { env, stdio: ['ignore', 'inherit', 'inherit'] },
    );
    await waitFor(async () => (await fetch(`${url}/health/ready`)).ok, {
      what: 'purchase is ready',
      timeoutMs: READY_MS,
    });
    return new PurchaseProcess(child, url);
  }

  /** Resident memory, as Linux tells it. */
  memoryBytes(): number {
    const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes) * 1_024;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}
