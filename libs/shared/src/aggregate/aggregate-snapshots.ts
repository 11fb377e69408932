import type { Head } from '../event-store/commit.js';
import type { Part, Snapshots, StoredSnapshot } from '../event-store/snapshots.js';
import type { Aggregate, SnapshotSource } from './aggregate.js';

/** Commits and decisions that are folded in a tenth of a second: a shorter aggregate needs no snapshot. */
const FIRST_SNAPSHOT = 10_000;
/**
 * An aggregate gets its next snapshot when its length grew by this factor. All snapshots together are then five times the last one, and
 * at most a fifth of a log is read.
 */
export const GROWTH = 1.25;

/** An aggregate that can be stored. */
export interface Snapshotted<P extends Part> extends Aggregate {
  /** The number of commits and decisions to fold. */
  readonly length: number;
  /** Its current state, which later commits do not change. Empty when it is not worth storing. */
  snapshot(): readonly P[];
}

export type SnapshotOutcome = 'taken' | 'used' | 'failed' | 'unusable';

interface AggregateSnapshotsParts<A, P> {
  readonly snapshots: Snapshots;
  /** Builds an aggregate from the parts of a snapshot. @throws when the parts contradict each other */
  readonly restore: (subject: string, head: Head, parts: AsyncIterable<P>) => Promise<A>;
  readonly onOutcome: (outcome: SnapshotOutcome, subject: string, thrown?: unknown) => void;
}

/** Takes snapshots of long aggregates as they grow, and loads aggregates from them. A failure costs only time. */
export class AggregateSnapshots<A extends Snapshotted<P>, P extends Part> implements SnapshotSource<A> {
  /** Lengths of long aggregates when a snapshot was last taken, found or attempted. */
  private readonly lengths = new Map<string, number>();
  private writing: Promise<void> | undefined;

  constructor(private readonly parts: AggregateSnapshotsParts<A, P>) {}

  async find(subject: string): Promise<A | undefined> {
    const { snapshots, restore, onOutcome } = this.parts;
    let stored: StoredSnapshot | undefined;
    try {
      stored = await snapshots.latest(subject);
      if (stored === undefined) return undefined;
      const aggregate = await restore(subject, stored.head, snapshots.read(stored) as AsyncIterable<P>);
      this.lengths.set(subject, stored.length);
      onOutcome('used', subject);
      return aggregate;
    } catch (thrown) {
      if (stored !== undefined) snapshots.distrust(stored);
      onOutcome('unusable', subject, thrown);
      return undefined;
    }
  }

  /** One snapshot at a time: it stays in memory until it is written. */
  notice(aggregate: A): void {
    const { subject, head, length } = aggregate;
    const next = Math.max(FIRST_SNAPSHOT, (this.lengths.get(subject) ?? 0) * GROWTH);
    if (length < next || this.writing !== undefined) return;
    const parts = aggregate.snapshot();
    if (parts.length === 0) return;
    this.lengths.set(subject, length);
    this.writing = this.write({ subject, head, length }, parts).finally(() => {
      this.writing = undefined;
    });
  }

  /** Resolves when no write is in flight. */
  async drain(): Promise<void> {
    await this.writing;
  }

  private async write(snapshot: Parameters<Snapshots['write']>[0], parts: readonly P[]): Promise<void> {
    try {
      if (await this.parts.snapshots.write(snapshot, parts)) this.parts.onOutcome('taken', snapshot.subject);
    } catch (thrown) {
      this.parts.onOutcome('failed', snapshot.subject, thrown);
    }
  }
}
