/** A function on a stack. `file` is a path, a Go package, or empty for native code. */
export interface Frame {
  readonly name: string;
  readonly file: string;
}

/** One sampled stack, outermost function first, with its weight: milliseconds of the samples. */
export interface Stack {
  readonly frames: readonly Frame[];
  readonly weight: number;
}

/** The part of the work that a stack belongs to. */
export type PartOf = (frames: readonly Frame[]) => string;

export const totalOf = (stacks: readonly Stack[]): number => stacks.reduce((sum, { weight }) => sum + weight, 0);

/** The share of each part, largest first. */
export function sharesOf(stacks: readonly Stack[], partOf: PartOf): ReadonlyMap<string, number> {
  const total = totalOf(stacks);
  const weights = new Map<string, number>();
  for (const { frames, weight } of stacks) {
    const part = partOf(frames);
    weights.set(part, (weights.get(part) ?? 0) + weight / total);
  }
  return new Map([...weights].sort(([, left], [, right]) => right - left));
}
