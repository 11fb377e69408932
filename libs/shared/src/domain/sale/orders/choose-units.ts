import type { CategoryId, TypeId, UnitId } from '../../../kernel/ids.js';
import type { Refusal } from '../../refusal.js';
import type { OrderItem, PlaceOrder } from '../commands.js';
import type { TicketKind } from '../events.js';
import type { OpenedSale } from '../sale.js';
import type { Source, Spot } from '../units/block.js';
import { Stock } from '../units/stock.js';

/** Areas named in a refusal, which the log stores. A sale may have a thousand. */
const MOST_AREAS_NAMED = 64;

/** A unit for an order, with its kind and its price in minor units. */
export interface ChosenUnit extends TicketKind {
  readonly unit: UnitId;
  readonly price: string;
}

/** An item, with the positions of the item, its quantity and its type in the request (RFC 6901). */
interface Wanted {
  readonly item: OrderItem;
  readonly at: string;
  readonly atQuantity: string;
  readonly atType: string;
}

/** The kind and price of an item's tickets. */
interface Sold {
  readonly category: CategoryId | undefined;
  readonly type: TypeId | undefined;
  readonly price: string;
}

type Found<T> = T | { readonly refusal: Refusal };
type SetAside = (spots: readonly Spot[]) => void;

/**
 * Chooses the units of an order: first the named ones, then the earliest of the plan, item by item. Deterministic: equal state and
 * request give equal units. It does not take them.
 */
export function chooseUnits(sale: OpenedSale, command: PlaceOrder): Found<readonly ChosenUnit[]> {
  const wanted = wantedBy(command);
  const named = chooseNamed(
    sale,
    wanted.filter(({ item }) => item.unit !== undefined),
  );
  if ('refusal' in named) return named;
  const others = wanted.filter(({ item }) => item.unit === undefined);
  if (others.length === 0) return named.chosen;
  return sale.units.without((setAside) => {
    if (named.spots.length > 0) setAside(named.spots);
    return chooseOthers(sale, named.chosen, others, setAside);
  });
}

function wantedBy({ units, quantity, items }: PlaceOrder): Wanted[] {
  if (units !== undefined)
    return units.map((unit, index) => ({ item: { unit }, at: `/units/${index}`, atQuantity: '/units', atType: `/units/${index}` }));
  if (quantity !== undefined) return [{ item: { quantity }, at: '/quantity', atQuantity: '/quantity', atType: '/quantity' }];
  return (items ?? []).map((item, index) => ({
    item,
    at: item.unit === undefined ? `/items/${index}` : `/items/${index}/unit`,
    atQuantity: `/items/${index}/quantity`,
    atType: `/items/${index}/type`,
  }));
}

function chooseNamed(
  sale: OpenedSale,
  wanted: readonly Wanted[],
): Found<{ readonly spots: readonly Spot[]; readonly chosen: readonly ChosenUnit[] }> {
  const spots = wanted.map(({ item }) => sale.units.spotOf(item.unit as UnitId));
  const pointersTo = (wrong: (spot: Spot | undefined) => boolean): string[] =>
    wanted.flatMap(({ at }, index) => (wrong(spots[index]) ? [at] : []));
  const unknown = pointersTo((spot) => spot === undefined);
  if (unknown.length > 0) return { refusal: { code: 'unit-unknown', pointers: unknown } };
  const places = pointersTo((spot) => spot?.block.isArea === true);
  if (places.length > 0) return { refusal: { code: 'quantity-needed', pointers: places } };
  const chosen: ChosenUnit[] = [];
  for (const [index, one] of wanted.entries()) {
    const spot = spots[index] as Spot;
    const sold = soldAs(sale, one, spot.block.category);
    if ('refusal' in sold) return sold;
    chosen.push(chosenAt(spot, sold));
  }
  const taken = pointersTo((spot) => spot?.block.places.holderOf(spot.place) !== undefined);
  return taken.length > 0 ? { refusal: { code: 'unit-taken', pointers: taken } } : { spots: spots as Spot[], chosen };
}

function chooseOthers(
  sale: OpenedSale,
  named: readonly ChosenUnit[],
  wanted: readonly Wanted[],
  setAside: SetAside,
): Found<readonly ChosenUnit[]> {
  const chosen = [...named];
  for (const one of wanted) {
    const source = sourceOf(sale, one);
    if ('refusal' in source) return source;
    const sold = soldAs(sale, one, source.category);
    if ('refusal' in sold) return sold;
    const spots = spotsIn(source, one);
    if ('refusal' in spots) return spots;
    if (wanted.length > 1) setAside(spots);
    for (const spot of spots) chosen.push(chosenAt(spot, sold));
  }
  return chosen;
}

/** The source for an item without a unit name: an area or a category. */
function sourceOf({ units, terms }: OpenedSale, { item, at }: Wanted): Found<Source> {
  const { area, category } = item;
  if (area !== undefined) {
    const areas = (terms.units.areas ?? []).flatMap((one) => one.area ?? []).slice(0, MOST_AREAS_NAMED);
    return units.area(area) ?? { refusal: { code: 'area-unknown', pointers: [`${at}/area`], facts: { areas } } };
  }
  const { categories = [] } = terms;
  const facts = { categories: categories.map((one) => one.category) };
  if (category === undefined && categories.length > 1) return { refusal: { code: 'category-needed', pointers: [at], facts } };
  const wanted = category ?? categories[0]?.category;
  const isKnown = wanted === undefined || categories.some((one) => one.category === wanted);
  if (!isKnown) return { refusal: { code: 'category-unknown', pointers: [`${at}/category`], facts } };
  return units.ofCategory(wanted) ?? new Stock(wanted);
}

function soldAs({ prices }: OpenedSale, { item, atType }: Wanted, category: CategoryId | undefined): Found<Sold> {
  const type = item.type ?? prices.onlyTypeOf(category);
  const price = type === 'several' ? undefined : prices.of(category, type);
  if (type !== 'several' && price !== undefined) return { category, type, price };
  const [types, pointers] = [prices.typesOf(category), [atType]];
  if (type === 'several') return { refusal: { code: 'type-needed', pointers, facts: { types } } };
  if (types.length > 0) return { refusal: { code: 'type-not-sold', pointers, facts: { types } } };
  return { refusal: { code: 'type-not-sold', pointers, details: ['must be left out: tickets have no type here'] } };
}

function spotsIn(source: Source, { item, at, atQuantity }: Wanted): Found<readonly Spot[]> {
  const { quantity = 1, adjacent } = item;
  const spots = adjacent === true ? source.adjacent(quantity) : source.earliest(quantity);
  if (spots !== undefined && spots.length === quantity) return spots;
  const facts = { available: source.available };
  if (adjacent === true && source.available >= quantity) return { refusal: { code: 'not-adjacent', pointers: [`${at}/adjacent`], facts } };
  return { refusal: { code: 'sold-out', pointers: [atQuantity], facts } };
}

function chosenAt({ block, place }: Spot, { category, type, price }: Sold): ChosenUnit {
  const [unit, label] = [block.unitAt(place), block.labelAt(place)];
  if (category === undefined && type === undefined && label === undefined) return { unit, price };
  return {
    unit,
    ...(category !== undefined && { category }),
    ...(type !== undefined && { type }),
    ...(label !== undefined && { label }),
    price,
  };
}
