import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { countHttpAnswers, countRejected } from '../metrics/http-metrics.js';
import type { MetricsPage } from '../metrics/metrics-page.js';
import type { Environment } from '../process/environment.js';
import type { TenantDirectory } from '../tenants/tenant-directory.js';
import type { TenantLimits } from '../tenants/tenant-limits.js';
import { AuthGuard } from './auth-guard.js';
import { TrustedProxies } from './client-address.js';
import { Connections } from './connections.js';
import { RouteList } from './docs/route-list.js';
import { createHttpAdapter } from './http-server.js';

/** The share of all connections for one client address or one tenant: to fill a process, four must act together. */
const SHARE_OF_EACH = 1 / 4;

export interface CallersServerParts {
  readonly tenants: TenantDirectory;
  readonly limits: TenantLimits;
  readonly page: MetricsPage;
  readonly publicRoutes: ReadonlySet<string>;
  readonly maxBodyBytes: number;
}

export interface CallersServer {
  readonly adapter: FastifyAdapter;
  readonly admission: AuthGuard;
  readonly routes: RouteList;
  /** Counts a rejected request, by its tenant if that is in the directory. */
  readonly countRefused: (why: string, tenant?: string) => void;
}

/** The HTTP server for callers, with its limits, in front of the app's module. */
export function callersServer(environment: Environment, parts: CallersServerParts): CallersServer {
  const countRefused = countRejected(parts.page);
  const total = environment.HTTP_CONNECTIONS;
  const each = Math.floor(total * SHARE_OF_EACH);
  const proxies = TrustedProxies.of(environment.TRUSTED_PROXIES);
  const connections = new Connections({ total, each }, proxies, () => countRefused('connection-closed'));
  const clients = { connections, proxies, maxInFlightPerAddress: each };
  const admission = new AuthGuard(parts.tenants, parts.limits, clients, { publicRoutes: parts.publicRoutes, onRejected: countRefused });
  const adapter = createHttpAdapter(parts.maxBodyBytes, connections, proxies);
  const server = adapter.getInstance<FastifyInstance>();
  const routes = new RouteList(server);
  countHttpAnswers(parts.page, server);
  admission.guard(server);
  return { adapter, admission, routes, countRefused };
}

/** The address of an app's health and metrics. */
export const healthListening = ({ HEALTH_HOST: host, HEALTH_PORT: port }: Environment) => ({ host, port });
