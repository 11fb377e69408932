import type { AggregateDefinition } from '#shared/aggregate/aggregate.js';
import type { Snapshotted } from '#shared/aggregate/aggregate-snapshots.js';
import type { SaleEvent } from '#shared/domain/sale/events.js';
import { Sale } from '#shared/domain/sale/sale.js';
import { type SalePart, SaleRestorer, snapshotOf } from '#shared/domain/sale/sale-snapshot.js';
import { type Commit, type Head, headOf, NO_HEAD } from '#shared/event-store/commit.js';
import type { KeyHash } from '#shared/kernel/ids.js';

/** A decided key, and the sequence of the commit that decided it. */
export interface DecidedAt {
  readonly keyHash: KeyHash;
  readonly sequence: number;
}

/** Sequence of a commit, then the keys that it decided. */
export type DecidedRow = readonly [sequence: number, ...keys: readonly KeyHash[]];

/** A part of an aggregate's state at its head. */
export type AggregatePart = SalePart | { readonly kind: 'decided'; readonly rows: readonly DecidedRow[] };

/**
 * The version of the rows in a sale's snapshot. Raise it with every change of how events are applied or of what the rows mean, even if the
 * rows look the same. Snapshots of another version are ignored and rewritten.
 */
export const SNAPSHOT_SHAPE = 'sale/8';

/** The state of one sale's subject: the sale itself, and every key that was ever decided in it. */
export class SaleAggregate implements Snapshotted<AggregatePart> {
  head: Head = NO_HEAD;
  private readonly decisions = new Map<KeyHash, number>();
  /** Keys decided since the head. Their sequence is known once their commit is in the log. */
  private readonly claimed = new Set<KeyHash>();

  constructor(
    readonly subject: string,
    readonly sale = new Sale(),
  ) {}

  /** The state from a snapshot, ready to apply later commits. @throws if its parts contradict each other */
  static async restored(subject: string, head: Head, parts: AsyncIterable<AggregatePart>): Promise<SaleAggregate> {
    const restorer = new SaleRestorer();
    const decided: (readonly DecidedRow[])[] = [];
    for await (const part of parts) {
      if (part.kind === 'decided') decided.push(part.rows);
      else restorer.add(part);
    }
    const fold = new SaleAggregate(subject, restorer.end());
    for (const rows of decided) for (const row of rows) fold.decide(row);
    fold.head = headOf(head);
    return fold;
  }

  /** Marks a key as decided in a commit that is not in the log yet. */
  claim(key: KeyHash): void {
    this.claimed.add(key);
  }

  isClaimed(keys: readonly KeyHash[]): boolean {
    return this.claimed.size > 0 && keys.some((key) => this.claimed.has(key));
  }

  /** Those of some keys that are decided, with their commits. */
  placesOf(keys: readonly KeyHash[]): DecidedAt[] {
    const places: DecidedAt[] = [];
    for (const keyHash of keys) {
      const sequence = this.decisions.get(keyHash);
      if (sequence !== undefined) places.push({ keyHash, sequence });
    }
    return places;
  }

  get weight(): number {
    return 1 + this.decisions.size + (this.sale.open?.units.opened ?? 0);
  }

  /** Number of commits and decided keys. */
  get length(): number {
    return this.head.version + this.decisions.size;
  }

  /** The current state for a snapshot, unaffected by later commits. Empty if the sale was not opened. */
  snapshot(): AggregatePart[] {
    const { open } = this.sale;
    return open === undefined ? [] : [...snapshotOf(this.sale, open), { kind: 'decided', rows: this.decided() }];
  }

  /** Applies a commit that was read from the log. */
  apply(commit: Commit): void {
    for (const event of commit.events) this.sale.evolve(event as SaleEvent, event.at, commit.version);
    this.remember(commit);
  }

  /** Records a commit whose events were applied when they were decided. */
  remember(commit: Commit): void {
    this.claimed.clear();
    for (const key of commit.keys) this.decisions.set(key, commit.sequence);
    this.sale.clock = Math.max(this.sale.clock, commit.at);
    this.head = headOf(commit);
  }

  private decide(row: DecidedRow): void {
    for (let key = 1; key < row.length; key++) this.decisions.set(row[key] as KeyHash, row[0]);
  }

  /** Keys are in commit order, so consecutive keys of one commit become one row. */
  private decided(): DecidedRow[] {
    const rows: [number, ...KeyHash[]][] = [];
    for (const [key, sequence] of this.decisions) {
      const last = rows.at(-1);
      if (last?.[0] === sequence) last.push(key);
      else rows.push([sequence, key]);
    }
    return rows;
  }
}

/** Four million units and decided keys are 800 MB. */
export const SALES: AggregateDefinition<SaleAggregate> = { empty: (subject) => new SaleAggregate(subject), maxWeight: 4_000_000 };
