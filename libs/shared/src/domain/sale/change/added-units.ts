import type { AreaId, UnitId } from '../../../kernel/ids.js';
import type { Refusal } from '../../refusal.js';
import type { SaleChanged } from '../events.js';
import { rangesOf } from '../offer/normal-form.js';
import type { OpenedSale } from '../opened-sale.js';
import type { UnitsOffered } from '../terms.js';
import { countOf } from '../units/block.js';
import type { Units } from '../units/units.js';
import type { ChangeSale } from './commands.js';

type Said = NonNullable<ChangeSale['units']>;

/** Why units cannot be added, or a quota not be set; `undefined` if they can. */
export function addingProblem(sale: OpenedSale, units: Said | undefined): Refusal | undefined {
  if (units === undefined) return undefined;
  const existing = [...existingIn(sale, units)];
  if (existing.length > 0) return { code: 'unit-exists', pointers: existing };
  return fixedProblem(sale, units) ?? quotaProblem(sale, units);
}

/** An existing row keeps its label, an existing area its label and category. */
function fixedProblem({ terms: { units } }: OpenedSale, { rows = [], areas = [] }: Said): Refusal | undefined {
  const problems = [
    ...rows.flatMap((said, index) =>
      differing(
        `/units/rows/${index}`,
        said,
        units.rows?.find(({ row }) => row === said.row),
        ['label'],
      ),
    ),
    ...areas.flatMap((said, index) =>
      differing(
        `/units/areas/${index}`,
        said,
        units.areas?.find(({ area }) => area === said.area),
        ['label', 'category'],
      ),
    ),
  ];
  if (problems.length === 0) return undefined;
  return { code: 'offer-inconsistent', pointers: problems.map(([pointer]) => pointer), details: problems.map(([, detail]) => detail) };
}

type Fixed = 'label' | 'category';
type Named = { readonly [member in Fixed]?: string | undefined };

function differing(pointer: string, said: Named, known: Named | undefined, members: readonly Fixed[]): [pointer: string, detail: string][] {
  if (known === undefined) return [];
  const isOther = (member: Fixed): boolean => said[member] !== undefined && said[member] !== known[member];
  const allowed = (value: string | undefined): string => `must be left out${value === undefined ? '' : `, or ${value}`}: it cannot change`;
  return members.filter(isOther).map((member) => [`${pointer}/${member}`, allowed(known[member])]);
}

function quotaProblem({ units: known }: OpenedSale, { areas = [], quota }: Said): Refusal | undefined {
  if (quota !== undefined && known.area('') === undefined) return { code: 'area-unknown', pointers: ['/units/quota'] };
  const isQuota = known.area('') !== undefined;
  if (isQuota && quota === undefined) return { code: 'quantity-needed', pointers: ['/units'] };
  const said = quota === undefined ? areas.map(({ area, quota: count }) => ({ area, count })) : [{ area: '' as const, count: quota }];
  for (const [index, { area, count }] of said.entries()) {
    const taken = known.area(area)?.places.taken ?? 0;
    const pointer = quota === undefined ? `/units/areas/${index}/quota` : '/units/quota';
    if (count < taken) return { code: 'quota-below-taken', pointers: [pointer], facts: { taken } };
  }
  return undefined;
}

/** Names that exist in the sale already. An existing area gets a new quota, an existing row more seats. */
function* existingIn({ units: known, terms }: OpenedSale, { rows = [], seats = [], areas = [] }: Said): Iterable<string> {
  const rowNames = new Set((terms.units.rows ?? []).map(({ row }) => row));
  const prefixes = new Set((terms.units.seats ?? []).map(({ unit }) => prefixOf(unit)));
  yield* rows.flatMap((row, index) =>
    hasSeatOf(known, row) || known.area(row.row as AreaId) !== undefined ? [`/units/rows/${index}`] : [],
  );
  const units = seats.map((seat) => (typeof seat === 'string' ? seat : seat.unit));
  yield* units.flatMap((unit, index) =>
    known.has(unit) || known.area(prefixOf(unit) as AreaId) !== undefined ? [`/units/seats/${index}`] : [],
  );
  for (const [index, { area }] of areas.entries())
    if (known.area(area) === undefined && (rowNames.has(area) || prefixes.has(area))) yield `/units/areas/${index}/area`;
}

const hasSeatOf = (known: Units, row: NonNullable<Said['rows']>[number]): boolean =>
  rangesOf(row).some(({ from, to, step = 1 }) => {
    for (let number = from; number <= to; number += step) if (known.has(`${row.row}-${number}` as UnitId)) return true;
    return false;
  });

const prefixOf = (unit: string): string => unit.slice(0, Math.max(0, unit.lastIndexOf('-')));

/** The added units, and the total number of units after that; empty if the sale has all of them already. */
export function addedUnits({ units: known }: OpenedSale, added: UnitsOffered): Pick<SaleChanged['data'], 'units' | 'opened'> {
  const { rows = [], seats = [], areas = [] } = added;
  const other = areas.filter(({ area, quota }) => known.area(area ?? '')?.places.count !== quota);
  if (rows.length + seats.length + other.length === 0) return {};
  const opened =
    known.opened +
    rows.reduce((sum, row) => sum + row.seats.reduce((count, range) => count + countOf(range), 0), 0) +
    seats.length +
    other.reduce((sum, { area, quota }) => sum + quota - (known.area(area ?? '')?.places.count ?? 0), 0);
  return { units: { ...added, ...(areas.length > 0 && { areas: other }) }, opened };
}
