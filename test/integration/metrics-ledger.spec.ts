import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { waitFor } from '../../dev/processes/wait.js';
import { scrape } from '../harness/scrape.js';
import { LedgerStage, WAIT_MS } from './ledger-stage.js';

const stage = LedgerStage.forTests('metrics-ledger');
let app: NestFastifyApplication;

beforeAll(async () => {
  app = await stage.startApp();
});

const shows = async (series: string): Promise<number | undefined> => (await scrape(app)).get(series);
const comesTo = (series: string, value: number): Promise<void> =>
  waitFor(async () => (await shows(series)) === value, { what: `${series} is ${value}`, timeoutMs: WAIT_MS });

it('[blockchain SC-9] shows where the ledger stands, and that it is not behind', async () => {
  const last = await stage.sell('demo', 'gala', 5);
  await comesTo('admit_ledger_checkpoint', last);
  await comesTo('admit_ledger_lag_commits', 0);
  expect([await shows('admit_ledger_lag_seconds'), await shows('admit_ledger_state{state="projecting"}')]).toEqual([0, 1]);
  await comesTo('admit_consumer_ack_pending{stream="EVENTS",consumer="ledger"}', 0);
});

it('[blockchain SC-9] shows by how many commits and for how long it is behind while Postgres is away, and that it caught up', async () => {
  await stage.postgres.stop();
  await comesTo('admit_health{check="database"}', 0);
  const before = (await shows('admit_ledger_checkpoint')) ?? Number.NaN;
  const last = await stage.sell('demo', 'fair', 5);
  await comesTo('admit_ledger_state{state="waiting"}', 1);
  await comesTo('admit_ledger_lag_commits', last - before);
  expect(await shows('admit_ledger_lag_seconds')).toBeGreaterThan(0);
  await stage.postgres.restart();
  await comesTo('admit_ledger_checkpoint', last);
  await comesTo('admit_ledger_lag_commits', 0);
  expect(await shows('admit_ledger_lag_seconds')).toBe(0);
}, 90_000);
