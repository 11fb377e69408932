import type { Conditions, Machine } from '../measure/machine.js';
import type { Spread } from '../measure/statistics.js';

/** One line of a bench's table. Units stand at the end of a figure's name: `perSecond`, `p99Ms`, `cpuMs.purchase` (for each call), shares are 0..1. */
export interface Row {
  readonly label: string;
  /** When each store of the row has an answer on disk, in the words of its setting. */
  readonly durability: string;
  readonly figures: Readonly<Record<string, Spread>>;
}

/** A value to reach, and whether it was reached. */
export interface Target {
  readonly what: string;
  readonly reached: boolean;
  /** A description of the measurement. */
  readonly measured: string;
  /** Why it was missed, and the next step: one or two sentences. */
  readonly ifMissed?: string;
}

interface PlotFrame {
  readonly title: string;
  /** On the value axis. */
  readonly unit: string;
}

/** Bars in groups, each with the range of its rounds. */
export interface BarPlot extends PlotFrame {
  readonly kind: 'bars';
  readonly series: readonly string[];
  readonly groups: readonly { readonly label: string; readonly values: readonly (Spread | undefined)[] }[];
  /** A dashed line across: a target. */
  readonly mark?: { readonly at: number; readonly label: string };
}

export interface LinePlot extends PlotFrame {
  readonly kind: 'lines';
  readonly xUnit: string;
  readonly logX?: boolean;
  readonly series: readonly { readonly label: string; readonly points: readonly (readonly [x: number, y: number])[] }[];
}

export type Plot = BarPlot | LinePlot;

/** The result of a bench. An invariant that does not hold is an exception, not a result. */
export interface Result {
  readonly title: string;
  readonly rows: readonly Row[];
  readonly targets: readonly Target[];
  readonly plots: readonly Plot[];
  /** Sentences for the reader. */
  readonly notes?: readonly string[];
  /** Programs and packages of this run, beside those of every bench. */
  readonly versions?: Readonly<Record<string, string>>;
}

/** Sizes of a run, and where to report its progress. */
export interface Run {
  readonly pairs: number;
  readonly seconds: number;
  readonly size: number;
  readonly seed: number;
  readonly quick: boolean;
  readonly say: (line: string) => void;
}

/** One file of `bench/results`. */
export interface Recorded {
  readonly bench: string;
  readonly commit: string;
  readonly startedAt: string;
  readonly tookSeconds: number;
  readonly sizes: Omit<Run, 'say'>;
  readonly machine: Machine;
  readonly conditions: Conditions;
  readonly versions: Readonly<Record<string, string>>;
  readonly result: Result;
}

export const isReached = ({ targets }: Result): boolean => targets.every(({ reached }) => reached);
