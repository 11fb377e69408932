import type { SaleTerms } from '#shared/domain/sale/terms.js';
import type { Aims } from './history.js';

type Offer = Pick<SaleTerms, 'units' | 'categories' | 'types' | 'prices' | 'codes' | 'currency'>;
type Body = Readonly<Record<string, unknown>>;

const FACTOR = 2n;

/** Mostly codes of the sale; sometimes an unknown one. */
export function codeFor(offer: Offer | undefined, { units, order }: Aims): Body {
  const codes = offer?.codes ?? [];
  if (units % 2 === 0) return units === 6 ? { code: 'none' } : {};
  return codes.length === 0 ? {} : { code: codes[order % codes.length]?.code };
}

/** A change that is valid for the sale, or the drawn one: hardly any change with random members is valid. */
export function changeFor(offer: Offer | undefined, drawn: Body, { units: way, order }: Aims): Body {
  if (offer === undefined || way === 0) return drawn;
  const changes: readonly (() => Body)[] = [
    () => ({ name: 'Changed', maxPerBuyer: 1 + order, maxPerWallet: order % 2 === 0 ? 3 : null, holdSeconds: 1 + order * 60 }),
    () => pricesOf(offer, order),
    () => ({ codes: [{ code: 'a', uses: order, ...(order % 2 === 0 ? { percentOff: 50 } : { amountOff: '1' }) }] }),
    () => ({ units: quotaOf(offer, order) }),
    () => ({ units: { rows: [{ row: `added-${order}`, ...inCategory(offer, order), from: 1, to: 3 }] } }),
    () => ({ units: { seats: [{ unit: `EXTRA-${order}`, ...inCategory(offer, order) }] } }),
    () => ({ paused: order === 0, reopen: true, opensAt: null, closesAt: null }),
    () => limitsOf(offer, order),
    () => moreOf(offer, order),
  ];
  return changes[(way - 1 + order) % changes.length]?.() ?? drawn;
}

/** Other limits of the categories. */
const limitsOf = ({ categories = [] }: Offer, order: number): Body =>
  categories.length === 0
    ? { maxEndedHolds: 1 + order }
    : {
        categories: categories.map(({ category }, index) => ({
          category,
          ...(index % 2 === order % 2 && { maxPerBuyer: 1 + order, maxPerWallet: 1 + order }),
        })),
      };

/** A category with its own row, or another type if there are no categories. */
function moreOf({ categories, types, prices }: Offer, order: number): Body {
  if (categories === undefined && types === undefined)
    return { types: [{ type: 'adult' }], prices: [{ type: 'adult', amount: `${order}` }] };
  if (categories === undefined) {
    const type = `more-${order}`;
    if (types?.some((one) => one.type === type)) return { name: 'Changed again' };
    return { types: [...(types ?? []), { type }], prices: [...prices, { type, amount: `${order}` }] };
  }
  const category = `more-${order}`;
  if (categories.some((one) => one.category === category)) return { name: 'Changed again' };
  return {
    categories: [...categories, { category, maxPerBuyer: 1 + order }],
    prices: [...prices, { category, amount: `${order}` }],
    units: { rows: [{ row: category, category, from: 1, to: 4 }] },
  };
}

/** Twice or half of each price. */
function pricesOf({ prices, categories, types, currency }: Offer, order: number): Body {
  const other = (amount: string): string => `${order % 2 === 0 ? BigInt(amount) / FACTOR : BigInt(amount)}`;
  if (categories === undefined && types === undefined) return { price: { amount: other(prices[0]?.amount ?? '0'), currency } };
  return { prices: prices.map((price) => ({ ...price, amount: other(price.amount) })) };
}

function quotaOf(offer: Offer, order: number): Body {
  const [area] = offer.units.areas ?? [];
  const quota = 1 + order;
  if (area === undefined) return { areas: [{ area: 'added', ...inCategory(offer, order), quota }] };
  return area.area === undefined ? { quota } : { areas: [{ ...area, quota }] };
}

function inCategory({ categories = [] }: Offer, order: number): Body {
  const category = categories[order % Math.max(categories.length, 1)]?.category;
  return category === undefined ? {} : { category };
}
