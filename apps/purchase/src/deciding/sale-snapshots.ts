import type { Snapshots, StoredSnapshot } from '#shared/event-store/snapshots.js';
import type { Logger } from '#shared/platform/process/logger.js';
import type { PurchaseMetrics } from '../metrics.js';
import type { AggregateSnapshots } from './aggregate-repository.js';
import { type AggregatePart, SaleAggregate } from './sale-aggregate.js';

/**
 * What the rows of a snapshot mean. Raise it with every change of how a sale is folded or of what its rows say, also where they look the
 * same: a snapshot of another shape is left alone, and written anew.
 */
export const SNAPSHOT_SHAPE = 'sale/3';

/** Commits and decisions that are folded in a tenth of a second: a sale of fewer has no snapshot. */
const FIRST_SNAPSHOT = 10_000;
/** The next is taken when a sale is so much longer: all of them together are five times the last one, and a fifth of a log is read at most. */
export const GROWTH = 1.25;

interface SaleSnapshotsParts {
  readonly snapshots: Snapshots;
  readonly metrics: Pick<PurchaseMetrics, 'snapshot'>;
  readonly logger: Logger;
}

/** Takes snapshots of long sales as they grow, and begins folds at them. What goes wrong with one costs time, and nothing else. */
export class SaleSnapshots implements AggregateSnapshots<SaleAggregate> {
  /** How long the long sales were when we last took, met or tried to write a snapshot. */
  private readonly lengths = new Map<string, number>();
  private writing: Promise<void> | undefined;

  constructor(private readonly parts: SaleSnapshotsParts) {}

  async find(subject: string): Promise<SaleAggregate | undefined> {
    const { snapshots, metrics, logger } = this.parts;
    let stored: StoredSnapshot | undefined;
    try {
      stored = await snapshots.latest(subject);
      if (stored === undefined) return undefined;
      const fold = await SaleAggregate.restored(subject, stored.head, snapshots.read(stored) as AsyncIterable<AggregatePart>);
      this.lengths.set(subject, stored.length);
      metrics.snapshot('used');
      return fold;
    } catch (thrown) {
      if (stored !== undefined) snapshots.distrust(stored);
      metrics.snapshot('unusable');
      logger.warn({ err: thrown, subject }, 'a snapshot cannot be used: its sale is folded from the first commit');
      return undefined;
    }
  }

  /** One at a time: what is taken waits in memory until it is written. */
  notice(fold: SaleAggregate): void {
    const { subject, length } = fold;
    const next = Math.max(FIRST_SNAPSHOT, (this.lengths.get(subject) ?? 0) * GROWTH);
    if (length < next || this.writing !== undefined || fold.sale.open === undefined) return;
    this.lengths.set(subject, length);
    this.writing = this.write(fold).finally(() => {
      this.writing = undefined;
    });
  }

  /** Resolves when nothing is being written. */
  async drain(): Promise<void> {
    await this.writing;
  }

  private async write(fold: SaleAggregate): Promise<void> {
    const { snapshots, metrics, logger } = this.parts;
    const { subject, head, length } = fold;
    try {
      if (await snapshots.write({ subject, head, length }, fold.snapshot())) metrics.snapshot('taken');
    } catch (thrown) {
      metrics.snapshot('failed');
      logger.warn({ err: thrown, subject }, 'a snapshot could not be written: who comes new folds more of the log');
    }
  }
}
