import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { createLogger } from '#shared/platform/process/logger.js';
import { connected, database } from '../../apps/ledger/src/database/connect.js';
import { asOwner, assertMigrated, migrateDatabase, migrateOnceReachable } from '../../apps/ledger/src/database/migrate-database.js';
import type { RoleUrls } from '../../apps/ledger/src/database/roles.js';
import { makeLedgerDatabase } from '../../dev/postgres/ledger-database.js';
import { newPostgres } from '../stages/postgres.js';
import { Stage } from '../stages/stage.js';

const DATABASE = 'tickets';
const LONG_MS = 120_000;
const stage = Stage.forTests();
const logger = createLogger('migrations', 'silent');
const refused = (problem: RegExp) => ({ code: 'configuration', context: { problems: [expect.stringMatching(problem)] } });
let admin: string;
let urls: RoleUrls;
let app: DataSource;

beforeAll(async () => {
  const postgres = await stage.keep(newPostgres(join(stage.folder('versions'), 'postgres')));
  urls = await makeLedgerDatabase(postgres, DATABASE, logger);
  admin = postgres.url(DATABASE);
  app = await connected(database(urls.projector, { name: 'of-the-app', connections: 1, logger }));
  stage.onClose(() => app.destroy());
}, LONG_MS);

const isRefused = (problem: RegExp) => expect(assertMigrated(app, 'DATABASE_PROJECTOR_URL')).rejects.toMatchObject(refused(problem));

describe('[L7] the ledger app and its migration', () => {
  it('refuse a database that a later version migrated', async () => {
    await asOwner(admin, (owner) =>
      owner.query(`insert into ledger.migration ("timestamp", name) values (1899999999999, 'Later1899999999999')`),
    );
    const later = /a later version migrated the database \(Later1899999999999\)\. Run that version/;
    await isRefused(later);
    await expect(migrateDatabase(admin, urls, logger)).rejects.toMatchObject(refused(later));
    await asOwner(admin, (owner) => owner.query(`delete from ledger.migration where name = 'Later1899999999999'`));
    await assertMigrated(app, 'DATABASE_PROJECTOR_URL');
  });

  it('refuse a database of an earlier version until it is migrated, also one whose list of migrations the app could not read yet', async () => {
    await asOwner(admin, (owner) => owner.undoLastMigration());
    await isRefused(/is of an earlier version and lacks \w+\. Run admit ledger migrate of this version$/);
    await asOwner(admin, (owner) => owner.query('revoke select on ledger.migration from admit_projector'));
    await isRefused(/is of an earlier version or not migrated\. Run admit ledger migrate of this version$/);
    expect(await migrateDatabase(admin, urls, logger)).toHaveLength(1);
    await assertMigrated(app, 'DATABASE_PROJECTOR_URL');
  });

  it('a migration continues when Postgres refuses its first connections, and fails after the limit when it responds to none', async () => {
    await asOwner(admin, (owner) => owner.undoLastMigration());
    const postgres = new URL(admin);
    let refusing = 2;
    const proxy = createServer((caller) => {
      caller.on('error', () => undefined); // a client may end it first
      if (refusing-- > 0) return caller.destroy();
      const server = connect(Number(postgres.port), postgres.hostname);
      server.on('error', () => caller.destroy());
      return caller.pipe(server).pipe(caller);
    });
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const { port } = proxy.address() as AddressInfo;
    const viaProxy = Object.assign(new URL(admin), { hostname: '127.0.0.1', port: `${port}` }).href;
    expect(await migrateOnceReachable(viaProxy, urls, logger)).toHaveLength(1);
    expect(refusing).toBeLessThan(0);
    await once(proxy.close(), 'close');
    await expect(migrateOnceReachable(viaProxy, urls, logger, 0)).rejects.toMatchObject({ code: 'database-unreachable' });
  });
});
