import type { AggregateDefinition } from '#shared/aggregate/aggregate.js';
import type { Snapshotted } from '#shared/aggregate/aggregate-snapshots.js';
import type { SaleEvent } from '#shared/domain/sale/events.js';
import { Sale } from '#shared/domain/sale/sale.js';
import { type SalePart, SaleRestorer, snapshotOf } from '#shared/domain/sale/sale-snapshot.js';
import { type Commit, type Head, headOf, NO_HEAD } from '#shared/event-store/commit.js';
import type { KeyHash } from '#shared/kernel/ids.js';

/** A key that is decided, and the sequence of the commit that decides it. */
export interface DecidedAt {
  readonly keyHash: KeyHash;
  readonly sequence: number;
}

/** The keys that one commit decided, behind its sequence. */
export type DecidedRow = readonly [sequence: number, ...keys: readonly KeyHash[]];

/** A part of what a fold is at its head. */
export type AggregatePart = SalePart | { readonly kind: 'decided'; readonly rows: readonly DecidedRow[] };

/**
 * The shape of a sale's snapshot: what its rows mean. Raise it with every change of how a sale is folded or of what its rows say, also where
 * they look the same: a snapshot of another shape is left alone, and written anew.
 */
export const SNAPSHOT_SHAPE = 'sale/8';

/** The fold of one sale's subject: the sale itself, and every key that was ever decided in it. */
export class SaleAggregate implements Snapshotted<AggregatePart> {
  head: Head = NO_HEAD;
  private readonly decisions = new Map<KeyHash, number>();
  /** Keys that were decided since the head: where, is known when their commit is in the log. */
  private readonly claimed = new Set<KeyHash>();

  constructor(
    readonly subject: string,
    readonly sale = new Sale(),
  ) {}

  /** A fold that goes on from where a snapshot was taken. @throws where its parts contradict each other */
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

  /** Notes that a key is decided, in a commit that is not in the log yet. */
  claim(key: KeyHash): void {
    this.claimed.add(key);
  }

  isClaimed(keys: readonly KeyHash[]): boolean {
    return this.claimed.size > 0 && keys.some((key) => this.claimed.has(key));
  }

  /** Of some keys those that are decided, and where. */
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

  /** Commits, and what was decided in them. */
  get length(): number {
    return this.head.version + this.decisions.size;
  }

  /** What it is now, for a snapshot; nothing of it changes when the fold goes on. Nothing where the sale was not opened. */
  snapshot(): AggregatePart[] {
    const { open } = this.sale;
    return open === undefined ? [] : [...snapshotOf(this.sale, open), { kind: 'decided', rows: this.decided() }];
  }

  /** Applies a commit that was read from the log. */
  apply(commit: Commit): void {
    for (const event of commit.events) this.sale.evolve(event as SaleEvent, event.at, commit.version);
    this.remember(commit);
  }

  /** Takes note of a commit whose events were applied when they were decided. */
  remember(commit: Commit): void {
    this.claimed.clear();
    for (const key of commit.keys) this.decisions.set(key, commit.sequence);
    this.sale.clock = Math.max(this.sale.clock, commit.at);
    this.head = headOf(commit);
  }

  private decide(row: DecidedRow): void {
    for (let key = 1; key < row.length; key++) this.decisions.set(row[key] as KeyHash, row[0]);
  }

  /** They were taken note of commit by commit. */
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
