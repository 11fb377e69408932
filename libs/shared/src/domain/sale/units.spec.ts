import type { OrderId, UnitId } from '../../kernel/ids.js';
import type { UnitsOffered } from './events.js';
import { Units } from './units.js';

const [ours, theirs] = ['ord_1' as OrderId, 'ord_2' as OrderId];
const units = (...names: string[]) => names as UnitId[];
const SEATS: UnitsOffered = { seats: units('A-1', 'Box') };
const ROWS: UnitsOffered = {
  rows: [
    { row: 'A', from: 9, to: 11 },
    { row: 'B-1', from: 1, to: 1 },
  ],
};
const QUOTA: UnitsOffered = { quota: 70 };
const take = (all: Units, order: OrderId, ...names: string[]) => {
  for (const unit of units(...names)) all.take(unit, order);
  return all;
};

describe('the units of a sale', () => {
  it.each<[string, UnitsOffered, number, string[], string[]]>([
    ['seats have the names they were given', SEATS, 2, ['A-1', 'Box'], ['A-2', 'A', '1', '']],
    ['rows go from their first number to their last', ROWS, 4, ['A-9', 'A-10', 'A-11', 'B-1-1'], ['A-8', 'A-12', 'B-1', 'B-1-2', 'C-1']],
    ['numbers of a row are written in one way', ROWS, 4, ['A-9'], ['A-09', 'A-9 ', 'A-9x', 'A-', 'A', 'A--9', 'A9', 'A-0']],
    ['places of a quota are its numbers', QUOTA, 70, ['1', '9', '10', '70'], ['0', '71', '07', '1x', 'x1', '-1', '10000000', 'A-1', '']],
  ])('%s', (_, offered, opened, there, notThere) => {
    const all = new Units(offered);
    expect([all.opened, all.available]).toEqual([opened, opened]);
    expect(units(...there, ...notThere).filter((unit) => all.has(unit))).toEqual(there);
  });

  it('have numbers in place of names in a quota only', () => {
    expect([SEATS, ROWS, QUOTA].map((offered) => new Units(offered).isQuota)).toEqual([false, false, true]);
    expect([SEATS, ROWS].flatMap((offered) => new Units(offered).lowestFree(2))).toEqual([]);
  });

  it.each<[string, UnitsOffered, string]>([
    ['seat', SEATS, 'Box'],
    ['seat of a row', ROWS, 'A-10'],
    ['place', QUOTA, '1'],
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

  it('are free together only when each of them is', () => {
    const all = take(new Units(ROWS), ours, 'A-9');
    expect([all.areFree(units('A-10', 'A-11')), all.areFree(units('A-10', 'A-9')), all.areFree([])]).toEqual([true, false, true]);
  });
});

describe('the lowest free places of a quota', () => {
  const free = (taken: string[], quantity: number, quota = 70) => take(new Units({ quota }), ours, ...taken).lowestFree(quantity);
  const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`);

  it.each<[string, string[], number, string[]]>([
    ['are the first of an untouched one', [], 3, ['1', '2', '3']],
    ['leave out what is taken', ['1', '3'], 3, ['2', '4', '5']],
    ['run on where 32 are taken', numbers(1, 32), 2, ['33', '34']],
    ['are found on both sides of a full block of 32', ['1', ...numbers(3, 66)], 3, ['2', '67', '68']],
    ['fill the last of a block before the first of the next', numbers(1, 31), 2, ['32', '33']],
    ['are none when none are asked for', [], 0, []],
    ['are fewer when fewer are left', numbers(1, 69), 5, ['70']],
    ['are none when all are taken', numbers(1, 70), 1, []],
    ['are all of them at most', [], 99, numbers(1, 70)],
  ])('%s', (_, taken, quantity, found) => {
    expect(free(taken, quantity)).toEqual(found);
  });

  it('end with a quota that fills its last block', () => {
    expect(free(numbers(1, 31), 9, 32)).toEqual(['32']);
    expect(free(numbers(1, 32), 9, 32)).toEqual([]);
  });

  it('have a place again that was given back', () => {
    const all = take(new Units(QUOTA), ours, ...numbers(1, 40));
    all.release('2' as UnitId, ours);
    all.release('33' as UnitId, ours);
    expect(all.lowestFree(3)).toEqual(['2', '33', '41']);
  });
});
