import { PriorityFees, type PriorityOptions, percentileOf } from './priority-fees.js';

const pricesOf = async (options: PriorityOptions, fees: readonly number[]): Promise<number[]> => {
  const prices = new PriorityFees(options, async () => fees);
  return Promise.all([1, 2, 3, 5, 20].map((attempt) => prices.price(attempt)));
};
const unasked = async (): Promise<never> => {
  throw new Error('no fee is asked for here');
};

describe('the price of an attempt', () => {
  it('is the percentile of recent blocks, doubled for each earlier attempt, at most 16 times', async () => {
    expect(await pricesOf({ floor: 0, cap: 1_000_000, percentile: 50 }, [900, 0, 100])).toEqual([100, 200, 400, 1_600, 1_600]);
  });

  it('is never below the floor, and never above the cap', async () => {
    expect(await pricesOf({ floor: 250, cap: 1_000, percentile: 75 }, [0, 0, 0])).toEqual([250, 500, 1_000, 1_000, 1_000]);
    expect(await pricesOf({ floor: 250, cap: 1_000, percentile: 75 }, [5_000, 9_000])).toEqual([1_000, 1_000, 1_000, 1_000, 1_000]);
  });

  it('is the floor if recent fees are unknown or not requested', async () => {
    expect(await pricesOf({ floor: 7, cap: 1_000, percentile: 75 }, [])).toEqual([7, 14, 28, 112, 112]);
    expect(await new PriorityFees({ floor: 7, cap: 1_000, percentile: 75 }, unasked).price(2)).toBe(14);
    let asked = 0;
    const fixed = new PriorityFees({ floor: 7 }, async () => {
      asked += 1;
      return [1_000];
    });
    expect([await fixed.price(1), await fixed.price(9), fixed.cap, asked]).toEqual([7, 112, 112, 0]);
  });

  it('requests recent fees once for attempts that begin together', async () => {
    let asked = 0;
    const recent = async (): Promise<number[]> => {
      asked += 1;
      return [10];
    };
    const prices = new PriorityFees({ floor: 0, cap: 100, percentile: 100 }, recent);
    expect(await Promise.all(Array.from({ length: 1_000 }, () => prices.price(1)))).toEqual(Array.from({ length: 1_000 }, () => 10));
    expect(asked).toBe(1);
  });

  it('refuses a cap below the floor', () => {
    expect(() => new PriorityFees({ floor: 10, cap: 9 }, unasked)).toThrow(/MINT_PRIORITY_CAP_MICROLAMPORTS is 9/);
  });
});

it.each([
  [[], 50, 0],
  [[5], 1, 5],
  [[5], 100, 5],
  [[4, 1, 3, 2], 50, 2],
  [[4, 1, 3, 2], 75, 3],
  [[4, 1, 3, 2], 100, 4],
])('the percentile of %j at %i is %i', (fees, percentile, expected) => {
  expect(percentileOf(fees, percentile)).toBe(expected);
});
