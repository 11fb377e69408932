import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { startLedger } from '../../apps/ledger/src/start.js';
import { type NatsServer, startNats } from '../../dev/nats/server.js';
import { ledgerUrls, makeLedgerDatabase } from '../../dev/postgres/ledger-database.js';
import type { PostgresServer } from '../../dev/postgres/server.js';
import { projectFolder } from '../../dev/processes/project.js';
import { waitFor } from '../../dev/processes/wait.js';
import { admit, operatorOf } from '../harness/admit.js';
import { Caller } from '../harness/caller.js';
import { DATABASE, ledgerSettings } from '../stages/ledger-app.js';
import { newPostgres } from '../stages/postgres.js';
import { startSelling } from '../stages/selling.js';
import { Stage } from '../stages/stage.js';

const EARLIER = join(projectFolder(), 'test', 'contract', 'installation-2026-11-30');
const SILENT = createLogger('upgrade', 'silent');
const LONG_MS = 180_000;
const WAIT_MS = 60_000;

interface Answered {
  readonly operation: string;
  readonly key: string;
  readonly body: object;
  readonly status: number;
  readonly text: string;
}

const read = (file: string): string => readFileSync(join(EARLIER, file), 'utf8');
const answered = JSON.parse(read('answers.json')) as readonly Answered[];

const stage = Stage.forTests();
let nats: NatsServer;
let postgres: PostgresServer;
let demo: Caller;

/** The servers with the data of the earlier version, as its apps left them at their stop. */
beforeAll(async () => {
  const folder = stage.folder('upgrade');
  nats = await stage.keep(startNats({ dataDir: join(folder, 'nats') }));
  postgres = await stage.keep(newPostgres(join(folder, 'postgres')));
  await makeLedgerDatabase(postgres, 'roles', SILENT); // roles belong to the server, not to a database: a dump has none
  await postgres.createDatabase(DATABASE);
  await postgres.asSuperuser(DATABASE, (client) => client.query(read('ledger.sql')));
}, LONG_MS);

const startLedgerApp = () => startLedger(readEnvironment(ledgerSettings(nats, postgres)), SILENT);
const query = <Row extends object>(sql: string): Promise<Row[]> =>
  postgres.asSuperuser(DATABASE, async (client) => (await client.query(sql)).rows as Row[]);

describe('an installation of an earlier version, upgraded as docs/upgrading.md says', () => {
  it(
    'has its backup restored, and the ledger app ends before the database is migrated',
    async () => {
      const restored = await admit(operatorOf(nats, 'provision'), 'log', 'restore', join(EARLIER, 'backup'));
      expect(restored).toMatchObject({ code: 0 });
      const { app, projecting } = await startLedgerApp();
      await expect(projecting).rejects.toMatchObject({
        context: { problems: [expect.stringMatching(/is of an earlier version or not migrated\. Run admit ledger migrate/)] },
      });
      await app.close();
      const { projector, reader, replay } = ledgerUrls(postgres, DATABASE);
      const migrating = {
        DATABASE_ADMIN_URL: postgres.url(DATABASE),
        DATABASE_PROJECTOR_URL: projector,
        DATABASE_READER_URL: reader,
        DATABASE_REPLAY_URL: replay,
      };
      expect(await admit(migrating, 'ledger', 'migrate')).toMatchObject({ code: 0, out: expect.stringContaining('HaltDecisions') });
      expect(await admit(migrating, 'ledger', 'migrate')).toMatchObject({ code: 0, out: expect.not.stringContaining('HaltDecisions') });
    },
    LONG_MS,
  );

  it(
    "answers every key with the bytes of the earlier version's answer, and continues to sell",
    async () => {
      await stage.keep(startLedgerApp().then(({ app }) => app));
      await stage.keep(startSelling(nats));
      demo = await stage.keep(Caller.of(nats, 'demo'));
      for (const { operation, key, body, text } of answered)
        expect([key, (await demo.askUntilSettled(operation, body, key)).text]).toEqual([key, text]);
      const place = (unit: string) => demo.askUntilSettled('order.place', { sale: 'seats', buyer: 'new', units: [unit] }, `new-${unit}`);
      expect(await place('A-1')).toMatchObject({ status: 409, body: { code: 'unit-taken' } });
      for (const unit of ['A-3', 'A-4', 'A-6']) expect(await place(unit)).toMatchObject({ status: 201 }); // refunded, cancelled, never sold
      const expired = async (): Promise<boolean> => (await demo.place('seats', { buyer: 'new', units: ['A-5'] })).status === 201;
      await waitFor(expired, { what: 'the hold of the earlier version expires', timeoutMs: WAIT_MS });
    },
    LONG_MS,
  );

  it(
    'has a whole log, and a ledger that follows it and equals a replay from the first event',
    async () => {
      const settings = { ...operatorOf(nats), DATABASE_REPLAY_URL: ledgerUrls(postgres, DATABASE).replay };
      const verified = await admit(settings, 'log', 'verify', '--json');
      expect(verified).toMatchObject({ code: 0 });
      const { sequence } = JSON.parse(verified.out) as { sequence: number };
      const follows = async (): Promise<boolean> =>
        Number((await query<{ sequence: string }>('select sequence from ledger.checkpoint'))[0]?.sequence) >= sequence;
      await waitFor(follows, { what: `the ledger has commit ${sequence}`, timeoutMs: WAIT_MS });
      const replaying = { ...settings, NATS_REPLAY_PASSWORD: nats.credentials('replay').pass };
      expect(await admit(replaying, 'replay')).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^equal at commit/),
        error: expect.anything(),
      });
      const [minted] = await query<{ count: number }>(`select count(*)::int from ledger.ticket where asset is not null`);
      expect(minted?.count).toBe(3);
    },
    LONG_MS,
  );
});
