import 'reflect-metadata';
import { Fault } from '#shared/kernel/fault.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { migrateDatabase } from './database/migrate-database.js';
import { roleUrls } from './start.js';

/** `node dist/apps/ledger/src/migrate.js`: roles, schemas and tables, for whoever does not let the app migrate at its start. */
const environment = readEnvironment();
const logger = createLogger('ledger-migrate', environment.LOG_LEVEL);
try {
  if (environment.DATABASE_ADMIN_URL === '') throw new Fault('configuration', { problems: ['DATABASE_ADMIN_URL is needed to migrate'] });
  const ran = await migrateDatabase(environment.DATABASE_ADMIN_URL, roleUrls(environment), logger);
  logger.info({ ran }, 'the database is of this version');
} catch (thrown) {
  logger.fatal({ err: thrown }, thrown instanceof Error ? thrown.message : 'the database could not be migrated');
  process.exitCode = 1;
}
