import type { Problem } from './problem.js';

/** It happened. The same request with the same key will always be answered like this. */
export interface Done<T> {
  readonly outcome: 'done';
  readonly value: T;
  /** The answer of an earlier try (or an earlier process) that had gone unheard. */
  readonly replayed: boolean;
  /** Absent for reads. */
  readonly key?: string;
}

/** It was decided against: sold out, taken, over a limit, not there. A value like any other; `problem.code` says why. */
export interface Refused {
  readonly outcome: 'refused';
  readonly problem: Problem;
  readonly replayed: boolean;
  readonly key?: string;
}

/** Nobody could say in time. It may have happened or may yet: ask the same with the same key, later. Never take it for a failure. */
export interface Unknown {
  readonly outcome: 'unknown';
  /** What was heard last. */
  readonly reason: string;
  readonly key?: string;
}

export type Outcome<T> = Done<T> | Refused | Unknown;
