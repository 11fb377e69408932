import { DATABASE, RunningLedger } from '../stages/ledger-app.js';
import { Shop } from '../stages/shop.js';

const shop = Shop.forTests('ledger-too-large');
const ledger = RunningLedger.forTests(shop);
beforeAll(async () => {
  await shop.demoWeb.open('gala', { quota: 10 });
  for (const key of ['one', 'two']) await shop.demoWeb.place('gala', { quantity: 2 }, key);
  await ledger.catchesUp();
});

describe('a question for which more would have to be read than is allowed', () => {
  const slowly = `create policy slow on ledger.ledger_entry as restrictive for select to admit_reader using (pg_sleep(60) is not null)`;
  afterEach(() => ledger.query('drop policy if exists slow on ledger.ledger_entry'));

  it('is refused with how much that is, and what makes it less', async () => {
    await ledger.query(slowly); // every row that is read takes a minute
    const [all, narrow] = await Promise.all([
      ledger.demo.get('/v1/ledger?sale=gala'),
      ledger.demo.get('/v1/ledger/balances?sale=gala&atTime=2100-01-01T00:00:00Z'),
    ]);
    const told = all.body;
    expect(told).toMatchObject({ status: 422, code: 'query-too-large', detail: expect.stringContaining('10 seconds') });
    expect(told.errors?.map(({ pointer }) => pointer)).toEqual(['query:order', 'query:ticket', 'query:after', 'query:upTo']);
    expect(all.headers.get('Retry-After')).toBeNull(); // the same again would be answered the same
    const { paths } = (await ledger.demo.get('/docs/json')).body as unknown as {
      paths: Record<string, { get: { responses: Record<string, { description: string }> } }>;
    };
    expect(paths['/v1/ledger']?.get.responses['422']?.description).toContain('`query-too-large`');
    // For a narrow query the problem is an overloaded ledger.
    expect([narrow.body.code, narrow.headers.get('Retry-After')]).toEqual(['ledger-unreachable', '1']);
  });

  it("is not one with a sale: only that sale's rows are read", async () => {
    await ledger.postgres.asSuperuser(DATABASE, async (client) => {
      await client.query('begin');
      await client.query(`insert into ledger.ledger_entry select 'demo', n + 1000000, 0, 0, 'sale-' || n % 50, 'E', now(), null, null, null, 'held', 'sold', 'EUR', 1
        from generate_series(1, 50000) n`);
      await client.query('analyze ledger.ledger_entry');
      const page = `where tenant = 'demo' and sale = 'sale-7' order by sequence, event_index, entry_index limit 101`;
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain select * from ledger.ledger_entry ${page}`);
      expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toMatch(/Index Scan using ledger_entry_of_sale/);
      await client.query('rollback');
    });
  });

  it('is not one with an order, whose sale is found; or is unknown, if its payment came first', async () => {
    const [{ order }] = (await ledger.demo.get('/v1/ledger/orders')).body.orders as [{ order: string }];
    const path = `/v1/ledger?order=${order}`;
    const { entries } = (await ledger.demo.get(path)).body;
    expect(entries).not.toHaveLength(0);
    await ledger.query(`update ledger.sale_order set order_id = 'away' where order_id = $1`, [order]);
    expect((await ledger.demo.get(path)).body.entries).toEqual(entries);
    await ledger.query(`update ledger.sale_order set order_id = $1, sale = 'other' where order_id = 'away'`, [order]);
    expect((await ledger.demo.get(path)).body.entries).toEqual([]); // so it is the sale that they are found by
    await ledger.query(`update ledger.sale_order set sale = 'gala' where order_id = $1`, [order]);
  });

  it('is not one that waits for a locked table', async () => {
    await ledger.postgres.asSuperuser(DATABASE, async (client) => {
      await client.query('begin; lock table ledger.ledger_entry in access exclusive mode');
      expect(await ledger.demo.get('/v1/ledger')).toMatchObject({ status: 503, body: { code: 'ledger-unreachable' } });
      await client.query('rollback');
    });
    expect((await ledger.demo.get('/v1/ledger')).status).toBe(200);
  });
});
