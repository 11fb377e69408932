import type { ChildProcess } from 'node:child_process';
import type { Broker } from '../../dev/nats/server.js';
import { freePort } from '../../dev/processes/ports.js';
import { waitFor } from '../../dev/processes/wait.js';
import { MeasuredProcess, spawnApp } from './measured-process.js';

const READY_MS = 120_000;
/** No rate limit, so that the bench measures the work. */
const UNLIMITED = { TENANT_RATE: '1000000', TENANT_BURST: '1000000' };

/** The purchase app. */
export class PurchaseProcess extends MeasuredProcess {
  private constructor(
    child: ChildProcess,
    readonly url: string,
    /** The address of its health and metrics. */
    readonly health: string,
  ) {
    super(child);
  }

  /** Returns when the app is ready. */
  static async start(
    server: Broker,
    settings: Readonly<Record<string, string>> = {},
    nodeArguments: readonly string[] = [],
  ): Promise<PurchaseProcess> {
    const [port, health] = [await freePort(), await freePort()];
    const child = spawnApp(
      'purchase',
      {
        NATS_URL: server.url,
        NATS_PASSWORD: server.credentials('purchase').pass,
        NATS_EDGE_PASSWORD: server.credentials('edge').pass,
        HTTP_PORT: `${port}`,
        HEALTH_PORT: `${health}`,
        ...UNLIMITED,
        ...settings,
      },
      nodeArguments,
    );
    const purchase = new PurchaseProcess(child, `http://127.0.0.1:${port}`, `http://127.0.0.1:${health}`);
    try {
      await waitFor(async () => (await fetch(`${purchase.health}/health/ready`)).ok, {
        what: 'purchase is ready',
        timeoutMs: READY_MS,
        hopeless: () => (child.exitCode === null ? undefined : `it ended with exit code ${child.exitCode}`),
      });
      return purchase;
    } catch (error) {
      await purchase.stop('SIGKILL');
      throw error;
    }
  }
}
