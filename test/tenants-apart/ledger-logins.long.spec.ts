import { saleSubject } from '#shared/event-store/event-store.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { startLedger } from '../../apps/ledger/src/start.js';
import { ledgerUrls } from '../../dev/postgres/ledger-database.js';
import { waitFor } from '../../dev/processes/wait.js';
import { admit } from '../harness/admit.js';
import { healthUrlOf } from '../harness/scrape.js';
import { DATABASE, ledgerSettings } from '../stages/ledger-app.js';
import { LedgerStage, opening, silent, WAIT_MS } from '../stages/ledger-stage.js';

const stage = LedgerStage.forTests('ledger-logins');

/** How the serving app ends with this environment. */
async function endOf(more: Readonly<Record<string, string>>): Promise<unknown> {
  const environment = readEnvironment({ ...ledgerSettings(stage.nats, stage.postgres), ...more });
  try {
    const { app, projecting } = await startLedger(environment, silent);
    return await projecting.catch((thrown: unknown) => thrown).finally(() => app.close());
  } catch (thrown) {
    return thrown;
  }
}

describe('[L8] the ledger app that serves refuses a login that may do more than it serves', () => {
  it.each<[string, () => Readonly<Record<string, string>>, string]>([
    [
      'of the administrator, beside its own',
      () => ({ DATABASE_ADMIN_URL: stage.postgres.url(DATABASE) }),
      'DATABASE_ADMIN_URL: must not be given',
    ],
    ['of replays, beside its own', () => ({ DATABASE_REPLAY_URL: stage.urls.replay }), 'DATABASE_REPLAY_URL: must not be given'],
    ['of a superuser that projects', () => ({ DATABASE_PROJECTOR_URL: stage.postgres.url(DATABASE) }), 'is a superuser'],
    ['of a superuser that reads', () => ({ DATABASE_READER_URL: stage.postgres.url(DATABASE) }), 'DATABASE_READER_URL: the role'],
    ['of replays that projects', () => ({ DATABASE_PROJECTOR_URL: stage.urls.replay }), 'is the role of replays'],
    ['of replays that reads', () => ({ DATABASE_READER_URL: stage.urls.replay }), 'is the role of replays'],
  ])('%s', async (_, more, problem) => {
    expect(await endOf(more())).toMatchObject({
      code: 'configuration',
      context: { problems: expect.arrayContaining([expect.stringContaining(problem)]) },
    });
  });

  it('of the owner of the tables', async () => {
    await stage.query(`create role too_much login password 'secret' in role admit_owner`);
    const DATABASE_READER_URL = stage.postgres.url(DATABASE, { user: 'too_much', password: 'secret' });
    expect(await endOf({ DATABASE_READER_URL })).toMatchObject({
      code: 'configuration',
      message: expect.stringContaining('owns tables of the ledger'),
    });
  });
});

it('admit ledger migrate makes the roles and tables that the app serves with, and gets no login of NATS', async () => {
  const urls = ledgerUrls(stage.postgres, 'fresh');
  const settings = {
    DATABASE_ADMIN_URL: stage.postgres.url('fresh'),
    DATABASE_PROJECTOR_URL: urls.projector,
    DATABASE_READER_URL: urls.reader,
    DATABASE_REPLAY_URL: urls.replay,
  };
  await stage.postgres.createDatabase('fresh');
  expect(await admit(settings, 'ledger', 'migrate')).toMatchObject({ code: 0 });
  expect(await admit({ ...settings, DATABASE_ADMIN_URL: '' }, 'ledger', 'migrate')).toMatchObject({ code: 2 });
  const app = await stage.startApp();
  await stage.reaches(await stage.append(saleSubject('demo', 'gala'), opening('gala', 2)));
  await waitFor(async () => (await fetch(`${healthUrlOf(app)}/health/ready`)).status === 200, { what: 'it serves', timeoutMs: WAIT_MS });
});
