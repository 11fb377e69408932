import type { ChildProcess } from 'node:child_process';
import type { NatsServer } from '../dev/nats/server.js';
import { freePort } from '../dev/processes/ports.js';
import { waitFor } from '../dev/processes/wait.js';
import { MeasuredProcess, spawnApp } from './measured-process.js';

const READY_MS = 30_000;
/** Measures the work, not the rate limit of a tenant. */
const UNHURRIED = { TENANT_RATE: '1000000', TENANT_BURST: '1000000' };

/** The purchase app. */
export class PurchaseProcess extends MeasuredProcess {
  private constructor(
    child: ChildProcess,
    readonly url: string,
  ) {
    super(child);
  }

  static async start(server: NatsServer, settings: Readonly<Record<string, string>> = {}): Promise<PurchaseProcess> {
    const [port, health] = [await freePort(), await freePort()];
    const url = `http://127.0.0.1:${port}`;
    const child = spawnApp('purchase', {
      NATS_URL: server.url,
      NATS_PASSWORD: server.credentials('purchase').pass,
      NATS_EDGE_PASSWORD: server.credentials('edge').pass,
      HTTP_PORT: `${port}`,
      HEALTH_PORT: `${health}`,
      ...UNHURRIED,
      ...settings,
    });
    await waitFor(async () => (await fetch(`http://127.0.0.1:${health}/health/ready`)).ok, {
      what: 'purchase is ready',
      timeoutMs: READY_MS,
    });
    return new PurchaseProcess(child, url);
  }

  memoryBytes(): number {
    return this.bytes('VmRSS');
  }
}
