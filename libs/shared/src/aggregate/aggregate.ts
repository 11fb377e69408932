import type { Recorded } from '../domain/recorded.js';
import type { Commit, Head, WholeCommit } from '../event-store/commit.js';

/** The state that the commits of one subject of the log add up to. */
export interface Aggregate {
  readonly subject: string;
  /** The last commit that is in it. */
  readonly head: Head;
  /** Its share of the cache: about its number of entries, of 200 bytes each. */
  readonly weight: number;
  /** Applies a commit that was read from the log. */
  apply(commit: Commit): void;
  /** Takes note of a commit whose events were applied when they were decided. */
  remember(commit: WholeCommit): void;
  /** Takes back everything decided since the head. Absent: the aggregate is read from the log again instead, which takes longer. */
  rollback?(): void;
}

/** How aggregates of one kind are made and kept. */
export interface AggregateDefinition<A extends Aggregate> {
  readonly empty: (subject: string) => A;
  /** All aggregates in the cache together weigh so much at most. The one that was used last is kept whatever it weighs. */
  readonly maxWeight: number;
}

/** Where the aggregates of long subjects begin. */
export interface SnapshotSource<A extends Aggregate> {
  /** An aggregate as it was when its snapshot was taken; `undefined` where there is none that can be used. */
  find(subject: string): Promise<A | undefined>;
  /** Called with each aggregate that goes into the cache; may take a snapshot of it, before it returns. */
  notice(aggregate: A): void;
}

/** What one command does. */
export interface Decision<R> {
  /** What the caller of `transact` gets, once the events are in the log. */
  readonly result: R;
  /** Applied to the aggregate already. None where the command changes nothing. */
  readonly events: readonly Recorded[];
  /** About what the command adds to a commit. */
  readonly bytes: number;
  /** The result was read from a commit of the log: nothing that was written since can change it. */
  readonly isRecorded?: true;
}

/** Returned for a command that depends on another one of the same commit. It is decided again when that commit is in the log. */
export const AFTER_COMMIT = Symbol('after commit');

/**
 * Decides one command on the present state and applies its events. A command that makes it throw is decided once more alone, and then
 * fails with what was thrown. A promise is for reading the log: where it fails, the whole group of commands fails.
 */
export type Decide<A extends Aggregate, R> = (aggregate: A) => Decision<R> | typeof AFTER_COMMIT | Promise<Decision<R>>;

export interface Round {
  readonly commands: number;
  readonly events: number;
  readonly decideMs: number;
  readonly commitMs: number;
}

/** What a repository reports. A hook must not throw. */
export interface AggregateHooks<A extends Aggregate> {
  /** A group was decided, and its commit is in the log; `undefined` where it changed nothing. Called before the results are handed out. */
  readonly decided?: (aggregate: A, commit: WholeCommit | undefined, round: Round) => void;
  /** The log holds a commit of another process, so the group is decided again. */
  readonly lostRace?: () => void;
  /** A group of so many commands failed: the log cannot be reached, is broken, or another process was always faster. */
  readonly failed?: (thrown: unknown, commands: number) => void;
}
