import fc from 'fast-check';
import { MAX_AREAS, MAX_LISTED_SEATS, MAX_RANGES_PER_ROW, MAX_ROWS } from '#shared/domain/values.js';
import { refusalAnswer } from '../../apps/purchase/src/requests/answer.js';
import { ChangingSale, codeOf, orderOf } from '../stages/changing-sale.js';

const QUOTA = { units: { quota: 10 }, price: { amount: '5000', currency: 'EUR' } };
const HALL = {
  currency: 'EUR',
  categories: [{ category: 'front' }, { category: 'standing' }],
  types: [{ type: 'adult' }, { type: 'child' }],
  prices: [
    { category: 'front', type: 'adult', amount: '9000' },
    { category: 'front', type: 'child', amount: '4500' },
    { category: 'standing', amount: '3500' },
  ],
  units: {
    rows: [{ row: 'A', category: 'front', from: 1, to: 4 }],
    seats: [{ unit: 'BOX-1', category: 'front' }],
    areas: [{ area: 'floor', category: 'standing', quota: 5 }],
  },
};

const numbered = <T>(count: number, made: (index: number) => T): T[] => Array.from({ length: count }, (_, index) => made(index));

describe('changing a sale', () => {
  it('keeps the prices of orders that were placed, and asks the new ones of later orders', () => {
    const sale = new ChangingSale(QUOTA);
    sale.places('before', { quantity: 2 });
    sale.changes({ price: { amount: '7000', currency: 'EUR' }, name: 'Gala Night' });
    sale.places('after', { quantity: 1 });
    sale.pays('before', 10_000);
    sale.pays('after', 7_000);
    expect(['before', 'after'].map((key) => sale.open.orders.get(orderOf(key))?.status)).toEqual(['confirmed', 'confirmed']);
    expect(sale.open.terms).toMatchObject({ name: 'Gala Night', prices: [{ amount: '7000' }] });
  });

  it('pauses and resumes, closes and opens again', () => {
    const sale = new ChangingSale(QUOTA);
    sale.changes({ paused: true });
    expect(codeOf(sale.places('a', { quantity: 1 }))).toBe('sale-paused');
    sale.changes({ paused: false });
    expect(codeOf(sale.places('b', { quantity: 1 }))).toBeUndefined();
    sale.hears(() => ({ events: [{ type: 'SaleClosed', data: { sale: sale.open.terms.sale } }] }));
    expect(codeOf(sale.places('c', { quantity: 1 }))).toBe('sale-closed');
    sale.changes({ reopen: true });
    expect(codeOf(sale.places('d', { quantity: 1 }))).toBeUndefined();
  });

  it('ends each hold when it was to end, whichever hold time came after it', () => {
    const sale = new ChangingSale({ ...QUOTA, holdSeconds: 600 });
    sale.places('long', { quantity: 1 });
    sale.changes({ holdSeconds: 60 });
    sale.places('short', { quantity: 1 });
    sale.after(2).changes({ maxPerBuyer: 2 });
    expect(['long', 'short'].map((key) => sale.open.orders.get(orderOf(key))?.status)).toEqual(['held', 'expired']);
    expect(sale.open.holds.next).toBe(600_000);
  });

  it('keeps the labels of ended tickets whose places were withdrawn, also in what a snapshot restores', () => {
    const sale = new ChangingSale({ price: QUOTA.price, units: { areas: [{ area: 'floor', label: 'Stehplätze', quota: 3 }] } });
    sale.places('ended', { items: [{ area: 'floor', quantity: 3 }] });
    sale.cancels('ended');
    sale.changes({ units: { areas: [{ area: 'floor', quota: 1 }] } });
    expect(sale.open.orders.get(orderOf('ended'))?.tickets.map(({ label }) => label)).toEqual(Array(3).fill('Stehplätze'));
  });

  it('withdraws the highest free places of an area, keeps those that are taken, and puts the lowest back first', () => {
    const sale = new ChangingSale(QUOTA);
    for (let order = 0; order < 9; order++) sale.places(`${order}`, { quantity: 1 });
    for (const order of [1, 2, 3, 4, 5, 6, 7]) sale.cancels(`${order}`);
    sale.changes({ units: { quota: 4 } }); // 1 and 9 are held, and 2 and 3 are left
    expect(sale.state.counts()).toEqual({ opened: 4, available: 2, held: 2, sold: 0 });
    expect(sale.listed).toEqual(['1', '2', '3', '9']);
    sale.places('two', { quantity: 2 });
    expect(sale.unitsOf('two')).toEqual(['2', '3']);
    expect(codeOf(sale.places('more', { quantity: 1 }))).toBe('sold-out');
    sale.changes({ units: { quota: 6 } });
    sale.places('back', { quantity: 2 });
    expect(sale.unitsOf('back')).toEqual(['4', '5']);
    sale.changes({ units: { quota: 12 } });
    sale.places('rest', { quantity: 6 });
    expect(sale.unitsOf('rest')).toEqual(['6', '7', '8', '10', '11', '12']);
  });

  it('owes a late payment for a withdrawn place back', () => {
    const sale = new ChangingSale({ ...QUOTA, units: { quota: 3 } });
    sale.places('late', { quantity: 3 });
    sale.after(11).changes({ units: { quota: 2 } });
    sale.pays('late', 15_000);
    expect(sale.open.orders.get(orderOf('late'))?.status).toBe('expired');
    expect(sale.open.payments.due()).toHaveLength(1);
  });

  it('adds categories, prices, rows, seats and areas, and sells them', () => {
    const sale = new ChangingSale(HALL);
    sale.places('before', { items: [{ unit: 'A-1', type: 'adult' }] });
    const change = {
      categories: [...HALL.categories, { category: 'balcony', maxPerBuyer: 2 }],
      prices: [...HALL.prices, { category: 'balcony', amount: '2000' }],
      units: {
        rows: [
          { row: 'A', category: 'front', from: 5, to: 6 },
          { row: 'B', category: 'balcony', from: 1, to: 3 },
        ],
        seats: [{ unit: 'BOX-2', category: 'front' }],
        areas: [
          { area: 'floor', category: 'standing', quota: 7 },
          { area: 'garden', category: 'standing', quota: 2 },
        ],
      },
    };
    expect(sale.changes(change)).toMatchObject({ events: [{ type: 'SaleChanged', data: { opened: 20 } }] });
    const items = [{ unit: 'B-3' }, { unit: 'BOX-2', type: 'child' }, { unit: 'A-6', type: 'adult' }, { area: 'garden', quantity: 2 }];
    expect(codeOf(sale.places('after', { items }))).toBeUndefined();
    expect(sale.changes({ ...change, units: { areas: change.units.areas } })).toEqual({ events: [] });
  });

  it.each<[string, object, string, object]>([
    [
      'the currency',
      { price: { amount: '1', currency: 'USD' } },
      'currency-fixed',
      { pointers: ['/price/currency'], facts: { currency: 'EUR' } },
    ],
    [
      'a category that is left out',
      { categories: [{ category: 'front' }] },
      'names-fixed',
      { pointers: ['/categories'], facts: { missing: ['standing'] } },
    ],
    ['a type that is left out', { types: [{ type: 'adult' }] }, 'names-fixed', { pointers: ['/types'], facts: { missing: ['child'] } }],
    ['a price that is missing', { prices: HALL.prices.slice(0, 2) }, 'offer-inconsistent', { pointers: ['/categories/1'] }],
    ['a seat that is there', { units: { seats: [{ unit: 'A-2', category: 'front' }] } }, 'unit-exists', { pointers: ['/units/seats/0'] }],
    [
      'a row of seats that are there',
      { units: { rows: [{ row: 'A', category: 'front', from: 4, to: 9 }] } },
      'unit-exists',
      { pointers: ['/units/rows/0'] },
    ],
    [
      'an area of the name of a row',
      { units: { areas: [{ area: 'A', category: 'front', quota: 2 }] } },
      'unit-exists',
      { pointers: ['/units/areas/0/area'] },
    ],
    [
      'an unknown category',
      { units: { rows: [{ row: 'C', category: 'roof', from: 1, to: 2 }] } },
      'offer-inconsistent',
      { pointers: ['/units/rows/0/category'] },
    ],
    [
      'too few places',
      { units: { areas: [{ area: 'floor', category: 'standing', quota: 1 }] } },
      'quota-below-taken',
      { pointers: ['/units/areas/0/quota'], facts: { taken: 2 } },
    ],
    [
      'too many units',
      { units: { areas: [{ area: 'floor', category: 'standing', quota: 99_999 }] } },
      'offer-inconsistent',
      { pointers: ['/units'] },
    ],
    [
      'a window without time',
      { opensAt: '2027-02-01T00:00:00Z', closesAt: '2027-01-01T00:00:00Z' },
      'window-empty',
      { pointers: ['/closesAt'] },
    ],
    [
      'a code for an unknown type',
      { codes: [{ code: 'X', uses: 1, percentOff: 5, types: ['senior'] }] },
      'offer-inconsistent',
      { pointers: ['/codes/0/types/0'] },
    ],
  ])('is refused for %s, with the field and what is allowed', (_, change, code, more) => {
    const sale = new ChangingSale(HALL);
    sale.places('taken', { items: [{ area: 'floor', quantity: 2 }] });
    expect(sale.changes(change)).toMatchObject({ refusal: { code, ...more } });
  });

  it('names the error and the allowed values of each field', () => {
    const sale = new ChangingSale(HALL);
    const refused = sale.changes({ prices: [...HALL.prices.slice(0, 2), { category: 'roof', amount: '1' }] });
    const { errors } = JSON.parse('refusal' in refused ? refusalAnswer(refused.refusal).body : '{}');
    expect(errors).toEqual([
      { pointer: '/prices/2/category', detail: 'must be one of the categories: front, standing' },
      { pointer: '/categories/1', detail: 'must have a price: add it to prices' },
    ]);
  });

  it.each<[string, object, object, string, string]>([
    [
      'rows',
      { rows: numbered(MAX_ROWS, (row) => ({ row: `R${row}`, from: 1, to: 1 })) },
      { rows: [{ row: 'more', from: 1, to: 1 }] },
      '/units/rows',
      '5001 rows: a sale has at most 5000',
    ],
    [
      'seats',
      { seats: numbered(MAX_LISTED_SEATS, (seat) => `S${seat}`) },
      { seats: ['more'] },
      '/units/seats',
      '5001 seats: a sale has at most 5000',
    ],
    [
      'areas',
      { areas: numbered(MAX_AREAS, (area) => ({ area: `a${area}`, quota: 1 })) },
      { areas: [{ area: 'more', quota: 1 }] },
      '/units/areas',
      '1001 areas: a sale has at most 1000',
    ],
    [
      'ranges',
      { rows: [{ row: 'A', seats: numbered(MAX_RANGES_PER_ROW, (range) => ({ from: range + 1, to: range + 1 })) }] },
      { rows: [{ row: 'A', from: 200, to: 201 }] },
      '/units/rows',
      '101 ranges of row A: a row has at most 100',
    ],
  ])('never has more %s than an opening may have', (_, units, more, pointer, detail) => {
    const sale = new ChangingSale({ ...QUOTA, units });
    expect(sale.changes({ units: more })).toEqual({
      refusal: { code: 'offer-inconsistent', pointers: [pointer], details: [`would be ${detail}`] },
    });
    expect(sale.changes({ name: 'Other' })).toHaveProperty('events');
  });

  it('is not opened again while the end of its window is past', () => {
    const sale = new ChangingSale(QUOTA).after(2);
    sale.changes({ closesAt: '1970-01-01T00:01:00Z' });
    expect(sale.changes({ reopen: true })).toMatchObject({
      refusal: {
        code: 'sale-closed',
        pointers: ['/reopen'],
        details: ['needs a later closesAt, or null: the sale closed at 1970-01-01T00:01:00.000Z'],
      },
    });
    expect(codeOf(sale.changes({ reopen: true, closesAt: null }))).toBeUndefined();
    expect(codeOf(sale.places('a', { quantity: 1 }))).toBeUndefined();
  });

  it('is refused if later tickets would be minted without a payment', () => {
    const sale = new ChangingSale({ ...QUOTA, mint: 'on-confirm' });
    expect(codeOf(sale.changes({ price: { amount: '0', currency: 'EUR' } }))).toBe('mints-unpaid-fixed');
    expect(codeOf(sale.changes({ codes: [{ code: 'FREE', uses: 1, percentOff: 100 }] }))).toBe('mints-unpaid-fixed');
  });

  it('changes nothing if it equals the current terms', () => {
    const sale = new ChangingSale({ ...QUOTA, maxPerBuyer: 4 });
    expect(sale.changes({ name: 'Gala', maxPerBuyer: 4, maxPerWallet: null, paused: false, reopen: true, units: { quota: 10 } })).toEqual({
      events: [],
    });
  });

  it('counts wallets of existing orders when a limit is added later', () => {
    const wallet = '4Nd1mYQp8gVJ6tYFvMZTvGtTb2vAYHRkLBgYDmUDUyHm';
    const sale = new ChangingSale(QUOTA);
    sale.places('a', { quantity: 2, wallet });
    sale.changes({ maxPerWallet: 3 });
    expect(codeOf(sale.places('b', { quantity: 2, wallet }))).toBe('wallet-limit');
    expect(codeOf(sale.places('c', { quantity: 1, wallet }))).toBeUndefined();
  });

  it('[L1] [L9] leaves every unit with at most one order and loses nothing, whatever quota is set between orders', () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constant('place' as const), n: fc.integer({ min: 1, max: 4 }) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), n: fc.nat(20) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('quota' as const), n: fc.integer({ min: 1, max: 14 }) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const sale = new ChangingSale({ ...QUOTA, maxPerBuyer: 100 });
        const held = new Map<string, string[]>();
        let quota = 10;
        const taken = (): number => [...held.values()].flat().length;
        for (const [index, { do: what, n }] of steps.entries()) {
          if (what === 'place') {
            const fits = taken() + n <= quota;
            expect(codeOf(sale.places(`${index}`, { quantity: n }))).toBe(fits ? undefined : 'sold-out');
            if (fits) held.set(`${index}`, sale.unitsOf(`${index}`));
          } else if (what === 'cancel') {
            const key = [...held.keys()][n % Math.max(1, held.size)];
            if (key === undefined) continue;
            sale.cancels(key);
            held.delete(key);
          } else {
            const fits = taken() <= n;
            expect(codeOf(sale.changes({ units: { quota: n } }))).toBe(fits ? undefined : 'quota-below-taken');
            if (fits) quota = n;
          }
          const all = [...held.values()].flat();
          expect(new Set(all).size).toBe(all.length);
          expect(sale.state.counts()).toMatchObject({ opened: quota, available: quota - all.length });
        }
      }),
      { numRuns: 200 },
    );
  });
});
