import { z } from 'zod';
import { ROW_PATTERN } from '../../../kernel/ids.js';
import {
  amount,
  areaId,
  categoryId,
  chosen,
  codeId,
  currency,
  fitting,
  moment,
  name,
  refuseRepeats,
  typeId,
  unitId,
  whole,
} from '../../commands.js';
import {
  CURRENCY_RULE,
  currencyProblem,
  MAX_AREAS,
  MAX_CATEGORIES,
  MAX_CODES,
  MAX_LISTED_SEATS,
  MAX_PRICE_DIGITS,
  MAX_PRICES,
  MAX_RANGES_PER_ROW,
  MAX_ROWS,
  MAX_SEAT_NUMBER,
  MAX_TYPES,
  MAX_UNITS_PER_SALE,
} from '../../values.js';

const listOf = <T extends z.ZodType>(what: string, element: T, most: number, instead = '') =>
  z
    .array(element, `must be a list of ${what}`)
    .min(1, `must have at least one of the ${what}`)
    .max(most, `must have at most ${most} ${what}${instead}`);

const inCategory = { category: categoryId.optional().describe('Needed where the sale has several') };
const labelled = { label: name.optional().describe('The text that people see instead of the name') };
const from = whole(1, MAX_SEAT_NUMBER);
const step = whole(1, MAX_SEAT_NUMBER).optional().describe('2: odd numbers, or even ones. Left out: 1');
const endsAfterItBegins = [
  ({ from: first, to }: { from: number; to: number }): boolean => first <= to,
  'must not end before it begins',
] as const;

const range = z
  .strictObject({ from, to: from, step, category: categoryId.optional().describe('Left out: that of the row') })
  .refine(...endsAfterItBegins);
const row = chosen<string>(ROW_PATTERN, '1 to 26 of A-Z a-z 0-9 _ -');
const rowOfRanges = z.strictObject({
  row,
  ...labelled,
  ...inCategory,
  seats: listOf('ranges', range, MAX_RANGES_PER_ROW).describe('Seats of one range stand next to each other; an aisle begins another'),
});
const rowOfOneRange = z.strictObject({ row, ...labelled, ...inCategory, from, to: from, step }).refine(...endsAfterItBegins);
const SEAT = 'must be 1 to 32 of A-Z a-z 0-9 _ -, or such a "unit" with a "label" or a "category"';
const seat = z.union([unitId, z.strictObject({ unit: unitId, ...labelled, ...inCategory })], {
  error: ({ input, errors }) => (typeof input === 'string' ? (errors as z.core.$ZodIssue[][])[0]?.[0]?.message : undefined) ?? SEAT,
});
const area = z.strictObject({ area: areaId, ...labelled, ...inCategory, quota: whole(1, MAX_UNITS_PER_SALE) });

const unitsOffered = z.strictObject({
  rows: listOf(
    'rows',
    z.union([rowOfOneRange, rowOfRanges], { error: 'must be {"row": …, "from": n, "to": n} or {"row": …, "seats": […]}' }),
    MAX_ROWS,
  )
    .optional()
    .describe('A seat is `<row>-<number>`'),
  seats: listOf('seats', seat, MAX_LISTED_SEATS, '; give more as rows').optional().describe('Seats one by one; they have no neighbours'),
  areas: listOf('areas', area, MAX_AREAS).optional().describe('Places without a plan: a place is `<area>-<number>`'),
  quota: whole(1, MAX_UNITS_PER_SALE).optional().describe('A number of places without a plan, and nothing else'),
});

export const limits = {
  maxPerBuyer: whole(1, MAX_UNITS_PER_SALE),
  maxPerWallet: whole(1, MAX_UNITS_PER_SALE).optional(),
};
const category = z.strictObject({
  category: categoryId,
  name: name.optional(),
  maxPerBuyer: limits.maxPerBuyer.optional().describe('Units of one buyer in this category at a time; the limit of the sale applies too'),
  maxPerWallet: limits.maxPerWallet.describe('Units of one wallet in this category at a time; the limit of the sale applies too'),
});
const type = z.strictObject({ type: typeId, name: name.optional() });
const priceOfPair = z.strictObject({ ...inCategory, type: typeId.optional(), amount: amount(MAX_PRICE_DIGITS) });
const inUse = currency.check(fitting(currencyProblem)).meta(CURRENCY_RULE);

const discountCode = z
  .strictObject({
    code: codeId,
    uses: whole(0, MAX_UNITS_PER_SALE).describe('The number of live orders that may use it'),
    percentOff: whole(1, 100).optional().describe('Off each matching ticket, rounded down to minor units'),
    amountOff: amount(MAX_PRICE_DIGITS).optional().describe('Minor units off each matching ticket, at most its price'),
    types: listOf('types', typeId, MAX_TYPES).optional().describe('Left out: every type'),
    categories: listOf('categories', categoryId, MAX_CATEGORIES).optional().describe('Left out: every category'),
    from: moment.optional(),
    until: moment.optional(),
  })
  .refine(({ percentOff, amountOff }) => (percentOff === undefined) !== (amountOff === undefined), {
    message: 'must be given, or else amountOff, and not both',
    path: ['percentOff'],
  })
  .refine(({ from: first, until }) => first === undefined || until === undefined || first < until, {
    message: 'must be later than from',
    path: ['until'],
  });
const codes = z
  .array(discountCode, 'must be a list of codes')
  .max(MAX_CODES, `must have at most ${MAX_CODES} codes`)
  .check(({ value, issues }) => refuseRepeats({ value: value.map(({ code }) => code), issues }))
  .optional();

/** Members of `sale.open` that define units and prices; `offer-problems.ts` checks their consistency. */
export const offered = {
  price: z
    .strictObject({ amount: amount(MAX_PRICE_DIGITS), currency: inUse })
    .optional()
    .describe('Of every ticket, in a sale without categories and types'),
  currency: inUse.optional(),
  categories: listOf('categories', category, MAX_CATEGORIES)
    .check(({ value, issues }) => refuseRepeats({ value: value.map((one) => one.category), issues }))
    .optional(),
  types: listOf('types', type, MAX_TYPES)
    .check(({ value, issues }) => refuseRepeats({ value: value.map((one) => one.type), issues }))
    .optional(),
  prices: listOf('prices', priceOfPair, MAX_PRICES).optional().describe('Of each type of ticket that is sold in a category'),
  codes: codes.describe('Discount codes of orders'),
  units: unitsOffered,
};
const offer = z.strictObject(offered);
export type Offered = z.infer<typeof offer>;

type SaidCode = z.input<typeof discountCode>;
/** A code of an accepted request, with parsed times. */
export const readCode = ({ from: first, until, ...code }: SaidCode): z.infer<typeof discountCode> => ({
  ...(code as z.infer<typeof discountCode>),
  ...(first !== undefined && { from: Date.parse(first) }),
  ...(until !== undefined && { until: Date.parse(until) }),
});
