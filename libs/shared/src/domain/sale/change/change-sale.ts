import { canonicalJson } from '../../../kernel/canonical.js';
import { rfc3339 } from '../../../kernel/moment.js';
import { type Decision, type Refusal, refuse } from '../../refusal.js';
import { MAX_AREAS, MAX_LISTED_SEATS, MAX_RANGES_PER_ROW, MAX_ROWS, MAX_UNITS_PER_SALE } from '../../values.js';
import type { SaleChanged, SaleEvent } from '../events.js';
import { offerOf } from '../offer/normal-form.js';
import { codeProblems, placedProblems, priceProblems } from '../offer/offer-problems.js';
import { type OfferProblem, unitProblems } from '../offer/unit-problems.js';
import { mintsUnpaidBy } from '../open-sale.js';
import type { OpenedSale, Sale } from '../sale.js';
import type { SaleTerms, UnitsOffered } from '../terms.js';
import { addedUnits, addingProblem } from './added-units.js';
import { changedTerms } from './changed-sale.js';
import type { ChangeSale } from './commands.js';

/** The maximum of problems in one refusal. */
const MOST_NAMED = 20;
type Change = SaleChanged['data'];

/** Changes the terms of a sale for later orders. Requested values that the sale has already change nothing. */
export function changeSale({ open: sale }: Sale, command: ChangeSale, at: number): Decision<SaleEvent> {
  if (sale === undefined) return refuse('sale-unknown', { pointers: ['/sale'] });
  const refusal = fixed(sale.terms, command) ?? inconsistent(sale.terms, command) ?? addingProblem(sale, command.units);
  if (refusal !== undefined) return { refusal };
  const change = changeOf(sale, command);
  const after = changedTerms(sale.terms, change);
  const beyond = beyondTerms(sale.terms, after, change) ?? overAllTheSame(after, command, at);
  if (beyond !== undefined) return { refusal: beyond };
  return { events: Object.keys(change).length > 1 ? [{ type: 'SaleChanged', data: change }] : [] };
}

/** Terms that cannot change: the currency, and the names of categories and types. */
function fixed({ currency, categories, types }: SaleTerms, command: ChangeSale): Refusal | undefined {
  const named = command.price?.currency ?? command.currency ?? currency;
  if (named !== currency)
    return { code: 'currency-fixed', pointers: [command.price === undefined ? '/currency' : '/price/currency'], facts: { currency } };
  const missing = (name: 'categories' | 'types', before: readonly string[], after: readonly string[] | undefined): Refusal | undefined => {
    const gone = after === undefined ? [] : before.filter((one) => !after.includes(one));
    return gone.length === 0 ? undefined : { code: 'names-fixed', pointers: [`/${name}`], facts: { missing: gone } };
  };
  return (
    missing(
      'categories',
      (categories ?? []).map(({ category }) => category),
      command.categories?.map(({ category }) => category),
    ) ??
    missing(
      'types',
      (types ?? []).map(({ type }) => type),
      command.types?.map(({ type }) => type),
    )
  );
}

/** The resulting offer must be consistent, by the same rules as for an opening. */
function inconsistent(terms: SaleTerms, command: ChangeSale): Refusal | undefined {
  const problems = [...problemsOf(terms, command)].slice(0, MOST_NAMED);
  if (problems.length === 0) return undefined;
  const pointers = problems.map(({ path }) => `/${path.join('/')}`);
  return { code: 'offer-inconsistent', pointers, details: problems.map(({ message }) => message) };
}

function* problemsOf(terms: SaleTerms, command: ChangeSale): Iterable<OfferProblem> {
  const { price, categories, prices, units } = command;
  const said = saidBy(terms, command);
  if (categories !== undefined && terms.categories === undefined)
    yield { path: ['categories'], message: 'must be left out: the sale was opened without categories' };
  if (price !== undefined && (prices ?? said.categories ?? said.types) !== undefined)
    yield { path: ['price'], message: 'must be left out where there are prices, categories or types: give prices' };
  else yield* priceProblems(said);
  yield* codeProblems(said);
  if (units === undefined) return;
  yield* placedProblems({ ...said, units });
  yield* unitProblems(units);
}

type Said = Pick<ChangeSale, 'categories' | 'types' | 'prices' | 'codes'>;

/** The resulting offer, in the form of a request. */
const saidBy = (terms: SaleTerms, { price, categories, types, prices, codes }: ChangeSale): Said => ({
  categories: categories ?? (terms.categories as Said['categories']),
  types: types ?? (terms.types as Said['types']),
  prices: prices ?? (price === undefined ? (terms.prices as Said['prices']) : [{ amount: price.amount }]),
  codes: codes ?? (terms.codes as Said['codes']),
});

/** Every member with a new value. */
function changeOf(sale: OpenedSale, command: ChangeSale): Change {
  const { terms } = sale;
  const { price, categories, types, prices, codes, units, paused, reopen, currency: _, ...values } = command;
  const normal = offerOf({ ...saidBy(terms, command), units: units ?? {} });
  const offer = {
    ...(categories !== undefined && { categories: normal.categories }),
    ...(types !== undefined && { types: normal.types }),
    ...((prices ?? price) !== undefined && { prices: normal.prices }),
    ...(codes !== undefined && { codes: normal.codes }),
  };
  const before = terms as unknown as Readonly<Record<string, unknown>>;
  const isOther = ([name, value]: readonly [string, unknown]): boolean =>
    canonicalJson(value ?? null) !== canonicalJson(before[name] ?? null);
  return {
    sale: terms.sale,
    ...Object.fromEntries(Object.entries({ ...values, ...offer }).filter(isOther)),
    ...(units !== undefined && addedUnits(sale, normal.units)),
    ...(paused !== undefined && paused !== sale.paused && { paused }),
    ...(reopen && sale.closed && { reopened: true as const }),
  };
}

/** A sale cannot be reopened while the end of its window is in the past. */
function overAllTheSame({ closesAt }: SaleTerms, { reopen }: ChangeSale, at: number): Refusal | undefined {
  if (reopen !== true || closesAt === undefined || at < closesAt) return undefined;
  const detail = `needs a later closesAt, or null: the sale closed at ${rfc3339(closesAt)}`;
  return { code: 'sale-closed', pointers: ['/reopen'], details: [detail] };
}

function beyondTerms(before: SaleTerms, after: SaleTerms, { opened, units }: Change): Refusal | undefined {
  const { opensAt, closesAt } = after;
  if (opensAt !== undefined && closesAt !== undefined && opensAt >= closesAt) return { code: 'window-empty', pointers: ['/closesAt'] };
  if (opened !== undefined && opened > MAX_UNITS_PER_SALE)
    return { code: 'offer-inconsistent', pointers: ['/units'], facts: { units: opened, mostUnits: MAX_UNITS_PER_SALE } };
  if (units !== undefined) {
    const [member, detail] = beyondPlan(after.units) ?? [];
    if (member !== undefined && detail !== undefined)
      return { code: 'offer-inconsistent', pointers: [`/units/${member}`], details: [`would be ${detail}`] };
  }
  if (mintsUnpaidBy(after) && !mintsUnpaidBy(before)) return { code: 'mints-unpaid-fixed', pointers: ['/prices'] };
  return undefined;
}

/** What a sale has beyond the limits of an opening, and how many. */
function beyondPlan({ rows = [], seats = [], areas = [] }: UnitsOffered): readonly [member: string, detail: string] | undefined {
  const wide = rows.find((row) => row.seats.length > MAX_RANGES_PER_ROW);
  if (rows.length > MAX_ROWS) return ['rows', `${rows.length} rows: a sale has at most ${MAX_ROWS}`];
  if (seats.length > MAX_LISTED_SEATS) return ['seats', `${seats.length} seats: a sale has at most ${MAX_LISTED_SEATS}`];
  if (areas.length > MAX_AREAS) return ['areas', `${areas.length} areas: a sale has at most ${MAX_AREAS}`];
  return wide && ['rows', `${wide.seats.length} ranges of row ${wide.row}: a row has at most ${MAX_RANGES_PER_ROW}`];
}
