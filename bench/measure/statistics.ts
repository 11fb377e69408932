/** The rounds of one figure: the median counts; the range shows how far to trust it. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly values: readonly number[];
}

/** @throws Error without a value, or with one that is not a number */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0 || values.some((value) => !Number.isFinite(value)))
    throw new Error(`A figure has no usable values: ${JSON.stringify(values)}`);
  const sorted = [...values].sort((left, right) => left - right);
  const at = (index: number): number => sorted[index] as number;
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  return { median, min: at(0), max: at(sorted.length - 1), values };
}

/** The ratio of each pair that was measured one after the other: load of other programs affects both sides of a pair alike. */
export function ratiosOf(above: readonly number[], below: readonly number[]): Spread {
  if (above.length !== below.length) throw new Error(`${above.length} values cannot be paired with ${below.length}`);
  return spreadOf(above.map((value, pair) => value / (below[pair] as number)));
}

/** A generator of numbers in [0, 1) that draws the same ones for a seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
