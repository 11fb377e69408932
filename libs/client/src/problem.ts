/** RFC 9457 problem details, as admit-one returns them over NATS and HTTP. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** The code to branch on; codes are never reused. */
  readonly code: string;
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  readonly [fact: string]: unknown;
}

export interface FieldError {
  /** RFC 6901 pointer into the body, or `header:<name>`. */
  readonly pointer: string;
  readonly detail: string;
}

/**
 * The request itself is wrong: invalid (400, 413), not permitted (401, 403), or its key was used for another request (422). No retry
 * helps.
 */
export class RequestRejected extends Error {
  constructor(
    readonly problem: Problem,
    /** The request's key; after a 422 the result of its first request stays valid. */
    readonly key: string | undefined,
  ) {
    super([`${problem.status} ${problem.code}: ${problem.title}`, ...saidOf(problem)].join(' '));
    this.name = 'RequestRejected';
  }

  /** The places in the request that caused the problem. */
  get pointers(): readonly string[] {
    return (this.problem.errors ?? []).map(({ pointer }) => pointer);
  }
}

const saidOf = ({ errors = [], detail }: Problem): string[] =>
  errors.length > 0 ? errors.map((error) => `${error.pointer} ${error.detail};`) : detail === undefined ? [] : [detail];
