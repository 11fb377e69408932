import type { Bench } from './bench.js';
import { planOf } from './plan.js';

const bench = (name: string, more: Partial<Bench> = {}): Bench => ({
  name,
  what: name,
  minutes: 1,
  run: () => Promise.reject(new Error('not run here')),
  ...more,
});
const BENCHES = [bench('orders', { isQuick: true }), bench('replay', { size: { of: 'events', full: 1_000, quick: 10 } })];
const names = (...args: Parameters<typeof planOf>): string[] => planOf(...args).map((plan) => plan.bench.name);

describe('the plan of a run of benches', () => {
  it('contains all of them without a name, and only the short ones with --quick', () => {
    expect(names(BENCHES, [], { seed: 1 })).toEqual(['orders', 'replay']);
    expect(names(BENCHES, [], { seed: 1, quick: true })).toEqual(['orders']);
    expect(names(BENCHES, ['replay'], { seed: 1, quick: true })).toEqual(['replay']);
  });

  it("has five pairs or more at full size, and uses the caller's values", () => {
    const [, replay] = planOf(BENCHES, [], { seed: 1 });
    expect(replay?.sizes).toEqual({ pairs: 5, seconds: 4, size: 1_000, seed: 1, quick: false });
    const [small] = planOf(BENCHES, ['replay'], { seed: 9, quick: true, pairs: 2, size: 7 });
    expect(small?.sizes).toEqual({ pairs: 2, seconds: 2, size: 7, seed: 9, quick: true });
  });

  it('refuses a size that belongs to no bench, or to several', () => {
    expect(() => planOf(BENCHES, ['orders'], { seed: 1, size: 5 })).toThrow('--size');
    expect(() => planOf(BENCHES, [], { seed: 1, size: 5 })).toThrow('--size');
  });
});
