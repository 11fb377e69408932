import type { NatsConnection } from '@nats-io/transport-node';
import { type DynamicModule, Module } from '@nestjs/common';
import { NATS, NatsModule } from '#shared/platform/messaging/nats.module.js';
import { HealthModule } from '#shared/platform/process/health.js';
import { type AppProcess, ProcessModule } from '#shared/platform/process/process.module.js';
import { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { TenantsModule } from '#shared/platform/tenants/tenants.module.js';
import { DeliveriesModule } from './feeds/deliveries.module.js';
import { EndpointNames } from './feeds/endpoint-names.js';

/** Sends the events of tenants to their endpoints. It reads EVENTS, and writes nothing of the log. */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a Nest module is a class, and a dynamic one is made by a static method
export class WebhooksModule {
  static of(process: AppProcess): DynamicModule {
    const health = HealthModule.with({
      imports: [DeliveriesModule, TenantsModule],
      inject: [NATS, TenantDirectory, EndpointNames],
      checks: (connection: NatsConnection, tenants: TenantDirectory, names: EndpointNames) => ({
        log: async () => {
          await connection.flush();
        },
        tenants: async () => {
          if (tenants.trouble !== undefined) throw tenants.trouble;
        },
        endpoints: async () => {
          if (names.of('') === undefined) throw new Error('the endpoints cannot be read');
        },
      }),
    });
    return {
      module: WebhooksModule,
      imports: [ProcessModule.of(process), NatsModule.as('webhooks'), health, DeliveriesModule],
    };
  }
}
