import type { Logger } from '#shared/platform/process/logger.js';
import { migrateDatabase } from '../../apps/ledger/src/database/migrate-database.js';
import type { RoleUrls } from '../../apps/ledger/src/database/roles.js';
import type { PostgresServer } from './server.js';

/** How each role of the ledger logs in, in a database that a test, a bench or a storm has made for itself. */
export function ledgerUrls(postgres: PostgresServer, database: string): RoleUrls {
  const url = (user: string): string => postgres.url(database, { user, password: `${user}-password` });
  return { projector: url('admit_projector'), reader: url('admit_reader'), replay: url('admit_replay') };
}

/** A new database with the tables and the roles of the ledger. */
export async function makeLedgerDatabase(postgres: PostgresServer, database: string, logger: Logger): Promise<RoleUrls> {
  const urls = ledgerUrls(postgres, database);
  await postgres.createDatabase(database);
  await migrateDatabase(postgres.url(database), urls, logger);
  return urls;
}
