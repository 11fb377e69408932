import type { Head } from '../event-store/commit.js';
import type { Part, Snapshots, StoredSnapshot } from '../event-store/snapshots.js';
import type { Aggregate, SnapshotSource } from './aggregate.js';

/** Commits and decisions that are folded in a tenth of a second: a shorter aggregate has no snapshot. */
const FIRST_SNAPSHOT = 10_000;
/** The next is taken when an aggregate is so much longer: all of them together are five times the last one, and a fifth of a log is read at most. */
export const GROWTH = 1.25;

/** An aggregate that can be stored. */
export interface Snapshotted<P extends Part> extends Aggregate {
  /** How much there was to fold. */
  readonly length: number;
  /** Its present state. Later commits change nothing of it. Empty where there is nothing worth storing. */
  snapshot(): readonly P[];
}

export type SnapshotOutcome = 'taken' | 'used' | 'failed' | 'unusable';

interface AggregateSnapshotsParts<A, P> {
  readonly snapshots: Snapshots;
  /** Makes an aggregate of the parts of a snapshot. @throws where they contradict each other */
  readonly restore: (subject: string, head: Head, parts: AsyncIterable<P>) => Promise<A>;
  readonly onOutcome: (outcome: SnapshotOutcome, subject: string, thrown?: unknown) => void;
}

/** Takes snapshots of long aggregates as they grow, and begins at them. A failure costs time, and nothing else. */
export class AggregateSnapshots<A extends Snapshotted<P>, P extends Part> implements SnapshotSource<A> {
  /** Lengths of the long ones when a snapshot was last taken, found or tried. */
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

  /** One at a time: a snapshot stays in memory until it is written. */
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

  /** Resolves when nothing is being written. */
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
