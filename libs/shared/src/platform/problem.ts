/** RFC 9457 problem details with two extensions: the code, and the places in the request that caused it. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly [fact: string]: unknown;
}

export interface FieldError {
  /** RFC 6901 pointer into the body, or `header:<name>`, `query:<name>` or `subject:<part>`. */
  readonly pointer: string;
  readonly detail: string;
}

const PROBLEM_TYPE = 'urn:admit-one:problem:';

export function problem(status: number, code: string, title: string, more: Readonly<Record<string, unknown>> = {}): Problem {
  return { type: `${PROBLEM_TYPE}${code}`, title, status, code, ...more };
}
