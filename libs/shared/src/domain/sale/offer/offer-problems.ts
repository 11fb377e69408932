import type { CategoryId, TypeId } from '../../../kernel/ids.js';
import type { Offered } from './commands.js';
import { type RowSaid, rangesOf } from './normal-form.js';
import { type OfferProblem, unitProblems } from './unit-problems.js';

/** Checks that categories, types, prices and units of an opening are consistent. */
export function* offerProblems(said: Offered): Iterable<OfferProblem> {
  yield* formProblems(said);
  yield* priceProblems(said);
  yield* codeProblems(said);
  yield* placedProblems(said);
  yield* unitProblems(said.units);
}

/** Requires one price for everything, or a list of prices. */
function* formProblems({ price, currency, categories, types, prices }: Offered): Iterable<OfferProblem> {
  if (price !== undefined) {
    const others = Object.entries({ currency, categories, types, prices }).filter(([, value]) => value !== undefined);
    for (const [member] of others) yield { path: [member], message: 'must be left out where price is given: give prices instead of price' };
  } else if (prices === undefined && currency === undefined)
    yield { path: ['price'], message: 'must be given, or else currency and prices' };
  else {
    if (prices === undefined) yield { path: ['prices'], message: 'must be given with currency' };
    if (currency === undefined) yield { path: ['currency'], message: 'must be given with prices' };
  }
}

export function* priceProblems({ categories = [], types = [], prices = [] }: Omit<Offered, 'units'>): Iterable<OfferProblem> {
  const seen = new Map<CategoryId | undefined, Set<TypeId | undefined>>();
  for (const [index, { category: named, type }] of prices.entries()) {
    const path = ['prices', index];
    const problem = categoryProblem(categories, named) ?? typeProblem(types, type);
    if (problem !== undefined) yield { path: [...path, problem.member], message: problem.message };
    const category = named ?? categories[0]?.category;
    const others = seen.get(category) ?? new Set();
    const twice = pairProblem(others, type);
    if (twice !== undefined) yield { path, message: twice };
    seen.set(category, others.add(type));
  }
  for (const [index, { category }] of categories.entries())
    if (prices.length > 0 && !seen.has(category)) yield { path: ['categories', index], message: 'must have a price: add it to prices' };
}

function pairProblem(others: ReadonlySet<TypeId | undefined>, type: TypeId | undefined): string | undefined {
  if (others.has(type)) return 'is the second price of the same category and type';
  return others.size > 0 && (type === undefined || others.has(undefined))
    ? 'must have a type where its category has several prices, and so must the others'
    : undefined;
}

/** Codes must name types and categories of the sale. */
export function* codeProblems({ categories = [], types = [], codes = [] }: Omit<Offered, 'units'>): Iterable<OfferProblem> {
  for (const [index, code] of codes.entries()) {
    for (const [place, type] of (code.types ?? []).entries()) {
      const problem = typeProblem(types, type);
      if (problem !== undefined) yield { path: ['codes', index, 'types', place], message: problem.message };
    }
    for (const [place, category] of (code.categories ?? []).entries()) {
      const problem = categoryProblem(categories, category);
      if (problem !== undefined) yield { path: ['codes', index, 'categories', place], message: problem.message };
    }
  }
}

/** Units must be in a category of the sale. */
export function* placedProblems({ categories = [], units }: Pick<Offered, 'categories' | 'units'>): Iterable<OfferProblem> {
  for (const { path, category } of placed(units)) {
    const problem = categoryProblem(categories, category);
    if (problem !== undefined) yield { path, message: problem.message };
  }
  if (units.quota !== undefined && categories.length > 1)
    yield { path: ['units', 'quota'], message: 'must be left out where the sale has several categories: give areas' };
}

interface Placed {
  readonly path: OfferProblem['path'];
  readonly category: CategoryId | undefined;
}

/** Every member that names a category of units, or must name one. */
function* placed({ rows = [], seats = [], areas = [] }: Offered['units']): Iterable<Placed> {
  for (const [index, row] of rows.entries()) yield* placedInRow(row, ['units', 'rows', index]);
  for (const [index, seat] of seats.entries()) {
    const path = ['units', 'seats', index];
    yield typeof seat === 'string' ? { path, category: undefined } : { path: [...path, 'category'], category: seat.category };
  }
  for (const [index, { category }] of areas.entries()) yield { path: ['units', 'areas', index, 'category'], category };
}

/** A row needs no category if all its ranges have their own. */
function* placedInRow(row: RowSaid, path: OfferProblem['path']): Iterable<Placed> {
  const ranges = rangesOf(row);
  const isNeeded = ranges.some(({ category }) => category === undefined);
  if (isNeeded || row.category !== undefined) yield { path: [...path, 'category'], category: row.category };
  for (const [index, { category }] of ranges.entries())
    if (category !== undefined) yield { path: [...path, 'seats', index, 'category'], category };
}

interface MemberProblem {
  readonly member: 'category' | 'type';
  readonly message: string;
}

function typeProblem(types: NonNullable<Offered['types']>, type: TypeId | undefined): MemberProblem | undefined {
  const known = types.map((one) => one.type);
  return type === undefined || known.includes(type) ? undefined : { member: 'type', message: `must be one of the types: ${listed(known)}` };
}

function categoryProblem(categories: NonNullable<Offered['categories']>, named: CategoryId | undefined): MemberProblem | undefined {
  const known = categories.map(({ category }) => category);
  const message = (text: string): MemberProblem => ({ member: 'category', message: text });
  if (named === undefined) return known.length > 1 ? message(`must name a category: ${listed(known)}`) : undefined;
  if (known.length === 0) return message('must be left out where the sale has no categories');
  return known.includes(named) ? undefined : message(`must be one of the categories: ${listed(known)}`);
}

/** Names in one message. */
const MOST_LISTED = 8;
const listed = (names: readonly string[]): string =>
  names.length === 0 ? 'there are none' : `${names.slice(0, MOST_LISTED).join(', ')}${names.length > MOST_LISTED ? ', …' : ''}`;
