import type { Bench } from './bench.js';
import type { Run } from './report/result.js';

const FULL = { pairs: 5, seconds: 4 } as const;
const QUICK = { pairs: 1, seconds: 2 } as const;

/** The options of the command line. */
export interface Wanted {
  readonly quick?: boolean;
  readonly pairs?: number;
  readonly seconds?: number;
  readonly size?: number;
  readonly seed: number;
  readonly resume?: boolean;
}

export interface Plan {
  readonly bench: Bench;
  readonly sizes: Omit<Run, 'say'>;
}

/** The selected benches with their sizes. @throws Error for a size that matches no bench, or several */
export function planOf(benches: readonly Bench[], names: readonly string[], wanted: Wanted): readonly Plan[] {
  const quick = wanted.quick ?? false;
  const isChosen = ({ name, isQuick }: Bench): boolean => (names.length > 0 ? names.includes(name) : !quick || isQuick === true);
  const chosen = benches.filter(isChosen);
  if (wanted.size !== undefined && (chosen.length !== 1 || chosen[0]?.size === undefined))
    throw new Error('--size needs the name of one bench that has a size.');
  return chosen.map((bench) => ({ bench, sizes: sizesOf(bench, wanted, quick) }));
}

function sizesOf({ size }: Bench, wanted: Wanted, quick: boolean): Omit<Run, 'say'> {
  const defaults = quick ? QUICK : FULL;
  return {
    pairs: wanted.pairs ?? defaults.pairs,
    seconds: wanted.seconds ?? defaults.seconds,
    size: wanted.size ?? (quick ? size?.quick : size?.full) ?? 0,
    seed: wanted.seed,
    quick,
  };
}
