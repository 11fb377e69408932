import type { Hash } from '../../kernel/hash.js';

/**
 * An operator's decision on an event that the ledger cannot apply: the event goes to suspense, and the tenant's ledger goes on behind it. It stands
 * on a subject of its own (`ev.<tenant>.ledger.<sale>`), so that a replay meets the same decision. It counts only where the event is refused: a
 * ledger that can apply the event applies it.
 */
export type EventSuspended = {
  readonly type: 'EventSuspended';
  readonly data: {
    /** The commit that holds the event, by subject, version and hash: no other is meant. */
    readonly subject: string;
    readonly version: number;
    readonly hash: string;
    /** Stream sequence of that commit. */
    readonly sequence: number;
    /** Of the event among everything that the commit holds, from 0. Absent: all of its events. */
    readonly index?: number;
    /** What the ledger refused it for. */
    readonly refusal: string;
    /** Why the operator decided so. */
    readonly reason: string;
  };
};

/** In the place of an index: every event of the commit. */
export const WHOLE_COMMIT = -1;

/** A decision as a row: `sequence` and `updatedAt` are those of the commit that holds the decision. */
export interface SuspensionRow {
  readonly tenant: string;
  readonly sale: string;
  readonly subject: string;
  readonly version: number;
  readonly hash: Hash;
  readonly suspendedSequence: number;
  /** Or `WHOLE_COMMIT`. */
  readonly suspendedIndex: number;
  readonly refusal: string;
  readonly reason: string;
  readonly sequence: number;
  readonly updatedAt: number;
}

/** The events of one commit that go to suspense when the commit is refused. */
export type SuspendedEvents = ReadonlySet<number>;

export const isSuspended = (suspended: SuspendedEvents | undefined, eventIndex: number): boolean =>
  suspended !== undefined && (suspended.has(WHOLE_COMMIT) || suspended.has(eventIndex));

/** What decisions say of a commit; `undefined`: nothing. */
export function suspendedIn(
  decisions: readonly SuspensionRow[],
  commit: { readonly subject: string; readonly version: number; readonly hash: string },
): SuspendedEvents | undefined {
  const meant = decisions.filter(({ subject, version, hash }) => {
    return subject === commit.subject && version === commit.version && hash === commit.hash;
  });
  return meant.length === 0 ? undefined : new Set(meant.map(({ suspendedIndex }) => suspendedIndex));
}
