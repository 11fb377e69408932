import 'reflect-metadata';
import { Fault } from '#shared/kernel/fault.js';
import { type Environment, readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { migrateOnceReachable } from './database/migrate-database.js';

/**
 * `node dist/apps/ledger/src/migrate.js`: creates roles, schemas and tables. `admit ledger migrate` starts it; the serving app lacks the
 * permissions.
 */
const roleUrls = (environment: Environment) => ({
  projector: environment.DATABASE_PROJECTOR_URL,
  reader: environment.DATABASE_READER_URL,
  replay: environment.DATABASE_REPLAY_URL,
});
const environment = readEnvironment();
const logger = createLogger('ledger-migrate', environment.LOG_LEVEL);
try {
  if (environment.DATABASE_ADMIN_URL === '') throw new Fault('configuration', { problems: ['DATABASE_ADMIN_URL is needed to migrate'] });
  const ran = await migrateOnceReachable(environment.DATABASE_ADMIN_URL, roleUrls(environment), logger);
  logger.info({ ran }, 'the database is of this version');
} catch (thrown) {
  logger.fatal({ err: thrown }, thrown instanceof Error ? thrown.message : 'the database could not be migrated');
  process.exitCode = 1;
}
