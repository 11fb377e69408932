import type { Load } from './measure/load.js';
import type { Result, Run } from './report/result.js';

const MS_PER_SECOND = 1_000;
/** Warm-up, until the code is compiled and every connection is open. */
const WARM_UP_MS = 700;

/** One workload, and its comparison in the same run. */
export interface Bench {
  readonly name: string;
  /** One line of the list of benches. */
  readonly what: string;
  /** Duration at full size on two idle processors. */
  readonly minutes: number;
  /** The meaning of `--size`, and its values. */
  readonly size?: { readonly of: string; readonly full: number; readonly quick: number };
  /** Part of `--quick` without names, which ends within two minutes. */
  readonly isQuick?: boolean;
  /** @throws Error if an invariant does not hold */
  readonly run: (run: Run) => Promise<Result>;
}

/** Duration of one measurement of this run. */
export const timesOf = ({ seconds }: Pick<Run, 'seconds'>): Pick<Load, 'durationMs' | 'warmUpMs'> => ({
  durationMs: seconds * MS_PER_SECOND,
  warmUpMs: Math.min(WARM_UP_MS, seconds * MS_PER_SECOND),
});
