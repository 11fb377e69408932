import type { Sample } from './load.js';
import { ratiosOf, type Spread, spreadOf } from './statistics.js';

/** The samples of each variant; those with the same index were measured one after the other. */
export type Rounds<Name extends string> = Readonly<Record<Name, readonly Sample[]>>;

/** Measures the variants in turns, A B A B: the load of other programs affects neighbours alike. */
export async function inTurns<Name extends string>(
  pairs: number,
  variants: Readonly<Record<Name, () => Promise<Sample>>>,
  say: (line: string) => void = () => undefined,
): Promise<Rounds<Name>> {
  const names = Object.keys(variants) as Name[];
  const rounds = Object.fromEntries(names.map((name) => [name, [] as Sample[]])) as Record<Name, Sample[]>;
  for (let pair = 1; pair <= pairs; pair += 1) {
    for (const name of names) rounds[name].push(await variants[name]());
    say(`${pair}/${pairs}: ${names.map((name) => `${name} ${rounds[name].at(-1)?.perSecond.toFixed(0)}/s`).join(', ')}`);
  }
  return rounds;
}

/** The ratios of one variant's rates to those of another, pair by pair. */
export const rateRatio = (above: readonly Sample[], below: readonly Sample[]): Spread => ratiosOf(ratesOf(above), ratesOf(below));

export const ratesOf = (samples: readonly Sample[]): readonly number[] => samples.map(({ perSecond }) => perSecond);

/**
 * The figures of a row from a variant's samples: rate, latencies, processor time per call by process, share of the processors busy and lost
 * to others.
 */
export function figuresOf(samples: readonly Sample[]): Record<string, Spread> {
  const of = (value: (sample: Sample) => number): Spread => spreadOf(samples.map(value));
  const names = Object.keys(samples[0]?.cpuMs ?? {});
  return {
    perSecond: of(({ perSecond }) => perSecond),
    p50Ms: of(({ p50Ms }) => p50Ms),
    p99Ms: of(({ p99Ms }) => p99Ms),
    ...Object.fromEntries(names.map((name) => [`cpuMs.${name}`, of(({ cpuMs }) => cpuMs[name] ?? 0)])),
    busy: of(({ busy }) => busy),
    others: of(({ others }) => others),
  };
}
