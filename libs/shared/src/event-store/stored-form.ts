import type { CommandDecided } from '../domain/decided.js';
import type { DomainEvent, Recorded } from '../domain/recorded.js';
import type { Hash } from '../kernel/hash.js';
import type { KeyHash } from '../kernel/ids.js';

/** The record of a decision, and the number of the commit's events before it. */
export type PlacedDecision = Recorded<CommandDecided> & { readonly before: number };

/** The contents of a commit to write. */
export interface CommitContent {
  readonly subject: string;
  readonly version: number;
  readonly previous: Hash | '';
  readonly at: number;
  readonly keys: readonly KeyHash[];
  readonly events: readonly Recorded<DomainEvent>[];
  readonly decisions: readonly PlacedDecision[];
}

/** One event as a commit holds it. */
export interface StoredEvent {
  /** Index into the commit's types. */
  readonly type: number;
  /** Milliseconds since 1970, UTC. Absent: the time of the previous event; for the first: that of the commit. */
  readonly at?: number;
  readonly traceparent?: string;
  readonly data: unknown;
}

/** The record of a decision, and the number of the commit's events before it. */
export interface StoredDecision extends StoredEvent {
  readonly before: number;
  readonly data: CommandDecided['data'];
}

/** The parsed bytes of a commit, before its events are built. */
export interface StoredCommit {
  readonly version: number;
  /** The hash that the next commit contains. */
  readonly hash: Hash;
  readonly previous: Hash | '';
  /** Time of its last decision. */
  readonly at: number;
  /** `<name>.v<version>`, each once. */
  readonly types: readonly string[];
  /** The keys that were decided in it, one for each decision, in order. */
  readonly keys: readonly KeyHash[];
  readonly events: readonly StoredEvent[];
  /** Parsed on call. */
  readonly decisions: () => readonly StoredDecision[];
}

/** The index of a type among those of a commit; a new type is appended. */
export function numberIn(types: string[], type: string): number {
  const known = types.indexOf(type);
  return known < 0 ? types.push(type) - 1 : known;
}

/** Maps each event with its time and its index. Events that were decided together share one time, which the first of them carries. */
export function timed<S extends StoredEvent, T>(
  events: readonly S[],
  start: number,
  make: (event: S, at: number, index: number) => T,
): T[] {
  let at = start;
  return events.map((event, index) => {
    at = event.at ?? at;
    return make(event, at, index);
  });
}
