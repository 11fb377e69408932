import type { Aggregate, AggregateDefinition, Decide } from '#shared/aggregate/aggregate.js';
import type { Commit } from '#shared/event-store/commit.js';

export type Outcome = 'done' | 'refused';

/** One aggregate of the product, and commands of which number `n` can be done once, by the first caller. */
export interface AggregateCase<A extends Aggregate> {
  readonly name: string;
  readonly definition: AggregateDefinition<A>;
  /** A subject that was not used before. */
  readonly subject: () => string;
  /** What must be in the log before command 1. */
  readonly prepare: readonly Decide<A, unknown>[];
  readonly command: (n: number, who?: string) => Decide<A, Outcome>;
  /** The numbers of the commands that were done. */
  readonly done: (aggregate: A) => readonly number[];
  /** By number: how often the log contains it. */
  readonly countIn: (commits: readonly Commit[], n: number) => number;
}
