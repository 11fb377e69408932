import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { Environment } from '#shared/platform/process/environment.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { ENVIRONMENT, LOGGER } from '#shared/platform/process/process.module.js';
import { LedgerReader } from '../queries/reader.js';
import { database } from './connect.js';

/** The projector's connections to Postgres, which may be unreachable at start: the first use connects. */
export const PROJECTOR_POOL = Symbol('connections of the projector');
/** One for the projector, one to repair halted tenants, one to list halted tenants, and one for health. */
const PROJECTOR_CONNECTIONS = 4;

/** Connects to Postgres as two users: one writes the ledger, the other reads one tenant's rows at a time. */
@Module({
  providers: [
    {
      provide: PROJECTOR_POOL,
      inject: [ENVIRONMENT, LOGGER],
      useFactory: ({ DATABASE_PROJECTOR_URL: url }: Environment, logger: Logger) =>
        database(url, { name: 'admit-ledger', connections: PROJECTOR_CONNECTIONS, logger }),
    },
    LedgerReader,
  ],
  exports: [PROJECTOR_POOL, LedgerReader],
})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(
    @Inject(PROJECTOR_POOL) private readonly pool: DataSource,
    private readonly reader: LedgerReader,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.reader.close();
    if (this.pool.isInitialized) await this.pool.destroy();
  }
}
