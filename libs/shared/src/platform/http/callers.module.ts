import { type DynamicModule, Global, Inject, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { countAborted, countHttpAnswers, countRejected } from '../metrics/http-metrics.js';
import { MetricsPage } from '../metrics/metrics-page.js';
import type { Environment } from '../process/environment.js';
import type { Logger } from '../process/logger.js';
import { type AppProcess, ENVIRONMENT, LOGGER } from '../process/process.module.js';
import { TenantDirectory } from '../tenants/tenant-directory.js';
import { TenantLimits } from '../tenants/tenant-limits.js';
import { TenantRates } from '../tenants/tenant-rates.js';
import { TenantsModule } from '../tenants/tenants.module.js';
import { AuthGuard, type ClientLimits } from './auth-guard.js';
import { TrustedProxies } from './client-address.js';
import { Connections } from './connections.js';
import { RouteList } from './docs/route-list.js';
import { type BodyLimits, createHttpAdapter } from './http-server.js';
import { ProblemFilter } from './problem.filter.js';

/** The share of all connections for one client address or one tenant: to fill a process, four must act together. */
const SHARE_OF_EACH = 1 / 4;

/** Counts a rejected request, by its tenant if that is in the directory. */
export const COUNT_REJECTED = Symbol('counts rejected requests');
export type CountRejected = ReturnType<typeof countRejected>;

export interface CallersOptions extends BodyLimits {
  /** Routes that need no API key. */
  readonly publicRoutes: ReadonlySet<string>;
  /** Requests for decisions, as method and route pattern; default: none. */
  readonly decisions?: ReadonlySet<string>;
  /** Requests of one tenant under way in one process. */
  readonly maxInFlightPerTenant: number;
}

export interface CallersServer {
  readonly adapter: FastifyAdapter;
  readonly module: DynamicModule;
}

/** The HTTP server for callers with its limits, and the module that guards it. Nest needs the server before any module. */
export function callersServer({ environment, page }: AppProcess, options: CallersOptions): CallersServer {
  const onRejected = countRejected(page);
  const proxies = TrustedProxies.of(environment.TRUSTED_PROXIES);
  const total = environment.HTTP_CONNECTIONS;
  const each = Math.floor(total * SHARE_OF_EACH);
  const connections = new Connections({ total, each }, proxies, () => onRejected('connection-closed'));
  const clients = { connections, proxies, maxInFlightPerAddress: each };
  return {
    adapter: createHttpAdapter(options, connections, proxies),
    module: CallersModule.with(options, clients, onRejected),
  };
}

/** The checks of every request before its controller: API key, limits of the tenant, and the filter that turns errors into problems. */
@Global()
@Module({})
export class CallersModule {
  constructor(@Inject(HttpAdapterHost) { httpAdapter }: HttpAdapterHost, page: MetricsPage) {
    countHttpAnswers(page, httpAdapter.getInstance<FastifyInstance>());
  }

  static with(
    { publicRoutes, decisions, maxInFlightPerTenant }: CallersOptions,
    clients: ClientLimits,
    onRejected: CountRejected,
  ): DynamicModule {
    return {
      module: CallersModule,
      imports: [TenantsModule],
      providers: [
        { provide: COUNT_REJECTED, useValue: onRejected },
        {
          provide: TenantLimits,
          inject: [ENVIRONMENT],
          useFactory: ({ TENANT_RATE, TENANT_BURST }: Environment) =>
            new TenantLimits(new TenantRates(TENANT_RATE, TENANT_BURST), maxInFlightPerTenant),
        },
        {
          provide: AuthGuard,
          inject: [HttpAdapterHost, TenantDirectory, TenantLimits],
          useFactory: ({ httpAdapter }: HttpAdapterHost, tenants: TenantDirectory, limits: TenantLimits) => {
            const guard = new AuthGuard(tenants, limits, clients, { publicRoutes, ...(decisions && { decisions }), onRejected });
            guard.guard(httpAdapter.getInstance<FastifyInstance>());
            return guard;
          },
        },
        { provide: APP_GUARD, useExisting: AuthGuard },
        {
          provide: APP_FILTER,
          inject: [HttpAdapterHost, LOGGER, MetricsPage],
          useFactory: ({ httpAdapter }: HttpAdapterHost, logger: Logger, page: MetricsPage) =>
            new ProblemFilter(new RouteList(httpAdapter.getInstance<FastifyInstance>()), logger, countAborted(page)),
        },
      ],
      exports: [COUNT_REJECTED, TenantLimits, AuthGuard, TenantsModule],
    };
  }
}
