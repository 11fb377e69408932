import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { waitFor } from '../../dev/processes/wait.js';
import { scrape } from '../harness/scrape.js';
import { LedgerStage, WAIT_MS } from '../stages/ledger-stage.js';

const stage = LedgerStage.forTests('metrics-ledger');
let app: NestFastifyApplication;

beforeAll(async () => {
  app = await stage.startApp();
});

const shows = async (series: string): Promise<number | undefined> => (await scrape(app)).get(series);
const comesTo = (series: string, value: number): Promise<void> => comes(series, `is ${value}`, (shown) => shown === value);
/** A scrape that a busy server does not answer in time leaves its series out: the next one shows them. */
const comes = (series: string, what: string, isSo: (shown: number) => boolean): Promise<void> =>
  waitFor(async () => isSo((await shows(series)) ?? Number.NaN), { what: `${series} ${what}`, timeoutMs: WAIT_MS });

it("[blockchain SC-9] shows the ledger's position, and that it is not behind", async () => {
  const last = await stage.sell('demo', 'gala', 5);
  await comesTo('admit_ledger_checkpoint', last);
  await comesTo('admit_ledger_lag_commits', 0);
  await comesTo('admit_ledger_lag_seconds', 0);
  await comesTo('admit_ledger_state{state="projecting"}', 1);
  await comesTo('admit_consumer_ack_pending{stream="EVENTS",consumer="ledger"}', 0);
});

it('[blockchain SC-9] shows by how many commits and for how long it is behind while Postgres is away, and that it caught up', async () => {
  await stage.postgres.stop();
  await comesTo('admit_health{check="database"}', 0);
  const before = (await shows('admit_ledger_checkpoint')) ?? Number.NaN;
  const last = await stage.sell('demo', 'fair', 5);
  await comesTo('admit_ledger_state{state="waiting"}', 1);
  await comesTo('admit_ledger_lag_commits', last - before);
  await comes('admit_ledger_lag_seconds', 'is above 0', (seconds) => seconds > 0);
  await stage.postgres.restart();
  await comesTo('admit_ledger_checkpoint', last);
  await comesTo('admit_ledger_lag_commits', 0);
  await comesTo('admit_ledger_lag_seconds', 0);
}, 90_000);
