/** RFC 9457 problem details, as admit-one answers them over NATS and HTTP. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** What to decide by: codes are never reused. */
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

/** The request itself is wrong: invalid (400, 413), not allowed (401, 403), or its key was used for another one (422). No retry will mend it. */
export class RequestRejected extends Error {
  constructor(
    readonly problem: Problem,
    /** The key the request had; a 422 means that its first request stands. */
    readonly key: string | undefined,
  ) {
    super([`${problem.status} ${problem.code}: ${problem.title}`, ...saidOf(problem)].join(' '));
    this.name = 'RequestRejected';
  }

  /** Where in the request the reasons lie. */
  get pointers(): readonly string[] {
    return (this.problem.errors ?? []).map(({ pointer }) => pointer);
  }
}

const saidOf = ({ errors = [], detail }: Problem): string[] =>
  errors.length > 0 ? errors.map((error) => `${error.pointer} ${error.detail};`) : detail === undefined ? [] : [detail];
