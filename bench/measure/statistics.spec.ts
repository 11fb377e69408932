import fc from 'fast-check';
import { randomOf, ratiosOf, spreadOf } from './statistics.js';

const figures = fc.array(fc.double({ min: 0.001, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 20 });

describe('the spread of a figure', () => {
  it('has its median between its lowest and highest value, whatever their order', () => {
    fc.assert(
      fc.property(figures, (values) => {
        const { median, min, max } = spreadOf(values);
        expect([min, max]).toEqual([Math.min(...values), Math.max(...values)]);
        expect(spreadOf([...values].reverse()).median).toBe(median);
        const half = values.length / 2;
        expect(values.filter((value) => value <= median).length).toBeGreaterThanOrEqual(half);
        expect(values.filter((value) => value >= median).length).toBeGreaterThanOrEqual(half);
      }),
    );
  });

  it('is the middle of the two middle values of an even number', () => {
    expect(spreadOf([4, 1, 3, 2]).median).toBe(2.5);
  });

  it('refuses no values, and values that are no numbers', () => {
    expect(() => spreadOf([])).toThrow('no usable values');
    expect(() => spreadOf([1, Number.NaN])).toThrow('no usable values');
  });
});

describe('the ratios of two variants', () => {
  it('are taken pair by pair, so that a slow round of both changes nothing', () => {
    expect(ratiosOf([200, 20, 200], [100, 10, 100])).toMatchObject({ median: 2, min: 2, max: 2 });
  });

  it('need a partner for every value', () => {
    expect(() => ratiosOf([1, 2], [1])).toThrow('cannot be paired');
  });
});

describe('random numbers of a seed', () => {
  it('are the same again, in [0, 1), and others for another seed', () => {
    const draw = (seed: number): number[] => {
      const random = randomOf(seed);
      return Array.from({ length: 1_000 }, random);
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7).every((value) => value >= 0 && value < 1)).toBe(true);
    expect(spreadOf(draw(7)).median).toBeCloseTo(0.5, 1);
  });
});
