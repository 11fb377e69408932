import type { AreaId, CategoryId, OrderId, UnitId } from '../../../kernel/ids.js';
import type { UnitsOffered } from '../terms.js';
import type { Spot } from './block.js';
import { Units } from './units.js';

const [ours, theirs] = ['ord_1' as OrderId, 'ord_2' as OrderId];
const units = (...names: string[]) => names as UnitId[];
const seats = (...names: string[]) => units(...names).map((unit) => ({ unit }));
const SEATS: UnitsOffered = { seats: seats('A-1', 'Box') };
const ROWS: UnitsOffered = {
  rows: [
    { row: 'A', seats: [{ from: 9, to: 11 }] },
    { row: 'B-1', seats: [{ from: 1, to: 1 }] },
  ],
};
const GAPS: UnitsOffered = {
  rows: [
    {
      row: 'A',
      seats: [
        { from: 1, to: 6, step: 2 },
        { from: 4, to: 8, step: 4 },
      ],
    },
  ],
};
const QUOTA: UnitsOffered = { areas: [{ quota: 70 }] };
const AREAS: UnitsOffered = {
  areas: [
    { area: 'floor' as AreaId, quota: 10 },
    { area: 'floor-2' as AreaId, quota: 3 },
  ],
};
const HALL: UnitsOffered = { ...ROWS, seats: seats('Box-1'), areas: [{ area: 'floor' as AreaId, quota: 2 }] };
const take = (all: Units, order: OrderId, ...names: string[]) => {
  for (const unit of units(...names)) all.take(unit, order);
  return all;
};
const named = (spots: readonly Spot[] | undefined) => spots?.map(({ block, place }) => block.unitAt(place));

describe('the units of a sale', () => {
  it.each<[string, UnitsOffered, number, string[], string[]]>([
    ['seats have the names they were given', SEATS, 2, ['A-1', 'Box'], ['A-2', 'A', '1', '']],
    ['rows go from their first number to their last', ROWS, 4, ['A-9', 'A-10', 'A-11', 'B-1-1'], ['A-8', 'A-12', 'B-1', 'B-1-2', 'C-1']],
    ['numbers of a row are written in one way', ROWS, 4, ['A-9'], ['A-09', 'A-9 ', 'A-9x', 'A-', 'A', 'A--9', 'A9', 'A-0']],
    ['rows have gaps and steps', GAPS, 5, ['A-1', 'A-3', 'A-5', 'A-4', 'A-8'], ['A-2', 'A-6', 'A-7', 'A-9', 'A-0']],
    ['places of a quota are its numbers', QUOTA, 70, ['1', '9', '10', '70'], ['0', '71', '07', '1x', 'x1', '-1', '10000000', 'A-1', '']],
    [
      'places of an area have its name',
      AREAS,
      13,
      ['floor-1', 'floor-10', 'floor-2-3'],
      ['floor-11', 'floor', '1', 'floor-2-4', 'floor-01'],
    ],
    ['a hall has all of them', HALL, 7, ['A-9', 'B-1-1', 'Box-1', 'floor-2'], ['Box-2', 'floor-3', '1']],
  ])('%s', (_, offered, opened, there, notThere) => {
    const all = new Units(offered);
    expect([all.opened, all.available]).toEqual([opened, opened]);
    expect(units(...there, ...notThere).filter((unit) => all.has(unit))).toEqual(there);
  });

  it('have numbers instead of names in a quota only', () => {
    expect([SEATS, ROWS, QUOTA, AREAS, HALL].map((offered) => new Units(offered).isQuota)).toEqual([false, false, true, false, false]);
  });

  it.each<[string, UnitsOffered, string]>([
    ['seat', SEATS, 'Box'],
    ['seat of a row', ROWS, 'A-10'],
    ['seat behind a gap', GAPS, 'A-8'],
    ['place', QUOTA, '1'],
    ['place of an area', AREAS, 'floor-2-3'],
  ])('[L1] go to one order at a time: a %s', (_, offered, name) => {
    const all = new Units(offered);
    const [unit] = units(name) as [UnitId];
    take(all, ours, name);
    expect([all.orderOf(unit), all.available, all.areFree([unit])]).toEqual([ours, all.opened - 1, false]);
    expect(() => all.take(unit, theirs)).toThrow(`unit ${name} cannot go to ord_2: ord_1 has it`);
    expect(() => all.release(unit, theirs)).toThrow(`unit ${name} cannot be given back by ord_2, which does not have it`);
    all.release(unit, ours);
    expect([all.orderOf(unit), all.available, all.areFree([unit])]).toEqual([undefined, all.opened, true]);
    expect(() => all.release(unit, ours)).toThrow('which does not have it');
    expect(take(all, theirs, name).orderOf(unit)).toBe(theirs);
  });

  it('that do not exist cannot be taken', () => {
    expect(() => take(new Units(ROWS), ours, 'A-12')).toThrow('unit A-12 cannot go to ord_1: there is none');
  });

  it('are free together only when each of them is', () => {
    const all = take(new Units(ROWS), ours, 'A-9');
    expect([all.areFree(units('A-10', 'A-11')), all.areFree(units('A-10', 'A-9')), all.areFree([])]).toEqual([true, false, true]);
    expect(all.areFree(units('A-10', 'A-12'))).toBe(false); // it does not exist
  });

  it('have the labels that people see', () => {
    const all = new Units({
      rows: [{ row: 'AA', label: 'Reihe Ä', seats: [{ from: 1, to: 3, step: 2 }] }],
      seats: [{ unit: 'BOX-1' as UnitId, label: 'Loge Ä, Platz 1' }, { unit: 'BOX-2' as UnitId }],
      areas: [{ area: 'floor' as AreaId, label: 'Stehplätze', quota: 9 }],
    });
    expect(units('AA-3', 'BOX-1', 'BOX-2', 'floor-7', 'none').map((unit) => all.labelOf(unit))).toEqual([
      'Reihe Ä, 3',
      'Loge Ä, Platz 1',
      undefined,
      'Stehplätze',
      undefined,
    ]);
  });

  it('count by category', () => {
    const [front, back] = ['front' as CategoryId, 'back' as CategoryId];
    const all = new Units({
      rows: [
        {
          row: 'A',
          category: front,
          seats: [
            { from: 1, to: 4 },
            { from: 5, to: 6, category: back },
          ],
        },
      ],
      areas: [{ area: 'floor' as AreaId, category: back, quota: 3 }],
    });
    take(all, ours, 'A-5', 'floor-2');
    const counts = [front, back, 'other' as CategoryId].map((one) => all.ofCategory(one)).map((one) => one && [one.opened, one.available]);
    expect(counts).toEqual([[4, 4], [5, 3], undefined]);
  });
});

describe('the earliest free units', () => {
  const earliest = (offered: UnitsOffered, taken: string[], quantity: number) =>
    named(
      take(new Units(offered), ours, ...taken)
        .ofCategory(undefined)
        ?.earliest(quantity),
    );
  const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`);

  it.each<[string, string[], number, string[]]>([
    ['are the first of an untouched quota', [], 3, ['1', '2', '3']],
    ['leave out what is taken', ['1', '3'], 3, ['2', '4', '5']],
    ['run on where 32 are taken', numbers(1, 32), 2, ['33', '34']],
    ['are found on both sides of a full block of 32', ['1', ...numbers(3, 66)], 3, ['2', '67', '68']],
    ['fill the last of a block before the first of the next', numbers(1, 31), 2, ['32', '33']],
    ['are none when none are asked for', [], 0, []],
    ['are fewer when fewer are left', numbers(1, 69), 5, ['70']],
    ['are none when all are taken', numbers(1, 70), 1, []],
    ['are all of them at most', [], 99, numbers(1, 70)],
  ])('%s', (_, taken, quantity, found) => {
    expect(earliest(QUOTA, taken, quantity)).toEqual(found);
  });

  it('end with a quota that fills its last block', () => {
    expect(earliest({ areas: [{ quota: 32 }] }, numbers(1, 31), 9)).toEqual(['32']);
    expect(earliest({ areas: [{ quota: 32 }] }, numbers(1, 32), 9)).toEqual([]);
  });

  it('include a place that was released', () => {
    const all = take(new Units(QUOTA), ours, ...numbers(1, 40));
    all.release('2' as UnitId, ours);
    all.release('33' as UnitId, ours);
    expect(named(all.ofCategory(undefined)?.earliest(3))).toEqual(['2', '33', '41']);
  });

  it('go by the plan: rows as listed, range by range, then seats, then areas', () => {
    const hall: UnitsOffered = {
      rows: [
        {
          row: 'B',
          seats: [
            { from: 5, to: 7, step: 2 },
            { from: 2, to: 2 },
          ],
        },
        { row: 'A', seats: [{ from: 1, to: 1 }] },
      ],
      seats: seats('Z', 'C'),
      areas: [{ area: 'floor' as AreaId, quota: 2 }],
    };
    const all = ['B-5', 'B-7', 'B-2', 'A-1', 'Z', 'C', 'floor-1', 'floor-2'];
    expect(earliest(hall, [], 99)).toEqual(all);
    expect(earliest(hall, ['B-7', 'A-1', 'Z'], 3)).toEqual(['B-5', 'B-2', 'C']);
  });
});

describe('free units next to each other', () => {
  const together = (offered: UnitsOffered, taken: string[], quantity: number) =>
    named(
      take(new Units(offered), ours, ...taken)
        .ofCategory(undefined)
        ?.adjacent(quantity),
    );
  const row = (...ranges: [from: number, to: number, step?: number][]): UnitsOffered => ({
    rows: [{ row: 'A', seats: ranges.map(([from, to, step]) => ({ from, to, ...(step !== undefined && { step }) })) }],
  });

  it.each<[string, UnitsOffered, string[], number, string[] | undefined]>([
    ['are the first of an untouched row', row([1, 9]), [], 3, ['A-1', 'A-2', 'A-3']],
    ['are the earliest that are whole', row([1, 9]), ['A-2', 'A-5'], 3, ['A-6', 'A-7', 'A-8']],
    ['are members of one range, by its step', row([1, 9, 2], [2, 8, 2]), ['A-3'], 3, ['A-5', 'A-7', 'A-9']],
    ['do not reach over an aisle', row([1, 2], [3, 6]), [], 3, ['A-3', 'A-4', 'A-5']],
    [
      'are found where 32 meet 32',
      row([1, 70]),
      Array.from({ length: 30 }, (_, index) => `A-${index + 1}`),
      4,
      ['A-31', 'A-32', 'A-33', 'A-34'],
    ],
    ['are none where each second is taken', row([1, 5]), ['A-2', 'A-4'], 2, undefined],
    ['are none among seats that are listed one by one', { seats: seats('A-1', 'A-2') }, [], 2, undefined],
    ['are none in an area', { areas: [{ area: 'floor' as AreaId, quota: 9 }] }, [], 2, undefined],
    ['are one alone, whatever it is', { seats: seats('A-1', 'A-2') }, ['A-1'], 1, ['A-2']],
    ['are none where all are taken', row([1, 2]), ['A-1', 'A-2'], 1, undefined],
  ])('%s', (_, offered, taken, quantity, found) => {
    expect(together(offered, taken, quantity)).toEqual(found);
  });
});
