import { MAX_CATEGORIES, MAX_PRICES, MAX_ROWS, MAX_TYPES, MAX_UNITS_PER_SALE } from '../../values.js';
import { OpenSale } from '../commands.js';

const ROW = {
  row: 'AA',
  label: 'Reihe AA',
  category: 'front',
  seats: [
    { from: 1, to: 19, step: 2 },
    { from: 2, to: 20, step: 2 },
  ],
};
const HALL = {
  sale: 'gala',
  name: 'Gala',
  currency: 'EUR',
  categories: [
    { category: 'front', name: 'Parkett vorn' },
    { category: 'standing', name: 'Stehplätze', maxPerBuyer: 4 },
  ],
  types: [{ type: 'adult' }, { type: 'child', name: 'Kind bis 12' }],
  prices: [
    { category: 'front', type: 'adult', amount: '9000' },
    { category: 'front', type: 'child', amount: '4500' },
    { category: 'standing', amount: '3500' },
  ],
  units: {
    rows: [ROW],
    seats: [{ unit: 'BOX-1', label: 'Loge Ä, Platz 1', category: 'front' }],
    areas: [{ area: 'floor', category: 'standing', quota: 500 }],
  },
};
const SHORT = { sale: 'gala', name: 'Gala', price: { amount: '5000', currency: 'EUR' }, units: { quota: 5 } };

const refused = (body: object): string[] => {
  const read = OpenSale.safeParse(body);
  return read.success ? [] : read.error.issues.map(({ path, message }) => `/${path.join('/')} ${message}`);
};
const units = (more: object): object => ({ ...HALL, units: { ...HALL.units, ...more } });
const one = { ...HALL, categories: [{ category: 'front' }], prices: [{ amount: '9000' }], types: undefined };

describe('the offer of a sale', () => {
  it.each<[string, object]>([
    ['the hall of the documents', HALL],
    ['one price', SHORT],
    ['types without categories', { ...HALL, categories: undefined, prices: [{ type: 'adult', amount: '1' }], units: { quota: 2 } }],
    [
      'a category that may be omitted',
      { ...one, units: { rows: [{ row: 'A', from: 1, to: 9, step: 2 }], seats: ['B-1'], areas: [{ area: 'f', quota: 2 }] } },
    ],
    ['a row whose ranges have categories of their own', units({ rows: [{ row: 'B', seats: [{ from: 1, to: 2, category: 'front' }] }] })],
    ['the maximum of units', { ...SHORT, units: { quota: MAX_UNITS_PER_SALE } }],
    [
      'a seat beside the numbers of a row',
      units({
        seats: [
          { unit: 'AA-21', category: 'front' },
          { unit: 'AA-01', category: 'front' },
        ],
      }),
    ],
  ])('can be %s', (_, body) => {
    expect(refused(body)).toEqual([]);
  });

  it.each<[string, object, string]>([
    [
      'a price beside prices',
      { ...HALL, price: SHORT.price },
      '/currency must be left out where price is given: give prices instead of price',
    ],
    ['no price', { ...SHORT, price: undefined }, '/price must be given, or else currency and prices'],
    ['a currency without prices', { ...SHORT, price: undefined, currency: 'EUR' }, '/prices must be given with currency'],
    ['prices without a currency', { ...HALL, currency: undefined }, '/currency must be given with prices'],
    ['a currency that is none', { ...HALL, currency: 'ZZZ' }, '/currency must be a currency of ISO 4217 that is in use, such as EUR'],
    ['a category twice', { ...HALL, categories: [...HALL.categories, { category: 'front' }] }, '/categories/2 front is named twice'],
    ['a type twice', { ...HALL, types: [...HALL.types, { type: 'adult' }] }, '/types/2 adult is named twice'],
    [
      'a category without a price',
      { ...HALL, categories: [...HALL.categories, { category: 'back' }] },
      '/categories/2 must have a price: add it to prices',
    ],
    [
      'a price of another category',
      { ...HALL, prices: [...HALL.prices, { category: 'back', amount: '1' }] },
      '/prices/3/category must be one of the categories: front, standing',
    ],
    [
      'a price of no category',
      { ...HALL, prices: [...HALL.prices, { amount: '1' }] },
      '/prices/3/category must name a category: front, standing',
    ],
    [
      'a price of another type',
      { ...HALL, prices: [...HALL.prices, { category: 'front', type: 'dog', amount: '1' }] },
      '/prices/3/type must be one of the types: adult, child',
    ],
    ['a pair twice', { ...HALL, prices: [...HALL.prices, HALL.prices[0]] }, '/prices/3 is the second price of the same category and type'],
    [
      'a pair twice, once by the only category',
      { ...one, prices: [{ amount: '1' }, { category: 'front', amount: '2' }] },
      '/prices/1 is the second price of the same category and type',
    ],
    [
      'a price with a type beside one without',
      { ...HALL, prices: [...HALL.prices, { category: 'standing', type: 'adult', amount: '1' }] },
      '/prices/3 must have a type where its category has several prices, and so must the others',
    ],
    ['a seat of no category', units({ seats: ['BOX-1'] }), '/units/seats/0 must name a category: front, standing'],
    [
      'an area of another category',
      units({ areas: [{ area: 'floor', category: 'back', quota: 5 }] }),
      '/units/areas/0/category must be one of the categories: front, standing',
    ],
    [
      'a row of no category',
      units({ rows: [{ row: 'B', from: 1, to: 2 }] }),
      '/units/rows/0/category must name a category: front, standing',
    ],
    [
      'a range of another category',
      units({ rows: [{ ...ROW, seats: [{ from: 1, to: 2, category: 'x' }] }] }),
      '/units/rows/0/seats/0/category must be one of the categories: front, standing',
    ],
    [
      'a category in a sale without',
      { ...SHORT, units: { areas: [{ area: 'f', category: 'front', quota: 1 }] } },
      '/units/areas/0/category must be left out where the sale has no categories',
    ],
    [
      'a quota of several categories',
      { ...HALL, units: { quota: 5 } },
      '/units/quota must be left out where the sale has several categories: give areas',
    ],
    ['no units', { ...SHORT, units: {} }, '/units must have rows, seats or areas, or else a quota'],
    [
      'a quota beside seats',
      { ...SHORT, units: { quota: 5, seats: ['A'] } },
      '/units/quota must be left out where there are rows, seats or areas',
    ],
    [
      'too many units',
      {
        ...SHORT,
        units: {
          areas: [
            { area: 'a', quota: MAX_UNITS_PER_SALE },
            { area: 'b', quota: 1 },
          ],
        },
      },
      '/units must hold at most 100000 units',
    ],
    ['a row twice', units({ rows: [ROW, ROW] }), '/units/rows/1/row AA is named twice: give all ranges of a row together'],
    [
      'a seat in two ranges',
      units({ rows: [{ ...ROW, seats: [...ROW.seats, { from: 7, to: 7 }] }] }),
      '/units/rows/0/seats/2 AA-7 is named twice',
    ],
    [
      'a range that ends before it begins',
      units({ rows: [{ ...ROW, seats: [{ from: 3, to: 1 }] }] }),
      '/units/rows/0/seats/0 must not end before it begins',
    ],
    [
      'a seat twice',
      units({
        seats: [
          { unit: 'X', category: 'front' },
          { unit: 'X', category: 'front' },
        ],
      }),
      '/units/seats/1/unit X is named twice',
    ],
    ['a seat of a row', units({ seats: [{ unit: 'AA-7', category: 'front' }] }), '/units/seats/0/unit AA-7 is a seat of row AA'],
    [
      'a place of an area',
      units({ seats: [{ unit: 'floor-501', category: 'front' }] }),
      '/units/seats/0/unit floor-501 is the name of a place of area floor',
    ],
    ['an area twice', units({ areas: [...HALL.units.areas, ...HALL.units.areas] }), '/units/areas/1/area floor is named twice'],
    [
      'an area with the name of a row',
      units({ areas: [{ area: 'AA', category: 'standing', quota: 5 }] }),
      '/units/areas/0/area AA is the name of a row: its places would have the names of seats',
    ],
    [
      'an area whose places would have too long names',
      units({ areas: [{ area: 'a'.repeat(26), category: 'standing', quota: 5 }] }),
      '/units/areas/0/area must be 1 to 25 of A-Z a-z 0-9 _ -',
    ],
    [
      'a seat like the number of a card',
      units({ rows: [{ row: '4111-1111-1111', category: 'front', from: 1111, to: 1111 }] }),
      '/units/rows/0 4111-1111-1111-1111 looks like a card number, which must not enter the permanent log',
    ],
    [
      'a label that cannot be seen',
      units({ rows: [{ ...ROW, label: '\u200b' }] }),
      '/units/rows/0/label must have a character that can be seen',
    ],
    [
      'a label like an address',
      units({ seats: [{ unit: 'X', category: 'front', label: 'for jo@example.com' }] }),
      '/units/seats/0/label looks like an e-mail address, which must not enter the permanent log',
    ],
    [
      'a step of nothing',
      units({ rows: [{ ...ROW, seats: [{ from: 1, to: 3, step: 0 }] }] }),
      '/units/rows/0/seats/0/step must be a whole number from 1 to 99999',
    ],
  ])('is rejected with %s', (_, body, problem) => {
    const found = refused(body);
    expect(flat(body, found)).toContain(problem);
  });

  it.each([
    ['categories', MAX_CATEGORIES + 1, (index: number) => ({ category: `c${index}` })],
    ['types', MAX_TYPES + 1, (index: number) => ({ type: `t${index}` })],
    ['prices', MAX_PRICES + 1, (index: number) => ({ amount: `${index}` })],
  ])('has no more %s than allowed', (member, count, made) => {
    expect(refused({ ...HALL, [member]: Array.from({ length: count }, (_, index) => made(index)) })).toContain(
      `/${member} must have at most ${count - 1} ${member}`,
    );
  });

  it('has no more rows than allowed', () => {
    const rows = Array.from({ length: MAX_ROWS + 1 }, (_, index) => ({ row: `R${index}`, from: 1, to: 1 }));
    expect(refused({ ...SHORT, units: { rows } })).toEqual([`/units/rows must have at most ${MAX_ROWS} rows`]);
  });
});

/** Flattens the issues of a union: a caller gets those of the intended branch. */
function flat(body: object, found: readonly string[]): string[] {
  const read = OpenSale.safeParse(body);
  if (read.success) return [...found];
  const inner = (
    issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string; readonly errors?: unknown }[],
    above: readonly PropertyKey[],
  ): string[] =>
    issues.flatMap((issue) => {
      const path = [...above, ...issue.path];
      const branches = (issue.errors ?? []) as (readonly { path: PropertyKey[]; message: string }[])[];
      return [`/${path.map(String).join('/')} ${issue.message}`, ...branches.flatMap((branch) => inner(branch, path))];
    });
  return inner(read.error.issues, []);
}
