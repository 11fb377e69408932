import type { Recorded } from '../domain/recorded.js';
import type { Commit, Head, WholeCommit } from '../event-store/commit.js';

/** The state that results from all commits of one subject of the log. */
export interface Aggregate {
  readonly subject: string;
  /** The last applied commit. */
  readonly head: Head;
  /** Its share of the cache: about its number of entries, of 200 bytes each. */
  readonly weight: number;
  /** Applies a commit that was read from the log. */
  apply(commit: Commit): void;
  /** Records a commit whose events were applied when they were decided. */
  remember(commit: WholeCommit): void;
  /** Undoes everything decided after the head. Absent: the aggregate is read from the log again, which takes longer. */
  rollback?(): void;
}

/** How aggregates of one kind are built and cached. */
export interface AggregateDefinition<A extends Aggregate> {
  readonly empty: (subject: string) => A;
  /** The limit for the weight of all cached aggregates. The most recently used one is kept even if it exceeds the limit. */
  readonly maxWeight: number;
}

/** Provides the starting points of aggregates with long subjects. */
export interface SnapshotSource<A extends Aggregate> {
  /** The aggregate as of its snapshot; `undefined` without a usable one. */
  find(subject: string): Promise<A | undefined>;
  /** Called with each aggregate that is put into the cache; may take a snapshot of it before it returns. */
  notice(aggregate: A): void;
}

/** The result of one command. */
export interface Decision<R> {
  /** Returned by `transact` once the events are in the log. */
  readonly result: R;
  /** Already applied to the aggregate. Empty if the command changes nothing. */
  readonly events: readonly Recorded[];
  /** Approximate size that the command adds to a commit. */
  readonly bytes: number;
  /** The result was read from a commit of the log: no later event can change it. */
  readonly isRecorded?: true;
}

/** Returned for a command that depends on another one of the same commit. The repository decides it again when that commit is in the log. */
export const AFTER_COMMIT = Symbol('after commit');

/**
 * Decides one command on the current state and applies its events. If it throws, the command is decided once more alone, and then fails
 * with that error. A promise is only for reading the log: if it rejects, the whole group of commands fails.
 */
export type Decide<A extends Aggregate, R> = (aggregate: A) => Decision<R> | typeof AFTER_COMMIT | Promise<Decision<R>>;

export interface Round {
  readonly commands: number;
  readonly events: number;
  readonly decideMs: number;
  readonly commitMs: number;
}

/** Callbacks of a repository. A hook must not throw. */
export interface AggregateHooks<A extends Aggregate> {
  /** A group was decided, and its commit is in the log; `undefined` if it changed nothing. Called before results are returned. */
  readonly decided?: (aggregate: A, commit: WholeCommit | undefined, round: Round) => void;
  /** The log holds a commit of another process, so the group will be decided again. */
  readonly lostRace?: () => void;
  /** A group of this many commands failed: the log is unreachable or broken, or another process won every race. */
  readonly failed?: (thrown: unknown, commands: number) => void;
}
