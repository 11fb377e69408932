import { saleSubject } from '#shared/event-store/event-store.js';
import { connected } from '../../apps/ledger/src/database/connect.js';
import { LEDGER_TABLES } from '../../apps/ledger/src/rows/tables.js';
import { LedgerStage, opening, ordering, WAIT_MS } from '../stages/ledger-stage.js';

const stage = LedgerStage.forTests('replay');
beforeAll(() =>
  stage.projects(async () => {
    await stage.sell('demo', 'gala', 40);
    return stage.sell('acme', 'fair', 20);
  }),
);

const asSuperuser = (sql: string) => stage.query(sql);

describe('[L7] replay', () => {
  beforeEach(() => stage.rewind());

  it('rebuilds the ledger from the first commit on, and finds it equal', async () => {
    const steps: number[] = [];
    const report = await stage.replay({}, undefined, ({ sequence }) => steps.push(sequence));
    expect(report).toMatchObject({ result: 'equal', sequence: await stage.checkpoint() });
    expect(report.entries).toBe(40 * 5 + 28 + 1 + 20 * 5 + 14 + 1);
    expect(steps.at(-1)).toBe(report.sequence);
  });

  it('gives the same ledger, bit for bit, when it is run twice', async () => {
    const hashes = () => asSuperuser('select tenant, entries, hash from ledger_shadow.tenant_chain order by tenant');
    await stage.replay();
    const first = await hashes();
    await stage.rewind();
    await stage.replay();
    expect(first).toHaveLength(2);
    expect(await hashes()).toEqual(first);
    expect(await asSuperuser('select tenant, entries, hash from ledger.tenant_chain order by tenant')).toEqual(first);
  });

  it('names the row and the field of an entry that was changed, with both values', async () => {
    await asSuperuser(
      `update ledger.ledger_entry set amount = 4 where tenant = 'demo' and order_id = 'ord_demo_gala_7' and debit = 'settled-outside'`,
    );
    const report = await stage.replay();
    expect(report).toMatchObject({
      result: 'different',
      difference: { table: 'ledger_entry', field: 'amount', live: '4', replayed: '5000' },
    });
    expect(report.difference?.row).toMatchObject({ tenant: 'demo', event_index: '2', entry_index: '1' });
    await asSuperuser(`update ledger.ledger_entry set amount = 5000 where amount = 4`);
  });

  it('names the earliest of several differences, and a row that is missing', async () => {
    await asSuperuser(`update ledger.ticket set holder = 'thief' where tenant = 'acme' and ticket = 'tkt_fair_3_0'`);
    const [gone] = await asSuperuser(`delete from ledger.sale_order where order_id = 'ord_demo_gala_9' returning sequence`);
    const report = await stage.replay();
    expect(report.difference).toMatchObject({ table: 'sale_order', field: '*', live: null, sequence: Number(gone!.sequence) });
    expect(report.difference?.replayed).toContain('ord_demo_gala_9');
    await stage.rewind();
    expect((await stage.replay({ tenant: 'acme' })).difference).toMatchObject({
      table: 'ticket',
      field: 'holder',
      live: 'thief',
      replayed: 'W',
    });
    await asSuperuser(`update ledger.ticket set holder = 'W' where holder = 'thief'`);
    await stage.rewind();
    await stage.replay(); // the whole shadow again …
    await asSuperuser(`insert into ledger.sale_order select * from ledger_shadow.sale_order on conflict do nothing`); // … which holds the lost row
    await stage.rewind();
    expect((await stage.replay()).result).toBe('equal');
  });

  it('replays one tenant alone, and up to a sequence', async () => {
    const acme = await stage.replay({ tenant: 'acme' });
    expect(acme).toMatchObject({ result: 'equal', entries: 20 * 5 + 14 + 1 });
    for (const until of [2, 3, 11, 40]) {
      await stage.rewind();
      expect(await stage.replay({ until })).toMatchObject({ result: 'equal', sequence: until });
    }
  });

  it('[L7] up to a past commit gives the ledger as it was then, row for row', async () => {
    const image = async (schema: string) => {
      const rows = LEDGER_TABLES.map(({ name }) => asSuperuser(`select t::text from ${schema}.${name} t order by 1`));
      return (await Promise.all(rows)).map((table, index) => [LEDGER_TABLES[index]?.name, table.map(({ t }) => String(t))]);
    };
    const then = await stage.checkpoint();
    const kept = await image('ledger');
    const { stop } = await stage.project();
    await stage.reaches(await stage.sell('demo', 'later', 12)); // every balance, head and hash of the tenant moves on
    await stop();
    expect(await stage.replay({ until: then })).toMatchObject({ result: 'equal', sequence: then });
    expect(await image('ledger_shadow')).toEqual(kept);
    expect(await image('ledger')).not.toEqual(kept);
  });

  it('works beside a live projector', async () => {
    const { stop } = await stage.project();
    const writing = (async () => {
      await stage.append(saleSubject('demo', 'rush'), opening('rush', 400));
      for (let n = 0; n < 200; n++) await stage.append(saleSubject('demo', 'rush'), ordering('demo', 'rush', n));
    })();
    expect((await stage.replay()).result).toBe('equal');
    await writing;
    await stop();
  });

  it('refuses to run on a consumer that was not rewound, and beyond the live ledger', async () => {
    await stage.replay({ until: 5 });
    await expect(stage.replay()).rejects.toThrow('was not rewound');
    await stage.rewind();
    await expect(stage.replay({ until: 1_000_000 })).rejects.toThrow('not that far yet');
  });

  it('can store nothing: not in the log, not in the live ledger', async () => {
    const connection = await stage.nat('replay');
    for (const subject of [
      'ev.demo.sale.gala',
      'mint.demo.t.1',
      'cmd.demo.gala.k',
      '$JS.API.STREAM.PURGE.EVENTS',
      '$JS.API.CONSUMER.RESET.EVENTS.replay',
    ]) {
      await expect(connection.request(subject, '{}', { timeout: WAIT_MS })).rejects.toMatchObject({
        cause: expect.objectContaining({ operation: 'publish' }),
      });
    }
    await connection.close();
    const pool = await connected(stage.pool('replay', 1));
    for (const sql of [
      `insert into ledger.checkpoint values ('x', 1, 'x')`,
      `update ledger.account_balance set amount = 0`,
      `delete from ledger.ledger_entry`,
      `truncate ledger.sale`,
      `create table ledger_shadow.mine (a text)`,
    ]) {
      await expect(pool.query(sql)).rejects.toThrow('permission denied');
    }
  });
});
