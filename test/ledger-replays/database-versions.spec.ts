import { join } from 'node:path';
import { createLogger } from '#shared/platform/process/logger.js';
import { connected, database } from '../../apps/ledger/src/database/connect.js';
import { asOwner, assertMigrated, migrateDatabase } from '../../apps/ledger/src/database/migrate-database.js';
import { ledgerUrls, makeLedgerDatabase } from '../../dev/postgres/ledger-database.js';
import { newPostgres } from '../stages/postgres.js';
import { Stage } from '../stages/stage.js';

const DATABASE = 'tickets';
const LONG_MS = 120_000;
const stage = Stage.forTests();

it(
  'a database of another version is refused by the ledger app at its start, and one of a later version by the migration',
  async () => {
    const postgres = await stage.keep(newPostgres(join(stage.folder('versions'), 'postgres')));
    await makeLedgerDatabase(postgres, DATABASE, createLogger('migrations', 'silent'));
    const [admin, urls, logger] = [postgres.url(DATABASE), ledgerUrls(postgres, DATABASE), createLogger('migrations', 'silent')];
    const app = await connected(database(urls.projector, { name: 'of-the-app', connections: 1, logger }));
    const refused = (problem: RegExp) => ({ code: 'configuration', context: { problems: [expect.stringMatching(problem)] } });
    try {
      await assertMigrated(app, 'DATABASE_PROJECTOR_URL');
      await asOwner(admin, (owner) =>
        owner.query(`insert into ledger.migration ("timestamp", name) values (1899999999999, 'Later1899999999999')`),
      );
      const later = /a later version migrated the database \(Later1899999999999\)\. Run that version/;
      await expect(assertMigrated(app, 'DATABASE_PROJECTOR_URL')).rejects.toMatchObject(refused(later));
      await expect(migrateDatabase(admin, urls, logger)).rejects.toMatchObject(refused(later));
      await asOwner(admin, (owner) => owner.query(`delete from ledger.migration where name = 'Later1899999999999'`));
      await asOwner(admin, (owner) => owner.undoLastMigration());
      const earlier = /is of an earlier version and lacks \w+\. Run admit ledger migrate of this version$/;
      await expect(assertMigrated(app, 'DATABASE_PROJECTOR_URL')).rejects.toMatchObject(refused(earlier));
    } finally {
      await app.destroy();
    }
  },
  LONG_MS,
);
