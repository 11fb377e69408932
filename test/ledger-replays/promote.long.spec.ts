import type { DataSource, QueryRunner } from 'typeorm';
import { saleSubject } from '#shared/event-store/event-store.js';
import { balancesOf } from '../../apps/ledger/src/balances.js';
import { connected, database } from '../../apps/ledger/src/database/connect.js';
import { inTransaction } from '../../apps/ledger/src/database/transaction.js';
import { ReplayLog } from '../../apps/ledger/src/logs/replay.js';
import type { LogState } from '../../apps/ledger/src/projection/checkpoint.js';
import { LedgerReader } from '../../apps/ledger/src/queries/reader.js';
import { exchangeSchemas, holdCheckpoint } from '../../apps/ledger/src/replay/promotion.js';
import { LedgerReplay, type ReplayOptions, type ReplayProgress, type ReplayReport } from '../../apps/ledger/src/replay/replay-ledger.js';
import { waitFor } from '../../dev/processes/wait.js';
import { DATABASE, LedgerStage, opening, ordering, paying, silent, WAIT_MS } from '../stages/ledger-stage.js';

const APP_ROLES = ['admit_projector', 'admit_reader', 'admit_replay'];

const stage = LedgerStage.forTests('promote');
beforeAll(() =>
  stage.projects(async () => {
    await stage.sell('demo', 'gala', 40);
    return stage.sell('acme', 'fair', 20);
  }),
);

const promote = (
  { trustLog = false, ...options }: ReplayOptions & { trustLog?: boolean } = {},
  progress?: ReplayProgress,
): Promise<ReplayReport> => stage.promote(options, trustLog, progress);

const amountOf = async (order: string): Promise<string | undefined> =>
  (
    await stage.query<{ amount: string }>(`select amount from ledger.ledger_entry where order_id = $1 and debit = 'settled-outside'`, [
      order,
    ])
  )[0]?.amount;

const tableOids = async (): Promise<unknown[]> =>
  (await stage.query(`select 'ledger.ledger_entry'::regclass::oid as live, 'ledger_shadow.ledger_entry'::regclass::oid as shadow`)).flatMap(
    ({ live, shadow }) => [live, shadow],
  );

/** Permissions by role and object, from the catalogue. */
const rights = (): Promise<object[]> =>
  stage.query(
    `select n.nspname as schema, c.relname as table, r.rolname as role, has_schema_privilege(r.oid, n.oid, 'usage') as usage,
       array(select p from unnest(array['select', 'insert', 'update', 'delete', 'truncate']) p where has_table_privilege(r.oid, c.oid, p)) as may
     from pg_class c join pg_namespace n on n.oid = c.relnamespace cross join pg_roles r
     where n.nspname in ('ledger', 'ledger_shadow') and c.relkind = 'r' and r.rolname = any($1) order by 1, 2, 3`,
    [APP_ROLES],
  );

const indexes = async (schema: string): Promise<unknown[]> =>
  (
    await stage.query<{ made: string }>(
      `select replace(indexdef, $1 || '.', '') as made from pg_indexes where schemaname = $1 and tablename <> 'migration' order by indexname`,
      [schema],
    )
  ).map(({ made }) => made);

/** The connection breaks at the commit: before it arrived, or before its answer did. */
function unheard(owner: DataSource, arrived: boolean): DataSource {
  const createQueryRunner = (): QueryRunner => {
    const runner = owner.createQueryRunner();
    const commit = runner.commitTransaction.bind(runner);
    runner.commitTransaction = async () => {
      if (arrived) await commit();
      throw new Error('Connection terminated unexpectedly');
    };
    return runner;
  };
  return Object.assign(Object.create(owner) as DataSource, { createQueryRunner });
}

describe('admit replay --promote', () => {
  it('replaces the live ledger by the rebuilt one, and names their difference', async () => {
    await stage.query(`update ledger.ledger_entry set amount = 4 where order_id = 'ord_demo_gala_7' and debit = 'settled-outside'`);
    const report = await promote();
    expect(report).toMatchObject({
      result: 'different',
      difference: { field: 'amount', live: '4', replayed: '5000' },
      promotedAt: await stage.checkpoint(),
    });
    expect(await amountOf('ord_demo_gala_7')).toBe('5000');
    expect(await promote()).toMatchObject({ result: 'equal', promotedAt: report.promotedAt });
  });

  it('leaves every role with the rights it had', async () => {
    const before = await rights();
    await promote();
    expect(await rights()).toEqual(before);
  });

  it('gives what becomes the live ledger every index that the one before it had, which a shadow is filled without', async () => {
    const before = await indexes('ledger');
    await promote();
    expect(await indexes('ledger')).toEqual(before);
    const stopped = new Error('stopped in the middle');
    const stop = (): never => {
      throw stopped;
    };
    await expect(promote({}, stop)).rejects.toBe(stopped);
    const bare = await indexes('ledger_shadow');
    expect(before.length - bare.length).toBe(3);
    expect(before).toEqual(expect.arrayContaining(bare));
  });

  it('works beside a projector and readers: neither fails, neither misses a row', async () => {
    const { projector, ended, stop } = await stage.project();
    const reader = await connected(stage.pool('reader', 4));
    let selling = true;
    const writing = (async () => {
      await stage.append(saleSubject('demo', 'rush'), opening('rush', 1_000_000));
      let last = 0;
      for (let n = 0; selling; n++) {
        last = await stage.append(saleSubject('demo', 'rush'), ordering('demo', 'rush', n));
        if (n % 20 === 0) await stage.reaches(last);
      }
      return last;
    })();
    let reads = 0;
    const reading = Promise.all(
      Array.from({ length: 2 }, async () => {
        while (selling) {
          const balances = await balancesOf(reader, 'demo', 'gala');
          expect(balances.find(({ account }) => account === 'sold')?.amount).toBe('80');
          reads += 1;
        }
      }),
    );
    for (let round = 0; round < 3 || reads <= 20; round++)
      expect(await promote()).toMatchObject({ result: 'equal', promotedAt: expect.any(Number) });
    selling = false;
    await reading;
    await stage.reaches(await writing);
    expect(projector.trouble).toBeUndefined();
    await stop();
    await ended;
    expect((await promote()).result).toBe('equal');
  });

  it('shows a reader in the middle of its questions one ledger, never the names of one with the moment of another', async () => {
    const { stop } = await stage.project();
    const reader = new LedgerReader({ DATABASE_READER_URL: stage.urls.reader }, silent);
    let looks = 0;
    const seen = await reader.read('demo', async (rows) => {
      const [head] = await rows('select max(sequence) as sequence from ledger.log_head', []);
      if (looks++ === 0) {
        await stage.reaches(await stage.append(saleSubject('demo', 'gala'), paying('ord_meanwhile')));
        await promote();
      }
      const [entry] = await rows('select max(sequence) as sequence from ledger.ledger_entry', []);
      return [head?.sequence, entry?.sequence];
    });
    expect([looks, seen]).toEqual([2, Array(2).fill(`${await stage.checkpoint()}`)]);
    await reader.close();
    await stop();
  });

  it('lets a projector that waits for the checkpoint continue in the promoted ledger', async () => {
    await promote(); // both schemas now hold the same
    const { comesTo, projector, stop } = await stage.project();
    await comesTo('projecting');
    const owner = await connected(database(stage.postgres.url(DATABASE), { name: 'promote', connections: 1, logger: silent }));
    const runner = owner.createQueryRunner();
    const before = await tableOids();
    const last = await inTransaction(runner, {}, async () => {
      await holdCheckpoint(runner);
      const sequence = await stage.append(saleSubject('acme', 'fair'), ordering('acme', 'late', 1).slice(0, 1));
      const waits = `select 1 from pg_stat_activity where usename = 'admit_projector' and wait_event_type = 'Lock'`;
      await waitFor(async () => (await stage.query(waits)).length === 1, { what: 'the projector waits', timeoutMs: WAIT_MS });
      await exchangeSchemas(runner);
      return sequence;
    });
    await stage.reaches(last);
    expect([projector.trouble, await tableOids()]).toEqual([undefined, [...before].reverse()]);
    await stop();
    await owner.destroy();
    expect((await promote()).result).toBe('equal');
  });

  it('changes nothing when the last step fails', async () => {
    const before = [await stage.checkpoint(), await stage.query('select * from ledger.tenant_chain order by tenant')];
    await stage.postgres.asSuperuser(DATABASE, async (client) => {
      await client.query('begin; lock table ledger.migration in access share mode'); // which must move to the new live schema
      const cancel = `select pg_cancel_backend(pid) from pg_stat_activity where application_name = 'promote' and wait_event_type = 'Lock'`;
      const failed = expect(promote()).rejects.toMatchObject({ code: 'database-unreachable' });
      await waitFor(async () => (await stage.query(cancel)).length === 1, {
        what: 'the exchange waits, and is cancelled',
        timeoutMs: WAIT_MS,
      });
      await failed;
      await client.query('rollback');
    });
    expect([await stage.checkpoint(), await stage.query('select * from ledger.tenant_chain order by tenant')]).toEqual(before);
    expect(await promote()).toMatchObject({ result: 'equal' });
  });

  it("reports its outcome when the commit's answer was lost: exchanged if the commit arrived, unchanged if not", async () => {
    for (const arrived of [true, false]) {
      const before = await tableOids();
      const owner = await connected(database(stage.postgres.url(DATABASE), { name: 'promote', connections: 2, logger: silent }));
      await stage.rewind();
      const promoting = stage.replay({}, { owner: unheard(owner, arrived), trustLog: false });
      if (arrived) expect(await promoting).toMatchObject({ result: 'equal', promotedAt: await stage.checkpoint() });
      else await expect(promoting).rejects.toMatchObject({ code: 'database-unreachable' });
      expect(await tableOids()).toEqual(arrived ? [...before].reverse() : before);
      await owner.destroy();
    }
  });

  it("does not replace a ledger that has more: that of a version that cannot apply the live ledger's events", async () => {
    const [{ sequence }] = (await stage.query(`select max(sequence) as sequence from ledger.ledger_entry where tenant = 'acme'`)) as [
      { sequence: string },
    ];
    await stage.query(`alter table ledger_shadow.ledger_entry add constraint older check (sequence <> ${sequence}) not valid`);
    for (const options of [{}, { tenant: 'acme' }])
      await expect(promote(options)).rejects.toMatchObject({ code: 'ledger-differs', context: { tenant: 'acme', sequence } });
    expect(await stage.query('select * from ledger.tenant_halt')).toEqual([]);
    await stage.query('alter table ledger_shadow.ledger_entry drop constraint older');
    expect(await promote()).toMatchObject({ result: 'equal', halted: [] });
  });

  it('promotes one tenant alone: other tenants keep even their errors', async () => {
    await stage.query(
      `update ledger.ledger_entry set amount = 4 where order_id in ('ord_demo_gala_7', 'ord_acme_fair_7') and debit = 'settled-outside'`,
    );
    expect(await promote({ tenant: 'acme' })).toMatchObject({ result: 'different', difference: { row: { tenant: 'acme' } } });
    expect([await amountOf('ord_acme_fair_7'), await amountOf('ord_demo_gala_7')]).toEqual(['5000', '4']);
    expect(await promote({ tenant: 'acme' })).toMatchObject({ result: 'equal' });
    expect(await promote()).toMatchObject({ difference: { row: { tenant: 'demo' }, live: '4' } });
  });

  it('discards data that only the live ledger has when it is asked to, and only then', async () => {
    const last = await stage.checkpoint();
    await stage.query(`update ledger.checkpoint set sequence = sequence + 10, epoch = 'another'`);
    await expect(promote()).rejects.toMatchObject({ code: 'ledger-differs' });
    expect(await promote({ trustLog: true })).toMatchObject({ result: 'not compared', promotedAt: last });
    expect(await promote()).toMatchObject({ result: 'equal', promotedAt: last });
  });

  it('takes nothing back from a ledger that continues beside it, whichever of the two is trusted', async () => {
    const { stop } = await stage.project();
    let asked = 0;
    let grown = 0;
    class GrowingLog extends ReplayLog {
      override async state(): Promise<LogState> {
        const state = await super.state();
        if (++asked !== 2) return state;
        grown = await stage.sell('acme', 'meanwhile', 5);
        await stage.reaches(grown);
        return state;
      }
    }
    await stage.rewind();
    const owner = await connected(database(stage.postgres.url(DATABASE), { name: 'promote', connections: 1, logger: silent }));
    const log = new GrowingLog(await stage.nat('replay'), '_INBOX.replay');
    const { promotedAt } = await new LedgerReplay(log, {}, () => undefined).run(await connected(stage.pool('replay', 1)), {
      owner,
      trustLog: true,
    });
    await owner.destroy();
    expect(promotedAt).toBeGreaterThanOrEqual(grown);
    await stop();
    expect((await promote()).result).toBe('equal');
  });

  it('refuses a role that may not change the schemas', async () => {
    const owner = await connected(stage.pool('projector', 1));
    await expect(stage.replay({}, { owner, trustLog: false })).rejects.toMatchObject({ code: 'configuration' });
  });
});
