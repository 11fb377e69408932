import type { QueryRunner } from 'typeorm';
import { withLedger } from '#shared/platform/ledger-reading.js';
import { readLedgerWitness } from '../../apps/cli/src/log/ledger-witness.js';
import { balancesOf } from '../../apps/ledger/src/balances.js';
import { connected, database } from '../../apps/ledger/src/database/connect.js';
import { LIVE, SHADOW } from '../../apps/ledger/src/database/names.js';
import { inTransaction } from '../../apps/ledger/src/database/transaction.js';
import { exchangeSchemas, holdCheckpoint } from '../../apps/ledger/src/replay/promotion.js';
import { LEDGER_TABLES } from '../../apps/ledger/src/rows/tables.js';
import { ledgerSale } from '../../apps/minter/src/reconcile/ledger-tickets.js';
import { waitFor } from '../../dev/processes/wait.js';
import { DATABASE, LedgerStage, silent, WAIT_MS } from '../stages/ledger-stage.js';

const stage = LedgerStage.forTests('ledger-exchanged');
beforeAll(() => stage.projects(() => stage.sell('demo', 'gala', 4)));

/** Replays into the shadow when the live ledger is right. */
async function rebuild(owner: QueryRunner): Promise<void> {
  for (const { name, columns } of LEDGER_TABLES) {
    const names = Object.keys(columns).join(', ');
    await owner.query(`truncate ${SHADOW}.${name}`);
    await owner.query(`insert into ${SHADOW}.${name} (${names}) select ${names} from ${LIVE}.${name}`);
  }
  await owner.query(`update ${SHADOW}.checkpoint shadow set sequence = live.sequence, epoch = live.epoch from ${LIVE}.checkpoint live`);
}

/** The ledgers are exchanged between two queries of a reader: the second one, on this table, waits until then. */
async function exchangedBefore<T>(table: string, reading: () => Promise<T>): Promise<T> {
  const owner = await connected(database(stage.postgres.url(DATABASE), { name: 'promote', connections: 1, logger: silent }));
  const runner = owner.createQueryRunner();
  try {
    const read = await inTransaction(runner, {}, async () => {
      await holdCheckpoint(runner);
      await runner.query(`lock table ${LIVE}.${table} in access exclusive mode`);
      const underWay = reading();
      underWay.catch(() => undefined); // the caller that awaits it gets the error
      const waits = `select 1 from pg_stat_activity where usename in ('admit_reader', 'admit_replay') and wait_event_type = 'Lock'`;
      await waitFor(async () => (await stage.query(waits)).length === 1, { what: 'the reader waits', timeoutMs: WAIT_MS });
      await rebuild(runner);
      await exchangeSchemas(runner);
      return { underWay };
    });
    return await read.underWay;
  } finally {
    await runner.release();
    await owner.destroy();
  }
}

describe('a ledger that is exchanged by a promotion in the middle of reading it', () => {
  it('shows admit reconcile the tickets of one ledger, and calls none missing that is there', async () => {
    const tickets = () => withLedger(stage.urls.replay, (ledger) => ledgerSale(ledger, 'demo', 'gala'));
    const before = await tickets();
    expect(before.tickets.size).toBe(4);
    expect(await exchangedBefore('ticket', tickets)).toEqual(before);
  });

  it('vouches for every subject when admit log verify asks it', async () => {
    const heads = () => readLedgerWitness(stage.urls.replay);
    const before = await heads();
    expect(before.heads.size).toBe(2);
    expect(await exchangedBefore('log_head', heads)).toEqual(before);
  });

  it('shows a reader of balances the rows of one ledger only', async () => {
    const reader = await connected(stage.pool('reader'));
    const balances = () => balancesOf(reader, 'demo', 'gala');
    const before = await balances();
    expect(before.length).toBeGreaterThan(2);
    expect(await exchangedBefore('account_balance', balances)).toEqual(before);
  });
});
