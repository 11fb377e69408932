import type { Recorded } from '#shared/domain/recorded.js';
import { mintSubject, saleSubject } from '#shared/event-store/event-store.js';
import { connected, database } from '../../apps/ledger/src/database/connect.js';
import { NumericSums1799900000000 } from '../../apps/ledger/src/database/migrations/1799900000000-numeric-sums.js';
import { asTenant } from '../../apps/ledger/src/database/transaction.js';
import { readSale } from '../../apps/ledger/src/rows/read-rows.js';
import { AT, DATABASE, LedgerStage, opening, ordering, silent } from '../stages/ledger-stage.js';

const stage = LedgerStage.forTests('ledger-extremes');

type Terms = Readonly<Record<string, unknown>>;

/** The event of an opening, with other terms. */
const openingWith = (sale: string, terms: Terms): Recorded[] =>
  opening(sale, 100_000).map((event) =>
    event.type === 'SaleOpened' ? { ...event, data: { ...event.data, ...terms } } : event,
  ) as Recorded[];

const PRICE = 999_999_999_999_999n;
const TICKETS = 100;
const ORDERS = 95;

/** One order of a hundred tickets at the largest price, confirmed at once. */
function largestOrder(sale: string, n: number): Recorded[] {
  const order = `ord_${sale}_${n}`;
  const tickets = Array.from({ length: TICKETS }, (_, index) => ({
    ticket: `tkt_${sale}_${n}_${index}`,
    unit: `${n * TICKETS + index + 1}`,
    price: String(PRICE),
  }));
  const total = { amount: String(PRICE * BigInt(TICKETS)), currency: 'EUR' };
  return [
    { type: 'OrderPlaced', at: AT, data: { order, buyer: `b-${n}`, tickets, total } },
    { type: 'OrderConfirmed', at: AT, data: { order } },
  ] as unknown as Recorded[];
}

const halts = () => stage.query('select tenant, sequence, reason from ledger.tenant_halt');

describe('[L11] the largest values that earlier versions accepted', () => {
  it('adds up 95 orders of 100 tickets at the largest price, beyond the range of a bigint', async () => {
    const last = await stage.projects(async () => {
      await stage.append(saleSubject('demo', 'dear'), openingWith('dear', { prices: [{ amount: String(PRICE) }] }));
      let sequence = 0;
      for (let n = 0; n < ORDERS; n++) sequence = await stage.append(saleSubject('demo', 'dear'), largestOrder('dear', n));
      return sequence;
    });
    expect(await halts()).toEqual([]);
    const whole = PRICE * BigInt(TICKETS * ORDERS);
    expect(whole).toBeGreaterThan(2n ** 63n);
    const rows = await stage.query(
      `select account, amount from ledger.account_balance where sale = 'dear' and unit = 'EUR' order by account`,
    );
    expect(rows).toEqual([
      { account: 'revenue', amount: String(whole) },
      { account: 'settled-outside', amount: String(whole) },
    ]);
    await stage.rewind();
    expect(await stage.replay()).toMatchObject({ result: 'equal', sequence: last, halted: [] });
    await stage.rewind();
    expect(await stage.replay({ until: last - 40 })).toMatchObject({ result: 'equal' }); // balances of then are sums, too
  });

  it("keeps the largest slot of a chain, and an error text with a NUL from a chain's provider", async () => {
    const mint = (type: string, data: object): Recorded =>
      ({ type, at: AT, data: { ticket: 'tkt_far_0_0', ...data } }) as unknown as Recorded;
    await stage.projects(async () => {
      await stage.append(saleSubject('far', 'far'), opening('far', 4));
      await stage.append(saleSubject('far', 'far'), ordering('far', 'far', 0));
      const reason = 'the node said \u0000, and half of a letter: \ud83c';
      await stage.append(mintSubject('far', 'far'), [mint('MintFailed', { request: 1, reason })]);
      const requested = { order: 'ord_far_far_0', name: 'far', wallet: 'W', tickets: [{ ticket: 'tkt_far_0_0', unit: '1', request: 2 }] };
      await stage.append(saleSubject('far', 'far'), [{ type: 'MintsRequested', at: AT, data: requested } as unknown as Recorded]);
      const completed = { asset: 'A', signature: 'S', slot: String(2n ** 64n - 1n), holder: null, wallet: 'W' };
      return stage.append(mintSubject('far', 'far'), [mint('MintCompleted', completed)]);
    });
    expect((await halts()).filter(({ tenant }) => tenant === 'far')).toEqual([]);
    expect(await stage.query(`select slot, failure from ledger.ticket where ticket = 'tkt_far_0_0'`)).toEqual([
      { slot: String(2n ** 64n - 1n), failure: null },
    ]);
    await stage.rewind();
    expect(await stage.replay({ tenant: 'far' })).toMatchObject({ result: 'equal', halted: [] });
  });

  it.each([
    ['a year after 9999', '9999-12-31T23:59:59-12:00'],
    ['a year before 1', '0001-01-01T00:00:00+14:00'],
    ['the year 0', '0000-06-01T12:30:00.5Z'],
    ['the first that RFC 3339 can say', '0000-01-01T00:00:00+23:59'],
    ['the last that it can say', '9999-12-31T23:59:59.999-23:59'],
    ['the year 1', '0001-01-01T00:00:00Z'],
    ['a year of two digits', '0070-01-01T00:00:00.001Z'],
  ])('keeps a time of %s, as reported', async (what, time) => {
    const [opensAt, sale, tenant] = [Date.parse(time), 'gala', what.replaceAll(' ', '-')];
    await stage.projects(() => stage.append(saleSubject(tenant, sale), openingWith(sale, { opensAt, closesAt: opensAt })));
    expect((await halts()).filter((halt) => halt.tenant === tenant)).toEqual([]);
    const raw = await asTenant(await connected(stage.pool('reader')), tenant, (runner) =>
      runner.query('select * from ledger.sale where sale = $1', [sale]),
    );
    expect(raw.map(readSale)).toMatchObject([{ sale, opensAt, closesAt: opensAt }]);
    await stage.rewind();
    expect(await stage.replay({ tenant })).toMatchObject({ result: 'equal', halted: [] });
  });
});

it('brings the rows of a ledger whose sums were bigints along', async () => {
  const migration = new NumericSums1799900000000();
  const owner = await connected(database(stage.postgres.url(DATABASE), { name: 'migrate', connections: 1, logger: silent }));
  const rows = () =>
    stage.query(`select to_jsonb(entry) as row from ledger.ledger_entry entry where tenant = 'far' order by sequence, event_index`);
  const type = () =>
    stage.query(
      `select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = 'ledger.ledger_entry'::regclass and attname = 'amount'`,
    );
  await stage.query(`delete from ledger.ledger_entry where tenant = 'demo'; delete from ledger.account_balance where tenant = 'demo'`);
  await stage.query(`update ledger.ticket set slot = 7 where slot > 7`);
  const before = await rows();
  expect(before.length).toBeGreaterThan(2);
  const runner = owner.createQueryRunner();
  await migration.down(runner);
  expect(await type()).toEqual([{ type: 'bigint' }]);
  await migration.up(runner);
  expect([await rows(), await type()]).toEqual([before, [{ type: 'numeric' }]]);
  await runner.release();
  await owner.destroy();
});
