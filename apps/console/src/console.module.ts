import { type DynamicModule, Module } from '@nestjs/common';
import { OPEN_ROUTES } from '#shared/platform/http/auth-guard.js';
import type { CallersOptions } from '#shared/platform/http/callers.module.js';
import { NatsModule } from '#shared/platform/messaging/nats.module.js';
import { type HealthChecks, HealthController, HealthModule } from '#shared/platform/process/health.js';
import { type AppProcess, ProcessModule } from '#shared/platform/process/process.module.js';
import { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { TenantsModule } from '#shared/platform/tenants/tenants.module.js';
import { PAGE_FILES, pageControllers } from './http/page.js';
import { proxyControllers } from './http/proxy.js';
import { OPERATOR_PATHS, OperatorModule } from './operator/operator.module.js';
import { TimelineModule } from './timeline/timeline.module.js';

export const CALLERS: CallersOptions = {
  publicRoutes: new Set([...OPEN_ROUTES, ...Object.keys(PAGE_FILES), ...OPERATOR_PATHS]),
  maxBodyBytes: 4_096, // the longest has a reason of 500 characters
  maxInFlightPerTenant: 64, // browsers have 6 connections each
};

const checks = (tenants: TenantDirectory): HealthChecks => ({
  tenants: async () => {
    if (tenants.trouble !== undefined) throw tenants.trouble;
  },
});

/**
 * The page for organisers and operators. With an API key it reads the public APIs and the timeline of an order; with the operator's token it does
 * what `admit` does. It has the NATS user of the operator, and nothing needs it to sell.
 */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a Nest module is a class, and a dynamic one is made by a static method
export class ConsoleModule {
  /** @param callers the module of the HTTP server that browsers reach */
  static of(process: AppProcess, callers: DynamicModule): DynamicModule {
    const health = HealthModule.with({ imports: [TenantsModule], inject: [TenantDirectory], checks });
    return {
      module: ConsoleModule,
      imports: [ProcessModule.of(process), NatsModule.as('operator'), callers, health, OperatorModule, TimelineModule],
      controllers: [...pageControllers(), ...proxyControllers(), HealthController],
    };
  }
}
