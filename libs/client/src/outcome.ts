import type { Problem } from './problem.js';

/** Success. The same request with the same key always gets this response. */
export interface Done<T> {
  readonly outcome: 'done';
  readonly value: T;
  /** True for the result of an earlier attempt (or process) whose response was lost. */
  readonly replayed: boolean;
  /** Absent for reads. */
  readonly key?: string;
}

/** The service decided against it: sold out, taken, over a limit, not found. A normal result; `problem.code` gives the reason. */
export interface Refused {
  readonly outcome: 'refused';
  readonly problem: Problem;
  readonly replayed: boolean;
  readonly key?: string;
}

/** No result in time. The request may have taken effect or may yet: retry later with the same key. Never treat it as a failure. */
export interface Unknown {
  readonly outcome: 'unknown';
  /** The last response or error. */
  readonly reason: string;
  readonly key?: string;
}

export type Outcome<T> = Done<T> | Refused | Unknown;
