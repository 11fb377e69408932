import type { NatsConnection } from '@nats-io/transport-node';
import { type DynamicModule, Module } from '@nestjs/common';
import { NATS, NatsModule } from '#shared/platform/messaging/nats.module.js';
import { HealthController, HealthModule } from '#shared/platform/process/health.js';
import { type AppProcess, ProcessModule } from '#shared/platform/process/process.module.js';
import { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { TenantsModule } from '#shared/platform/tenants/tenants.module.js';
import { HttpApiModule } from './api/http/http-api.module.js';
import { EDGE, NatsApiModule } from './api/nats/nats-api.module.js';
import { CommandConsumers } from './deciding/command-consumers.js';
import { Decider } from './deciding/decider.js';
import { SellingModule } from './deciding/selling.module.js';
import { PurchaseMetricsModule } from './metrics.module.js';
import { ReactorsModule } from './reactors/reactors.module.js';
import { readiness } from './readiness.js';

/**
 * The write side. NatsApiModule and HttpApiModule receive requests; RequestsModule stores them in COMMANDS. SellingModule consumes COMMANDS
 * and writes EVENTS; ReactorsModule consumes EVENTS and TIMERS. At shutdown modules end in the opposite order of their imports.
 */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a Nest module is a class, and a dynamic one is made by a static method
export class PurchaseModule {
  /** @param callers the module of the public HTTP server */
  static of(process: AppProcess, callers: DynamicModule): DynamicModule {
    const natsApi = NatsApiModule.of();
    const health = HealthModule.with({
      imports: [SellingModule, TenantsModule, natsApi],
      inject: [NATS, EDGE, TenantDirectory, Decider, CommandConsumers],
      checks: (connection: NatsConnection, edge: NatsConnection, tenants: TenantDirectory, decider: Decider, consumers: CommandConsumers) =>
        readiness({ connection, edge, tenants, decider, consumers }),
    });
    return {
      module: PurchaseModule,
      imports: [
        ProcessModule.of(process),
        NatsModule.as('purchase'),
        PurchaseMetricsModule,
        callers,
        health,
        SellingModule,
        ReactorsModule,
        natsApi,
        HttpApiModule.of(),
      ],
      controllers: [HealthController],
    };
  }
}
