import type { Row, SaleTerms, SeatRange, UnitsOffered } from '../terms.js';
import type { Offered } from './commands.js';

type Offer = Pick<SaleTerms, 'currency' | 'categories' | 'types' | 'prices' | 'codes' | 'units'>;
type UnitsSaid = Offered['units'];
export type RowSaid = NonNullable<UnitsSaid['rows']>[number];

interface RangeSaid extends Omit<SeatRange, 'step' | 'category'> {
  readonly step?: number | undefined;
  readonly category?: SeatRange['category'] | undefined;
}

/** The ranges of a row, from either form of a request. */
export const rangesOf = (row: RowSaid): readonly RangeSaid[] =>
  'seats' in row ? row.seats : [{ from: row.from, to: row.to, step: row.step }];

/**
 * The offer of a sale in the one form of its events. A short form becomes one category, one type or one area without a name. Units have
 * a category if the sale has any.
 */
export function offerOf({ price, currency, categories, types, prices, codes, units }: Offered): Offer {
  const only = categories?.[0]?.category;
  const priced = price === undefined ? (prices ?? []) : [{ amount: price.amount }];
  return {
    currency: price?.currency ?? currency ?? '',
    ...(categories !== undefined && { categories: categories.map(present) }),
    ...(types !== undefined && { types: types.map(present) }),
    prices: priced.map((one) => present(only === undefined ? one : { category: only, ...one })),
    ...(codes !== undefined && { codes: codes.map(present) }),
    units: unitsOf(units, only),
  };
}

function unitsOf({ rows, seats, areas, quota }: UnitsSaid, only: SeatRange['category'] | undefined): UnitsOffered {
  const inCategory = only === undefined ? {} : { category: only };
  if (quota !== undefined) return { areas: [{ ...inCategory, quota }] };
  return {
    ...(rows !== undefined && { rows: rows.map((row) => rowOf(row, inCategory)) }),
    ...(seats !== undefined && {
      seats: seats.map((seat) => present({ ...inCategory, ...(typeof seat === 'string' ? { unit: seat } : seat) })),
    }),
    ...(areas !== undefined && { areas: areas.map((area) => present({ ...inCategory, ...area })) }),
  };
}

function rowOf(row: RowSaid, inCategory: Pick<Row, 'category'>): Row {
  const ranges = rangesOf(row);
  const isNeeded = ranges.some(({ category }) => category === undefined);
  const { label, category } = row;
  return present({
    row: row.row,
    label,
    ...(isNeeded && inCategory),
    ...(category !== undefined && { category }),
    seats: ranges.map(rangeOf),
  });
}

const rangeOf = ({ from, to, step, category }: RangeSaid): SeatRange =>
  present({ from, to, step: step === 1 ? undefined : step, category });

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Removes members that are undefined: JSON has none, and decided data must equal the data read from the log. */
function present<T extends object>(members: T): Present<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Present<T>;
}
