import type { Hash } from '../../kernel/hash.js';

/**
 * An operator's decision on an event that the ledger cannot apply: the event goes to suspense, and the tenant's ledger continues after
 * it. It has a subject of its own (`ev.<tenant>.ledger.<sale>`), so that a replay finds the same decision. It takes effect only if the
 * event is rejected: a ledger that can apply the event does so.
 */
export type EventSuspended = {
  readonly type: 'EventSuspended';
  readonly data: {
    /** The event's commit by subject, version and hash, which identify it exactly. */
    readonly subject: string;
    readonly version: number;
    readonly hash: string;
    /** Stream sequence of that commit. */
    readonly sequence: number;
    /** The event's index in the commit, from 0. Absent: all of its events. */
    readonly index?: number;
    /** The ledger's refusal of the event. */
    readonly refusal: string;
    /** The operator's reason. */
    readonly reason: string;
  };
};

/** In place of an index: every event of the commit. */
export const WHOLE_COMMIT = -1;

/** A decision as a row: `sequence` and `updatedAt` are those of the commit with the decision. */
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

/** The events of one commit that go to suspense when the commit is rejected. */
export type SuspendedEvents = ReadonlySet<number>;

export const isSuspended = (suspended: SuspendedEvents | undefined, eventIndex: number): boolean =>
  suspended !== undefined && (suspended.has(WHOLE_COMMIT) || suspended.has(eventIndex));

/** The decisions on a commit; `undefined`: none. */
export function suspendedIn(
  decisions: readonly SuspensionRow[],
  commit: { readonly subject: string; readonly version: number; readonly hash: string },
): SuspendedEvents | undefined {
  const meant = decisions.filter(({ subject, version, hash }) => {
    return subject === commit.subject && version === commit.version && hash === commit.hash;
  });
  return meant.length === 0 ? undefined : new Set(meant.map(({ suspendedIndex }) => suspendedIndex));
}
