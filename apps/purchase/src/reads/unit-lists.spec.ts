import { gunzipSync } from 'node:zlib';
import { OpenSale } from '#shared/domain/sale/commands.js';
import { openSale } from '#shared/domain/sale/open-sale.js';
import { placeOrder } from '#shared/domain/sale/orders/place-order.js';
import { Sale } from '#shared/domain/sale/sale.js';
import { type BuyerId, orderId, type SaleId, type TenantId, type UnitId } from '#shared/kernel/ids.js';
import { Units } from '../operations/answers.js';
import { MAX_PAGE_BYTES, readCursor, UnitList, UnitLists } from './unit-lists.js';

const tenant = 'demo' as TenantId;
const id = 'gala' as SaleId;
interface Listed {
  readonly version: number;
  readonly units: readonly { readonly unit: string; readonly label?: string; readonly category?: string; readonly state: string }[];
  readonly next?: string;
}

function opened(terms: object): Sale {
  const sale = new Sale();
  const decision = openSale(sale, OpenSale.parse({ sale: id, name: 'Gala', mint: 'on-request', ...terms }));
  if (!('events' in decision)) throw new Error('the sale is refused');
  for (const event of decision.events) sale.evolve(event, 0);
  return sale;
}

function place(sale: Sale, key: string, ...units: string[]): void {
  const command = { sale: id, buyer: `b-${key}` as BuyerId, units: units as UnitId[] };
  const decision = placeOrder(sale, { tenant, order: orderId(tenant, id, key), command }, 0);
  if (!('events' in decision)) throw new Error('the order is refused');
  for (const event of decision.events) sale.evolve(event, 0);
}

const hall = {
  currency: 'EUR',
  categories: [{ category: 'front', name: 'Parkett' }, { category: 'standing' }],
  types: [{ type: 'adult' }, { type: 'child' }],
  prices: [
    { category: 'front', type: 'adult', amount: '9000' },
    { category: 'front', type: 'child', amount: '4500' },
    { category: 'standing', type: 'adult', amount: '3500' },
  ],
  units: {
    rows: [{ row: 'AA', label: 'Reihe "Ä"', category: 'front', seats: [{ from: 1, to: 5, step: 2 }] }],
    seats: [{ unit: 'BOX-1', label: 'Loge', category: 'front' }],
    areas: [{ area: 'floor', category: 'standing', quota: 2 }],
  },
};

const pages = (list: UnitList): Listed[] => {
  const found: Listed[] = [];
  for (let at: number | undefined = 0; at !== undefined; ) {
    const text: string = list.page(at) ?? '';
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_PAGE_BYTES);
    const page = JSON.parse(text) as Listed;
    Units.parse(page);
    found.push(page);
    at = page.next === undefined ? undefined : readCursor(page.next).page;
  }
  return found;
};

it('lists every unit in the order of the plan, with its label, category and state, and the prices of categories', () => {
  const sale = opened(hall);
  expect(JSON.parse(UnitList.of(sale, 3).whole)).toEqual({
    ...{ sale: id, version: 3, currency: 'EUR', prices: hall.prices },
    units: [
      { unit: 'AA-1', label: 'Reihe "Ä", 1', category: 'front', state: 'available' },
      { unit: 'AA-3', label: 'Reihe "Ä", 3', category: 'front', state: 'available' },
      { unit: 'AA-5', label: 'Reihe "Ä", 5', category: 'front', state: 'available' },
      { unit: 'BOX-1', label: 'Loge', category: 'front', state: 'available' },
      { unit: 'floor-1', category: 'standing', state: 'available' },
      { unit: 'floor-2', category: 'standing', state: 'available' },
    ],
  });
});

it.each([
  ['none', 'sold'],
  ['webhook', 'held'],
])('shows who holds a unit in a sale with the payment %s: it is %s', (payment, state) => {
  const sale = opened({ price: { amount: '5000', currency: 'EUR' }, units: { seats: ['A-1', 'A-2'] }, payment });
  place(sale, 'k-1', 'A-2');
  const { units } = JSON.parse(UnitList.of(sale, 2).whole) as Listed;
  expect(units).toEqual([
    { unit: 'A-1', state: 'available' },
    { unit: 'A-2', state },
  ]);
});

it('splits 100,000 units into pages of at most 512 KiB and one version, without gaps, and compresses them below 2 MB', async () => {
  const rows = Array.from({ length: 1_000 }, (_, row) => ({ row: `R${row}`, from: 1, to: 100 }));
  const sale = opened({ price: { amount: '5000', currency: 'EUR' }, units: { rows } });
  const list = UnitList.of(sale, 7);
  const all = pages(list);
  expect(all.length).toBeGreaterThan(5);
  expect(new Set(all.map(({ version }) => version))).toEqual(new Set([7]));
  const whole = JSON.parse(list.whole) as Listed;
  expect(all.flatMap(({ units }) => units)).toEqual(whole.units);
  expect(whole.units).toHaveLength(100_000);
  const compressed = await list.compressed();
  expect(compressed.length).toBeLessThan(2_000_000);
  expect(gunzipSync(compressed).toString()).toBe(list.whole);
});

it('keeps the list of a version while the sale continues', () => {
  const lists = new UnitLists();
  const sale = opened({ price: { amount: '5000', currency: 'EUR' }, units: { seats: ['A-1', 'A-2'] } });
  const first = lists.of('ev.demo.sale.gala', sale, 1);
  place(sale, 'k-1', 'A-1');
  expect(lists.of('ev.demo.sale.gala', sale, 2)).not.toBe(first);
  expect(lists.get('ev.demo.sale.gala', 1)).toBe(first);
  expect([lists.get('ev.demo.sale.gala', 3), lists.get('ev.acme.sale.gala', 1)]).toEqual([undefined, undefined]);
});
