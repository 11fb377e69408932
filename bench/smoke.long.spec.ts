import type { Bench } from './bench.js';
import { flash } from './flash.js';
import { orders } from './orders.js';
import { overload } from './overload.js';
import { svgOf } from './report/plot.js';
import type { Result } from './report/result.js';
import { restart } from './restart.js';

/** Start of servers, a purchase process, and some seconds of load, on a machine shared with other tests. */
const RUN_MS = 300_000;
const SMALL = { pairs: 1, seconds: 3, seed: 1, quick: true, say: () => undefined };
const sizes: readonly (readonly [Bench, number])[] = [
  [orders, 0],
  [flash, 500],
  [overload, 0],
  [restart, 500],
];
const runs = sizes.map(([bench, size]) => ({ name: bench.name, bench, size }));

describe('a bench with small sizes', () => {
  it.each(runs)(
    'of $name ends, its invariants hold, and every row names its durability',
    async ({ bench, size }) => {
      const result: Result = await bench.run({ ...SMALL, size });
      expect(result.rows.length).toBeGreaterThan(0);
      for (const { label, durability, figures } of result.rows) {
        expect([label, durability]).toEqual([label, expect.stringMatching(/fsync|sync_interval/)]);
        expect(Object.values(figures).every(({ median, min, max }) => min <= median && median <= max)).toBe(true);
      }
      expect(result.targets.length).toBeGreaterThan(0);
      for (const plot of result.plots) expect(svgOf(plot)).not.toMatch(/NaN|undefined|Infinity/);
    },
    RUN_MS,
  );
});
