import type { CommandDecided } from '../domain/decided.js';
import type { DomainEvent, Recorded } from '../domain/recorded.js';
import type { Hash } from '../kernel/hash.js';
import type { KeyHash } from '../kernel/ids.js';

/** The record of a decision, and how many of the commit's events stand before it. */
export type PlacedDecision = Recorded<CommandDecided> & { readonly before: number };

/** What is written of a commit. */
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
  /** Which of the commit's types it is of. */
  readonly type: number;
  /** Milliseconds since 1970, UTC. Absent: that of the one before it; of the first: that of the commit. */
  readonly at?: number;
  readonly traceparent?: string;
  readonly data: unknown;
}

/** The record of a decision, and how many of the commit's events stand before it. */
export interface StoredDecision extends StoredEvent {
  readonly before: number;
  readonly data: CommandDecided['data'];
}

/** The parsed bytes of a commit, before its events are built. */
export interface StoredCommit {
  readonly version: number;
  /** What the next commit carries. */
  readonly hash: Hash;
  readonly previous: Hash | '';
  /** Of what was decided last in it. */
  readonly at: number;
  /** `<name>.v<version>`, each once. */
  readonly types: readonly string[];
  /** Of the keys that were decided in it, one for each decision in their order. */
  readonly keys: readonly KeyHash[];
  readonly events: readonly StoredEvent[];
  /** Read when it is called. */
  readonly decisions: () => readonly StoredDecision[];
}

/** Where a type stands among those of a commit; a new one comes last. */
export function numberIn(types: string[], type: string): number {
  const known = types.indexOf(type);
  return known < 0 ? types.push(type) - 1 : known;
}

/** Makes something of each event, its time and its place: what was decided together has one time, which stands at the first. */
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
