import type { FastifyInstance } from 'fastify';
import { Counter, Histogram } from 'prom-client';
import type { MetricsPage } from './metrics-page.js';

const MS_PER_SECOND = 1_000;
/** Seconds: from a response out of memory to the longest permitted wait. */
const BUCKETS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** The label of all unknown paths: paths that callers invent must not become series. */
const NO_ROUTE = 'none';

/** Counts every HTTP response by its route, never by its path. */
export function countHttpAnswers(page: MetricsPage, server: FastifyInstance): void {
  const registers = [page.registry];
  const answers = new Counter({
    name: 'admit_http_answers_total',
    help: 'Answers over HTTP',
    labelNames: ['method', 'route', 'status'] as const,
    registers,
  });
  const seconds = new Histogram({
    name: 'admit_http_seconds',
    help: 'From the head of a request to the end of its answer',
    labelNames: ['route'] as const,
    buckets: BUCKETS,
    registers,
  });
  server.addHook('onResponse', ({ method, routeOptions: { url: route = NO_ROUTE } }, { statusCode, elapsedTime }, done) => {
    answers.inc({ method, route, status: statusCode });
    seconds.observe({ route }, elapsedTime / MS_PER_SECOND);
    done();
  });
}

/** Counts uploads that clients aborted. @returns a function to call with the route of each */
export function countAborted({ registry }: MetricsPage): (route: string | undefined) => void {
  const aborted = new Counter({
    name: 'admit_http_aborted_total',
    help: 'Requests whose client was gone before all of their body had arrived',
    labelNames: ['route'] as const,
    registers: [registry],
  });
  return (route = NO_ROUTE) => aborted.inc({ route });
}

/**
 * Counts rejected requests.
 * @returns a function to call with the reason, and with the tenant only if it is in the directory: names that callers invent are no
 * labels
 */
export function countRejected({ registry, tenants }: MetricsPage): (why: string, tenant?: string) => void {
  const refusals = new Counter({
    name: 'admit_http_rejected_total',
    help: 'Requests that were not let in; without a tenant where none is known',
    labelNames: ['tenant', 'why'] as const,
    registers: [registry],
  });
  return (why, tenant) => refusals.inc({ tenant: tenant === undefined ? '' : tenants.of(tenant), why });
}
