import type { Logger } from '#shared/platform/process/logger.js';
import { migrateDatabase } from '../../apps/ledger/src/database/migrate-database.js';
import type { RoleUrls } from '../../apps/ledger/src/database/roles.js';
import type { PostgresServer } from './server.js';

/** Connection URLs of each ledger role, for a database that a test, a bench or a chaos run created. */
export function ledgerUrls(postgres: PostgresServer, database: string): RoleUrls {
  const url = (user: string): string => postgres.url(database, { user, password: `${user}-password` });
  return { projector: url('admit_projector'), reader: url('admit_reader'), replay: url('admit_replay') };
}

/** Creates a database with the tables and roles of the ledger. */
export async function makeLedgerDatabase(postgres: PostgresServer, database: string, logger: Logger): Promise<RoleUrls> {
  const urls = ledgerUrls(postgres, database);
  await postgres.createDatabase(database);
  await migrateDatabase(postgres.url(database), urls, logger);
  return urls;
}
