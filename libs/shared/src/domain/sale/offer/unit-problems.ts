import { MAX_UNITS_PER_SALE, personalProblem } from '../../values.js';
import { countOf } from '../units/block.js';
import type { Offered } from './commands.js';
import { rangesOf } from './normal-form.js';

/** A member that is inconsistent with others: its position, and what is allowed. */
export interface OfferProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

type Said = Offered['units'];

/** Checks the number of units, and that each has a unique name, even after an area grows. */
export function* unitProblems(said: Said): Iterable<OfferProblem> {
  const { rows = [], quota } = said;
  const isEmpty = said.rows === undefined && said.seats === undefined && said.areas === undefined;
  if (isEmpty && quota === undefined) yield { path: ['units'], message: 'must have rows, seats or areas, or else a quota' };
  if (!isEmpty && quota !== undefined) yield { path: ['units', 'quota'], message: 'must be left out where there are rows, seats or areas' };
  if (listedIn(said) > MAX_UNITS_PER_SALE) yield { path: ['units'], message: `must hold at most ${MAX_UNITS_PER_SALE} units` };
  else {
    yield* rowProblems(rows);
    yield* areaProblems(said);
    yield* seatProblems(said);
  }
}

/** Without a quota of the whole sale, which has its own limit. */
const listedIn = ({ rows = [], seats = [], areas = [] }: Said): number =>
  rows.reduce((sum, row) => sum + rangesOf(row).reduce((count, range) => count + countOf(range), 0), 0) +
  seats.length +
  areas.reduce((sum, area) => sum + area.quota, 0);

function* rowProblems(rows: NonNullable<Said['rows']>): Iterable<OfferProblem> {
  const names = new Set<string>();
  for (const [index, row] of rows.entries()) {
    const path = ['units', 'rows', index];
    if (names.has(row.row)) yield { path: [...path, 'row'], message: `${row.row} is named twice: give all ranges of a row together` };
    names.add(row.row);
    const numbers = new Set<number>();
    for (const [place, range] of rangesOf(row).entries()) {
      const problem = rangeProblem(row.row, range, numbers);
      if (problem !== undefined) yield { path: 'seats' in row ? [...path, 'seats', place] : path, message: problem };
    }
  }
}

function rangeProblem(row: string, { from, to, step = 1 }: ReturnType<typeof rangesOf>[number], numbers: Set<number>): string | undefined {
  for (let number = from; number <= to; number += step) {
    const unit = `${row}-${number}`;
    if (numbers.has(number)) return `${unit} is named twice`;
    numbers.add(number);
    if (COULD_BE_PERSONAL.test(row) && personalProblem(unit) !== undefined) return `${unit} ${personalProblem(unit)}`;
  }
  return undefined;
}

/** With a number appended, such a name could be a payment card number. */
const COULD_BE_PERSONAL = /\d{4}[-_]\d{4}/;

function* areaProblems({ rows = [], areas = [] }: Said): Iterable<OfferProblem> {
  const names = new Set(rows.map(({ row }) => row));
  const seen = new Set<string>();
  for (const [index, { area, quota }] of areas.entries()) {
    const path = ['units', 'areas', index, 'area'];
    if (seen.has(area)) yield { path, message: `${area} is named twice` };
    if (names.has(area)) yield { path, message: `${area} is the name of a row: its places would have the names of seats` };
    seen.add(area);
    const problem = COULD_BE_PERSONAL.test(area) ? rangeProblem(area, { from: 1, to: quota }, new Set()) : undefined;
    if (problem !== undefined) yield { path, message: problem };
  }
}

function* seatProblems({ rows = [], seats = [], areas = [] }: Said): Iterable<OfferProblem> {
  const byRow = new Map(rows.map((row) => [row.row, rangesOf(row)]));
  const areaNames = new Set<string>(areas.map(({ area }) => area));
  const seen = new Set<string>();
  for (const [index, seat] of seats.entries()) {
    const unit = typeof seat === 'string' ? seat : seat.unit;
    const path = ['units', 'seats', index, ...(typeof seat === 'string' ? [] : ['unit'])];
    if (seen.has(unit)) yield { path, message: `${unit} is named twice` };
    seen.add(unit);
    const [, name = '', digits = ''] = NUMBERED.exec(unit) ?? [];
    const number = Number(digits);
    const isInRow = byRow.get(name)?.some(({ from, to, step = 1 }) => number >= from && number <= to && (number - from) % step === 0);
    if (isInRow === true) yield { path, message: `${unit} is a seat of row ${name}` };
    if (areaNames.has(name)) yield { path, message: `${unit} is the name of a place of area ${name}` };
  }
}

/** A name, a dash and a number in its only valid spelling. */
const NUMBERED = /^(.+)-([1-9]\d*)$/;
