import fc from 'fast-check';
import type { DomainEvent, Recorded } from '#shared/domain/recorded.js';
import { MemoryValues } from '#shared/event-store/memory-values.js';
import type { SaleId, TenantId } from '#shared/kernel/ids.js';
import { SaleList } from './sale-list.js';

const demo = 'demo' as TenantId;
const FIRST_MS = Date.UTC(2027, 0, 1);

let list: SaleList;
beforeEach(() => {
  const bucket = new MemoryValues();
  list = new SaleList(bucket, bucket);
});

const opened = (name: string, times: object = {}): Recorded<DomainEvent> =>
  ({ type: 'SaleOpened', at: 1, data: { name, ...times } }) as unknown as Recorded<DomainEvent>;
const changed = (data: object): Recorded<DomainEvent> => ({ type: 'SaleChanged', at: 2, data }) as unknown as Recorded<DomainEvent>;
const closed = { type: 'SaleClosed', at: 2, data: {} } as unknown as Recorded<DomainEvent>;
const open = (tenant: TenantId, sale: string): Promise<void> => list.add(tenant, sale as SaleId, 1, [opened(`The ${sale}`)]);

async function allOf(tenant: string, limit: number): Promise<string[]> {
  const sales: string[] = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const page: Awaited<ReturnType<SaleList['page']>> = await list.page(tenant, after, limit);
    expect(page.sales.length).toBeLessThanOrEqual(limit);
    sales.push(...page.sales.map(({ sale }) => sale));
    after = page.last;
  }
  return sales;
}

it('lists sales in the order in which they were opened, each on one page', async () => {
  const names = Array.from({ length: 7 }, (_, number) => `sale-${(number * 5) % 7}`);
  for (const name of names) await open(demo, name);
  for (const limit of [1, 2, 3, 7, 8]) expect([limit, await allOf(demo, limit)]).toEqual([limit, names]);
});

it("[L8] lists only the sales of one tenant, whatever other tenants' names are", async () => {
  for (const tenant of ['demo', 'dem', 'demo-2', 'acme']) await open(tenant as TenantId, `of-${tenant}`);
  for (const tenant of ['demo', 'dem', 'demo-2', 'acme', 'other'])
    expect([tenant, await allOf(tenant, 9)]).toEqual([tenant, tenant === 'other' ? [] : [`of-${tenant}`]]);
});

it('shows when a sale opens, closes and was closed, and keeps its position', async () => {
  await list.add(demo, 'gala' as SaleId, 1, [opened('Gala', { opensAt: FIRST_MS })]);
  await open(demo, 'later');
  await list.add(demo, 'gala' as SaleId, 9, [closed]);
  expect((await list.page('demo', 0, 9)).sales).toEqual([
    { sale: 'gala', name: 'Gala', opensAt: '2027-01-01T00:00:00.000Z', closed: true },
    { sale: 'later', name: 'The later' },
  ]);
});

it('shows a changed sale until the next change', async () => {
  const listed = async (): Promise<object | undefined> => (await list.page('demo', 0, 9)).sales[0];
  await list.add(demo, 'gala' as SaleId, 1, [opened('Gala', { opensAt: FIRST_MS })]);
  await list.add(demo, 'gala' as SaleId, 2, [changed({ name: 'Ball', opensAt: null, closesAt: FIRST_MS, paused: true }), closed]);
  expect(await listed()).toEqual({ sale: 'gala', name: 'Ball', closesAt: '2027-01-01T00:00:00.000Z', closed: true, paused: true });
  await list.add(demo, 'gala' as SaleId, 3, [changed({ reopened: true, paused: false })]);
  expect(await listed()).toEqual({ sale: 'gala', name: 'Ball', closesAt: '2027-01-01T00:00:00.000Z' });
});

it('has the same result whatever order its commits arrive in, some of them twice', async () => {
  const commits = [
    { version: 1, events: [opened('Gala', { closesAt: FIRST_MS })] },
    { version: 4, events: [closed] },
    { version: 5, events: [changed({ name: 'Ball', closesAt: null, reopened: true })] },
    { version: 7, events: [changed({ paused: true }), closed] },
  ];
  const orders = fc.array(fc.constantFrom(...commits), { minLength: 4, maxLength: 9 }).filter((some) => new Set(some).size === 4);
  await fc.assert(
    fc.asyncProperty(orders, async (some) => {
      const bucket = new MemoryValues();
      const other = new SaleList(bucket, bucket);
      for (const { version, events } of some) await other.add(demo, 'gala' as SaleId, version, events);
      expect((await other.page('demo', 0, 9)).sales).toEqual([{ sale: 'gala', name: 'Ball', closed: true, paused: true }]);
    }),
  );
});
