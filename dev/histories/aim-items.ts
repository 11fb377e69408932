import type { Area, Price, Row, SaleTerms } from '#shared/domain/sale/terms.js';

type Offer = Pick<SaleTerms, 'units' | 'prices'>;
type Body = Readonly<Record<string, unknown>>;

/** Only the first seats of a long row, so that orders collide there. */
const SEATS_OF_A_ROW = 200;
/** Ways to select units; the largest orders use the first. */
const WAYS = 4;

interface Wish {
  /** Maximum number of units. */
  readonly most: number;
  /** The first selected unit, and the way of selecting. */
  readonly from: number;
  readonly count: number;
}

/** Units that the sale has: by name, of an area, of a category, or in the short forms. For an unknown sale, places. */
export function itemsFor(offer: Offer | undefined, { most, from, count }: Wish): Body {
  const quantity = Math.min(most, count + 1);
  if (offer === undefined) return { quantity };
  const { units, prices } = offer;
  const named = namedUnits(units);
  const start = from % Math.max(named.length, 1);
  const some = named.slice(start, start + Math.max(1, count));
  const isShort = prices.length === 1 && prices[0]?.type === undefined;
  const area = units.areas?.[from % Math.max(units.areas.length, 1)];
  const way = from % WAYS;
  if (isShort && way % 2 === 0) return some.length > 0 ? { units: some.map(({ unit }) => unit) } : { quantity };
  const items = [
    ...(way !== 1 ? some.slice(0, most).map(({ unit, category }) => ({ unit, ...typeIn(prices, category, from) })) : []),
    ...(area?.area !== undefined && way !== 2 ? [{ area: area.area, quantity: 1, ...typeIn(prices, area.category, from + 1) }] : []),
    ...(way !== 0 ? [bestIn(prices, from, way === 1 ? quantity : 1)] : []),
  ];
  return { items: items.slice(0, most) };
}

/** A number of units of a category, some of them adjacent. */
function bestIn(prices: readonly Price[], from: number, quantity: number): Body {
  const price = prices[from % prices.length];
  const { category, type } = price ?? {};
  return { quantity, ...(category && { category }), ...(type && { type }), ...(from % 2 === 1 && { adjacent: true }) };
}

function typeIn(prices: readonly Price[], category: string | undefined, from: number): Body {
  const sold = prices.filter((price) => price.category === category);
  const type = sold[from % Math.max(sold.length, 1)]?.type;
  return type === undefined ? {} : { type };
}

function namedUnits({
  rows = [],
  seats = [],
}: {
  readonly rows?: readonly Row[];
  readonly seats?: Offer['units']['seats'];
  readonly areas?: readonly Area[];
}) {
  return [...rows.flatMap(seatsOf), ...(seats ?? [])].map(({ unit, category }) => ({ unit: `${unit}`, category }));
}

const seatsOf = ({ row, category, seats }: Row) =>
  seats.flatMap(({ from, to, step = 1, category: own = category }) =>
    Array.from({ length: Math.min(SEATS_OF_A_ROW, Math.floor((to - from) / step) + 1) }, (_, index) => ({
      unit: `${row}-${from + index * step}`,
      category: own,
    })),
  );
