import fc from 'fast-check';
import { z } from 'zod';
import { OpenSale } from '#shared/domain/sale/commands.js';
import { MAX_UNITS_PER_SALE } from '#shared/domain/values.js';
import { valuesOf } from './values.js';

type Body = Readonly<Record<string, unknown>>;
type Size = 'any' | 'largest';

/** Discount codes with few uses; one makes tickets free. */
const CODES = [
  [{ code: 'a', uses: 1, percentOff: 33 }],
  [
    { code: 'a', uses: 2, amountOff: '1' },
    { code: 'b', uses: 1, percentOff: 100, until: '2038-01-19T03:14:08Z' },
  ],
] as const;

/** Members that must be consistent: independent random values hardly ever are. */
const { price, currency, categories, types, prices, codes: _, units, ...others } = OpenSale.shape;
const inUse = valuesOf(currency) as fc.Arbitrary<string | undefined>;
const onePrice = valuesOf(price) as fc.Arbitrary<object | undefined>;
const amount = (size: Size) => valuesOf(prices.unwrap().element.shape.amount, size) as fc.Arbitrary<string>;
const label = fc.option(valuesOf(OpenSale.shape.name) as fc.Arbitrary<string>, { nil: undefined });

/** Whole openings: consistent parts are built, everything else is drawn from its schema. */
export const openingBodies = (size: Size): fc.Arbitrary<Body> =>
  fc
    .tuple(valuesOf(z.strictObject(others), size) as fc.Arbitrary<Body>, offers(size), fc.constantFrom(undefined, ...CODES))
    .map(([rest, offer, codes]) => ({
      ...rest,
      ...offer,
      ...(codes && { codes: codes.map((code) => ({ ...code, ...kindOf(code, offer) })) }),
    }))
    .filter((body) => OpenSale.safeParse({ ...body, sale: 'any' }).success);

/** A code's free tickets have one category and one type, if the sale has them. */
function kindOf({ code }: { readonly code: string }, { categories: named, types: sold }: Body): Body {
  if (code !== 'b') return {};
  const [first] = (named ?? []) as readonly { readonly category: string }[];
  const last = ((sold ?? []) as readonly { readonly type: string }[]).at(-1);
  return { ...(first && { categories: [first.category] }), ...(last && { types: [last.type] }) };
}

const offers = (size: Size): fc.Arbitrary<Body> =>
  size === 'largest' ? largestOffer : fc.oneof({ weight: 1, arbitrary: shortOffer }, { weight: 2, arbitrary: wholeOffer });

const largestOffer = fc.record({
  price: fc.record({ amount: amount('largest'), currency: inUse.map((one) => one ?? 'EUR') }),
  units: fc.constant({ quota: MAX_UNITS_PER_SALE }),
});

const SEATS = ['a', 'A-1', 'A-2', '-', '_', '0', 'null', 'x'.repeat(32)];
const short: fc.Arbitrary<Body> = fc.oneof(
  fc.subarray(SEATS, { minLength: 1 }).map((seats) => ({ seats })),
  fc.constantFrom(1, 2, 3, 5, 100, MAX_UNITS_PER_SALE).map((quota) => ({ quota })),
  fc.uniqueArray(fc.constantFrom('A', 'b', '-', 'Z'.repeat(26)), { minLength: 1, maxLength: 3 }).map((rows) => ({
    rows: rows.map((row, index) => ({ row, from: index + 1, to: index + 4 })),
  })),
);
const shortOffer = fc.record({ price: onePrice.map((one) => one ?? { amount: '5000', currency: 'EUR' }), units: short });

const CATEGORIES = ['front', 'back', 'x'.repeat(32)];
const TYPES = ['adult', 'child', '-'];
const limit = fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined });

/** Rows with gaps and steps, seats with labels, areas; each in a category if the sale has categories. */
const wholeOffer: fc.Arbitrary<Body> = fc
  .record({
    currency: inUse.map((one) => one ?? 'EUR'),
    categories: fc.subarray(CATEGORIES),
    types: fc.subarray(TYPES),
    amounts: fc.array(amount('any'), { minLength: 9, maxLength: 9 }),
    limits: fc.tuple(limit, limit),
    label,
    pick: fc.nat({ max: 100 }),
    parts: fc.subarray(['rows', 'seats', 'areas'], { minLength: 1 }),
  })
  .map(({ currency: money, categories: named, types: sold, amounts, limits: [maxPerBuyer, maxPerWallet], label: said, pick, parts }) => {
    const inCategory = (index: number) => (named.length === 0 ? {} : { category: named[(pick + index) % named.length] });
    const labelled = said === undefined ? {} : { label: said };
    const pairs = (named.length === 0 ? [undefined] : named).flatMap((category, index) =>
      (sold.length === 0 || (pick + index) % 3 === 0 ? [undefined] : sold).map((type) => ({ category, type })),
    );
    return present({
      currency: money,
      categories: listed(
        named.map((category, index) => present({ category, ...(index === 0 && { maxPerBuyer, maxPerWallet, name: said }) })),
      ),
      types: listed(sold.map((type) => ({ type }))),
      prices: pairs.map((pair, index) => present({ ...pair, amount: amounts[index % amounts.length] })),
      units: present({
        rows: parts.includes('rows')
          ? [
              {
                row: 'A',
                ...labelled,
                ...inCategory(0),
                seats: [
                  { from: 1, to: 9, step: 2 },
                  { from: 2, to: 8, step: 2, ...inCategory(1) },
                ],
              },
              { row: 'B', ...inCategory(1), from: 3, to: 3 + (pick % 5) },
            ]
          : undefined,
        seats: parts.includes('seats')
          ? [{ unit: 'BOX-1', ...labelled, ...inCategory(2) }, ...(named.length > 1 ? [] : ['BOX-2'])]
          : undefined,
        areas: parts.includes('areas') ? [{ area: 'floor', ...labelled, ...inCategory(1), quota: 1 + (pick % 7) }] : undefined,
      }),
    });
  });

const listed = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list);
const present = (members: Body): Body => Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
