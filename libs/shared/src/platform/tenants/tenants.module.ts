import type { NatsConnection } from '@nats-io/transport-node';
import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { NATS } from '../messaging/nats.module.js';
import type { Logger } from '../process/logger.js';
import { LOGGER } from '../process/process.module.js';
import { TenantDirectory } from './tenant-directory.js';

/** The directory of tenants, read once before the app starts and polled until it ends. */
@Module({
  providers: [
    {
      provide: TenantDirectory,
      inject: [NATS, LOGGER],
      useFactory: (connection: NatsConnection, logger: Logger) => TenantDirectory.watch(connection, logger),
    },
  ],
  exports: [TenantDirectory],
})
export class TenantsModule implements OnApplicationShutdown {
  constructor(private readonly directory: TenantDirectory) {}

  async onApplicationShutdown(): Promise<void> {
    await this.directory.stop();
  }
}
