import assert from 'node:assert/strict';
import { LRUCache } from 'lru-cache';
import { KeyedGroups } from '../consumer/keyed-groups.js';
import type { Recorded } from '../domain/recorded.js';
import { assertFollows, NO_HEAD } from '../event-store/commit.js';
import type { EventStore } from '../event-store/event-store.js';
import { Fault, isFault } from '../kernel/fault.js';
import {
  AFTER_COMMIT,
  type Aggregate,
  type AggregateDefinition,
  type AggregateHooks,
  type Decide,
  type Decision,
  type SnapshotSource,
} from './aggregate.js';
import { AggregateLoader, MAX_COMMITS_PER_READ } from './aggregate-loader.js';
import { CoalescedReads } from './coalesced-reads.js';

/** The tenant of a subject `ev.<tenant>.<kind>.<sale>`. */
const tenantOf = (subject: string): string => subject.split('.')[1] ?? '';
/** Limits of a group, and of a commit in bytes of events; the rest goes into the next one. Tenants take turns, then their sales. */
const GROUP = { maxCount: 256, maxBytes: 512 * 1024, maxKeys: 64, ownerOf: tenantOf };
const FULL_COMMIT_BYTES = 640 * 1024;
/** A group that loses the race against another process is decided again at most this often before it fails. */
const MAX_LOST_RACES = 16;

/** One call of `transact` that waits for its decision. */
interface Waiting<A extends Aggregate> {
  readonly decide: Decide<A, unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (thrown: unknown) => void;
}

type Batch<A extends Aggregate> = readonly Waiting<A>[];

/** The decisions of a group, before they are in the log. */
interface Decided {
  readonly events: readonly Recorded[];
  /** The results of the first commands of the group: as many as fit into the commit. */
  readonly results: readonly unknown[];
  /** A result depends on the state alone, so the state must be the latest. */
  readonly needsLatest: boolean;
}

/**
 * The aggregates of one kind that this process works on: loaded from the log, cached, decided in groups, and read by many callers at
 * once.
 *
 * **The invariant: no caller sees a decision that is not in the log.** This file alone enforces it:
 * - An aggregate is used under its lock, by one group of commands or one read of the log at a time (`locked`). Readers are served under
 *   the lock.
 * - A group holds the lock from its first decision until its commit is in the log (`round`). The expected head is the lock among
 *   processes.
 * - A group whose commit is rejected, or whose result is unknown, leaves no trace: the aggregate is rolled back to its head, or
 *   dropped and read from the log again (`using`).
 * - Results are returned after the commit. A result without events is returned once the log is known to hold no later commit
 *   (`assertLatest`).
 */
export class AggregateRepository<A extends Aggregate> {
  private readonly cache: LRUCache<string, A>;
  /** Aggregates in use, and therefore not in the cache. */
  private readonly used = new Map<string, A>();
  private readonly locks = new Map<string, Promise<unknown>>();
  private readonly groups = new KeyedGroups<Waiting<A>>(GROUP, (subject, group) => this.handle(subject, group));
  private readonly reads = new CoalescedReads<A>((subject, deliver) => this.readLatest(subject, deliver));
  private readonly loader: AggregateLoader<A>;

  constructor(
    private readonly store: EventStore,
    private readonly definition: AggregateDefinition<A>,
    private readonly hooks: AggregateHooks<A> = {},
    private readonly snapshots?: SnapshotSource<A>,
  ) {
    this.cache = new LRUCache({ maxSize: definition.maxWeight });
    this.loader = new AggregateLoader(store, definition, snapshots);
  }

  /**
   * Decides a command together with the other commands that wait for the same subject, and appends their events as one commit.
   * @param bytes size of the command; bounds the group
   * @returns the decision's result, once it is in the log
   * @throws errors of `decide`; Fault `log-unreachable`, `append-unknown`, `commit-too-large`, `log-broken`, `log-shrunk`
   */
  transact<R>(subject: string, decide: Decide<A, R>, bytes = 0): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      this.groups.add(subject, { decide, resolve: resolve as (result: unknown) => void, reject }, bytes);
    });
  }

  /**
   * Renders the aggregate at the state of the log's leader now, or later. Concurrent calls share one read of the log, which runs before
   * the lock is taken. `render` runs under the lock and must be synchronous.
   * @throws Fault `log-unreachable`, `log-broken`, `log-shrunk`
   */
  query<R>(subject: string, render: (aggregate: A) => R): Promise<R> {
    return this.reads.read(subject, render);
  }

  /** Resolves when every command is decided or has failed. */
  drained(): Promise<void> {
    return this.groups.drained();
  }

  private async handle(subject: string, group: Batch<A>): Promise<void> {
    const batches = [group];
    let lostRaces = 0;
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      const deciding = batch;
      try {
        const count = await this.locked(subject, () => this.commit(subject, deciding, lostRaces > 0));
        if (count < deciding.length) batches.unshift(deciding.slice(count));
        lostRaces = 0;
      } catch (thrown) {
        if (thrown instanceof LostRace) lostRaces += 1;
        batches.unshift(...this.recover(subject, thrown, deciding, lostRaces));
      }
    }
  }

  private async commit(subject: string, batch: Batch<A>, isBehind: boolean): Promise<number> {
    const cached = this.cache.get(subject);
    const aggregate = cached ?? (await this.loader.load(subject));
    return this.using(aggregate, async () => {
      if (isBehind && cached !== undefined) await this.loader.readOn(aggregate);
      return this.round(aggregate, batch);
    });
  }

  /** Writes one commit with as many commands as fit. @returns the number of decided commands */
  private async round(aggregate: A, batch: Batch<A>): Promise<number> {
    const begunAt = performance.now();
    const { events, results, needsLatest } = await decideAll(aggregate, batch);
    const decidedAt = performance.now();
    const commit = events.length === 0 ? undefined : await this.store.append(aggregate.subject, aggregate.head, events);
    if (commit !== undefined) aggregate.remember(commit);
    else if (events.length > 0) throw this.lostRace();
    else if (needsLatest) await this.assertLatest(aggregate);
    const times = { decideMs: decidedAt - begunAt, commitMs: performance.now() - decidedAt };
    this.hooks.decided?.(aggregate, commit, { commands: results.length, events: events.length, ...times });
    for (const [index, result] of results.entries()) batch[index]?.resolve(result);
    return results.length;
  }

  /** Checks that no later commit exists. An append checks this by its expected head; a result without events has no append. */
  private async assertLatest({ subject, head }: A): Promise<void> {
    for await (const _ of this.store.read(subject, head)) throw this.lostRace();
  }

  private lostRace(): LostRace {
    this.hooks.lostRace?.();
    return new LostRace();
  }

  /** The batches to decide in place of a failed one. */
  private recover(subject: string, thrown: unknown, batch: Batch<A>, lostRaces: number): readonly Batch<A>[] {
    if (thrown instanceof LostRace && lostRaces <= MAX_LOST_RACES) return [batch];
    const culprit = thrown instanceof Undecidable ? thrown.waiting : undefined;
    const isTooLarge = isFault(thrown, 'commit-too-large');
    if (culprit !== undefined && batch.length > 1) return [batch.filter((one) => one !== culprit), batch.filter((one) => one === culprit)];
    if (isTooLarge && batch.length > 1) return [batch.slice(0, batch.length / 2), batch.slice(batch.length / 2)];
    const error = thrown instanceof LostRace ? new Fault('append-unknown', { subject, lostRaces }) : thrown;
    if (culprit === undefined && !isTooLarge) this.hooks.failed?.(error, batch.length);
    for (const { reject } of batch) reject(culprit === undefined ? error : (error as Undecidable).cause);
    return [];
  }

  /** Reads the commits after the aggregate's head, and applies them under the lock. Loads a missing aggregate under the lock. */
  private async readLatest(subject: string, deliver: (aggregate: A) => void): Promise<void> {
    const before = (this.used.get(subject) ?? this.cache.get(subject))?.head;
    const next = before === undefined ? [] : await this.loader.next(subject, before);
    const isAll = before !== undefined && next.length < MAX_COMMITS_PER_READ;
    const seen = next.at(-1) ?? before ?? NO_HEAD;
    await this.locked(subject, async () => {
      const cached = this.cache.get(subject);
      const aggregate = cached ?? (await this.loader.load(subject));
      await this.using(aggregate, async () => {
        for (const commit of next) {
          if (commit.version !== aggregate.head.version + 1) continue;
          assertFollows(aggregate.head, commit); // the commit was proven to follow an earlier head; the head may have moved meanwhile
          aggregate.apply(commit);
        }
        if (cached !== undefined && (!isAll || aggregate.head.version < seen.version)) await this.loader.readOn(aggregate);
        deliver(aggregate);
      });
    });
  }

  /** Takes an aggregate out of the cache while it is used. After a failure it is put back only if it can be rolled back. */
  private async using<T>(aggregate: A, use: () => Promise<T>): Promise<T> {
    const { subject } = aggregate;
    this.cache.delete(subject);
    this.used.set(subject, aggregate);
    try {
      const result = await use();
      this.keep(aggregate);
      return result;
    } catch (thrown) {
      const isUndecided = thrown instanceof LostRace || thrown instanceof Undecidable || isFault(thrown, 'append-unknown');
      if (isUndecided && aggregate.rollback !== undefined) {
        aggregate.rollback();
        this.keep(aggregate);
      }
      throw thrown;
    } finally {
      this.used.delete(subject);
    }
  }

  private keep(aggregate: A): void {
    this.snapshots?.notice(aggregate);
    this.cache.set(aggregate.subject, aggregate, { size: Math.min(aggregate.weight, this.definition.maxWeight) });
  }

  /** Runs calls for one subject one after the other, in call order. */
  private async locked<T>(subject: string, use: () => Promise<T>): Promise<T> {
    const before = this.locks.get(subject);
    const turn = before === undefined ? use() : before.then(use);
    const settled = turn.then(nothing, nothing);
    this.locks.set(subject, settled);
    try {
      return await turn;
    } finally {
      if (this.locks.get(subject) === settled) this.locks.delete(subject);
    }
  }
}

/** The log holds a later commit, so the group was decided on an old state. */
class LostRace extends Error {}

/** The `decide` of a command threw. */
class Undecidable extends Error {
  constructor(
    readonly waiting: unknown,
    cause: unknown,
  ) {
    super('a command could not be decided', { cause });
  }
}

/** Decides commands in order, each on the state that the previous ones produced. */
async function decideAll<A extends Aggregate>(aggregate: A, batch: Batch<A>): Promise<Decided> {
  const events: Recorded[] = [];
  const results: unknown[] = [];
  let needsLatest = false;
  for (let bytes = 0; results.length < batch.length && bytes < FULL_COMMIT_BYTES; ) {
    const made = decideOne(aggregate, batch[results.length] as Waiting<A>);
    const decision = made instanceof Promise ? await made : made;
    if (decision === AFTER_COMMIT) break;
    bytes += decision.bytes;
    needsLatest ||= decision.events.length === 0 && decision.isRecorded !== true;
    events.push(...decision.events);
    results.push(decision.result);
  }
  assert(results.length > 0, 'the first command of a commit waits for no other one');
  return { events, results, needsLatest };
}

function decideOne<A extends Aggregate>(
  aggregate: A,
  waiting: Waiting<A>,
): Decision<unknown> | typeof AFTER_COMMIT | Promise<Decision<unknown>> {
  try {
    return waiting.decide(aggregate);
  } catch (cause) {
    throw new Undecidable(waiting, cause);
  }
}

const nothing = (): void => undefined;
