import { build, type Histogram } from 'hdr-histogram-js';

const MICROS_PER_MS = 1_000;
const MS_PER_SECOND = 1_000;

export interface Figures {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly count: number;
}

export interface Load {
  readonly inFlight: number;
  readonly durationMs: number;
  readonly warmUpMs: number;
}

/** Each variant is measured this often, alternately; the median counts. */
export const ROUNDS = 3;
/** Until the code is compiled and every connection is open. */
const WARM_UP_MS = 700;

/** One of the rounds that share these seconds. */
export const roundOf = (seconds: number, inFlight: number): Load => ({
  inFlight,
  durationMs: (seconds * MS_PER_SECOND) / ROUNDS,
  warmUpMs: WARM_UP_MS,
});

/** Closed loop with a constant number of calls in flight. Calls during the warm-up do not count. */
export async function closedLoop({ inFlight, durationMs, warmUpMs }: Load, call: (lane: number) => Promise<void>): Promise<Figures> {
  const histogram: Histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 60_000_000, numberOfSignificantValueDigits: 3 });
  const countFrom = performance.now() + warmUpMs;
  const end = countFrom + durationMs;
  let count = 0;
  const lane = async (number: number): Promise<void> => {
    for (let now = performance.now(); now < end; ) {
      await call(number);
      const after = performance.now();
      if (now >= countFrom) {
        histogram.recordValue(Math.max(1, Math.round((after - now) * MICROS_PER_MS)));
        count += 1;
      }
      now = after;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, (_, number) => lane(number)));
  return {
    perSecond: count / (durationMs / MS_PER_SECOND),
    p50Ms: histogram.getValueAtPercentile(50) / MICROS_PER_MS,
    p99Ms: histogram.getValueAtPercentile(99) / MICROS_PER_MS,
    count,
  };
}
