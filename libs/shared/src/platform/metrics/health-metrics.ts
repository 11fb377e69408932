import { Gauge } from 'prom-client';
import type { MetricsPage } from './metrics-page.js';

/** Publishes every check of `/health/ready` at the time of the scrape. */
export function showHealth(page: MetricsPage, checks: Readonly<Record<string, () => Promise<unknown>>>): void {
  const health = new Gauge({
    name: 'admit_health',
    help: '1 when this check of /health/ready passes, 0 when it does not',
    labelNames: ['check'],
    registers: [page.registry],
  });
  const run = async (check: string, passes: () => Promise<unknown>): Promise<void> =>
    passes().then(
      () => health.set({ check }, 1),
      () => health.set({ check }, 0), // /health/ready gives the reason
    );
  page.gathers({
    part: 'health',
    gauges: [health],
    gather: async () => {
      await Promise.all(Object.entries(checks).map(([name, passes]) => run(name, passes)));
    },
  });
}
