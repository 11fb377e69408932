import { type DynamicModule, Module } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { NatsModule } from '#shared/platform/messaging/nats.module.js';
import { type HealthChecks, HealthController, HealthModule } from '#shared/platform/process/health.js';
import { type AppProcess, ProcessModule } from '#shared/platform/process/process.module.js';
import { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { TenantsModule } from '#shared/platform/tenants/tenants.module.js';
import { connected } from './database/connect.js';
import { PROJECTOR_POOL } from './database/database.module.js';
import { LedgerApiModule } from './http/ledger-api.module.js';
import { ProjectionModule } from './projection/projection.module.js';
import { Projector } from './projection/projector.js';

/**
 * Ready means that the ledger follows the log or stands by, and that Postgres answers now. Halted tenants are named; the others are served.
 */
const checks = (projector: Projector, pool: DataSource, tenants: TenantDirectory): HealthChecks => ({
  projection: async () => {
    projector.assertHealthy();
    return projector.degraded();
  },
  database: async () => {
    await (await connected(pool)).query('select 1');
  },
  tenants: async () => {
    if (tenants.trouble !== undefined) throw tenants.trouble;
  },
});

/** The read side: ProjectionModule projects EVENTS into Postgres, LedgerApiModule serves queries. */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a Nest module is a class, and a dynamic one is made by a static method
export class LedgerModule {
  /** @param callers the module of the public HTTP server */
  static of(process: AppProcess, callers: DynamicModule): DynamicModule {
    const health = HealthModule.with({
      imports: [ProjectionModule, TenantsModule],
      inject: [Projector, PROJECTOR_POOL, TenantDirectory],
      checks,
    });
    return {
      module: LedgerModule,
      imports: [ProcessModule.of(process), NatsModule.as('ledger'), callers, health, ProjectionModule, LedgerApiModule],
      controllers: [HealthController],
    };
  }
}
