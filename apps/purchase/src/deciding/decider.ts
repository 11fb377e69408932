import { ACK, type Delivery, nak, type Settlement, term } from '#shared/consumer/delivery.js';
import { KeyedGroups } from '#shared/consumer/keyed-groups.js';
import type { Recorded } from '#shared/domain/recorded.js';
import { nextExpiry } from '#shared/domain/sale/orders/expire-holds.js';
import { type EventStore, saleSubject } from '#shared/event-store/event-store.js';
import { type Fault, isFault } from '#shared/kernel/fault.js';
import type { DeadLetters } from '#shared/platform/messaging/dead-letters.js';
import type { Logger } from '#shared/platform/process/logger.js';
import type { PurchaseMetrics } from '../metrics.js';
import type { Timers } from '../reactors/timers.js';
import { type Answer, problemAnswer } from '../requests/answer.js';
import { type Command, decodeCommand } from '../requests/command.js';
import { hashesOf } from '../requests/idempotency-key.js';
import type { Replies } from '../requests/replies.js';
import type { AggregateRepository } from './aggregate-repository.js';
import { type Decided, decideCommand } from './decide.js';
import type { Decisions } from './decisions.js';
import type { SaleAggregate } from './sale-aggregate.js';

const tenantOf = (subject: string): string => subject.split('.')[1] ?? '';
/** A group closes at so many commands or bytes of them, and a commit at so many bytes of events; the rest follows in the next. Tenants take turns, then their sales. */
const GROUP = { maxCount: 256, maxBytes: 512 * 1024, maxKeys: 64, ownerOf: tenantOf };
const FULL_COMMIT_BYTES = 640 * 1024;
/** Lost races for one sale are decided again this often before the commands are left for their next delivery. */
const MAX_LOST_RACES = 16;
/** A command that could not be decided comes again after this and up to as much more. */
const RETRY_MS = 500;
/** Commands that wait are kept from being handed to another process: well within their ack wait of 5 s. */
const KEEP_ALIVE_MS = 2_000;

interface Waiting {
  readonly delivery: Delivery;
  readonly command: Command;
}

/** What came of one command, to be told once its commit is in the log. */
interface Outcome {
  readonly waiting: Waiting;
  readonly answer: Answer;
}

export interface DeciderDependencies {
  readonly store: EventStore;
  readonly folds: AggregateRepository<SaleAggregate>;
  readonly decisions: Decisions;
  readonly replies: Pick<Replies, 'send'>;
  readonly timers: Pick<Timers, 'arm'>;
  readonly dead: Pick<DeadLetters, 'deadLetter'>;
  readonly metrics: Pick<PurchaseMetrics, 'committed' | 'lostRace'>;
  readonly logger: Logger;
}

/**
 * The write side's heart: folds a sale, decides what waits for it one after the other in memory, appends everything as one commit
 * with the expected version, then answers, then acknowledges. The expected version is the lock; being the only consumer is not.
 */
export class Decider {
  private readonly groups = new KeyedGroups<Waiting>(GROUP, (subject, group) => this.handle(subject, group));
  private readonly held = new Set<Delivery>();
  private readonly keepAlive = setInterval(() => {
    for (const delivery of this.held) delivery.working();
  }, KEEP_ALIVE_MS).unref();

  /** Set when the log is found to be broken: this process must not go on unseen. */
  broken: Fault | undefined;

  constructor(private readonly parts: DeciderDependencies) {}

  /** Takes one delivery in; it is settled when its decision is in the log. */
  take(delivery: Delivery): void {
    let command: Command;
    try {
      command = decodeCommand(delivery.subject, delivery.body);
    } catch (thrown) {
      void this.deadLetter(delivery, thrown);
      return;
    }
    this.held.add(delivery);
    this.groups.add(saleSubject(command.tenant, command.sale), { delivery, command }, delivery.body.length);
  }

  /** Commands taken in and not settled, and when the oldest of them was stored; nothing where there is none. */
  get inHand(): { readonly commands: number; readonly oldestAt: number | undefined } {
    let oldestAt: number | undefined;
    for (const { storedAt } of this.held) if (oldestAt === undefined || storedAt < oldestAt) oldestAt = storedAt;
    return { commands: this.held.size, oldestAt };
  }

  /** Resolves when everything taken in is settled. */
  async drain(): Promise<void> {
    await this.groups.drained();
    clearInterval(this.keepAlive);
  }

  private async handle(subject: string, group: readonly Waiting[]): Promise<void> {
    const batches: (readonly Waiting[])[] = [group];
    let failures = 0;
    for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
      const deciding = batch;
      try {
        const left = await this.parts.folds.withCached(subject, (fold) => this.round(fold, deciding));
        if (left.length > 0) batches.unshift(left);
        failures = 0;
      } catch (thrown) {
        failures += 1;
        batches.unshift(...(await this.recover(thrown, deciding, failures)));
      }
    }
  }

  /** One commit: decides as many as fit. Returns those that are left. */
  private async round(fold: SaleAggregate, batch: readonly Waiting[]): Promise<readonly Waiting[]> {
    const events: Recorded[] = [];
    const outcomes: Outcome[] = [];
    const keys = new Set<string>();
    let changedNothing = false;
    const begunAt = performance.now();
    for (let bytes = 0; outcomes.length < batch.length && bytes < FULL_COMMIT_BYTES; ) {
      const waiting = batch[outcomes.length] as Waiting;
      const hashes = hashesOf(waiting.command);
      if (hashes.some((hash) => keys.has(hash))) break; // a second delivery of a command of this very commit: known in the next
      const known = await this.parts.decisions.answer(fold.subject, fold.placesOf(hashes), waiting.command);
      const { answer, events: more } = known === undefined ? decideOne(fold, waiting) : { answer: known, events: [] };
      keys.add(waiting.command.keyHash);
      changedNothing ||= known === undefined && more.length === 0;
      bytes += sizeOf(answer, more);
      events.push(...more);
      outcomes.push({ waiting, answer });
    }
    if (events.length > 0) {
      const decidedAt = performance.now();
      const commit = await this.parts.store.append(fold.subject, fold.head, events);
      if (commit === undefined) throw this.lostRace();
      fold.remember(commit);
      this.parts.decisions.note(commit);
      const times = { decideMs: decidedAt - begunAt, commitMs: performance.now() - decidedAt };
      this.parts.metrics.committed({ commands: outcomes.length, events: events.length, ...times });
    } else if (changedNothing) await this.assertLatest(fold);
    this.parts.timers.arm(fold.subject, nextExpiry(fold.sale));
    for (const outcome of outcomes) this.settle(outcome);
    return batch.slice(outcomes.length);
  }

  /** What is appended is held against the log by its expected version. What changes nothing must be too, or it is settled on an old state for good. */
  private async assertLatest({ subject, head }: SaleAggregate): Promise<void> {
    for await (const _ of this.parts.store.read(subject, head)) throw this.lostRace();
  }

  private lostRace(): LostRace {
    this.parts.metrics.lostRace();
    return new LostRace();
  }

  /** What is to be decided again now. The fold was forgotten with the failure, so it is read from the log first. */
  private async recover(thrown: unknown, batch: readonly Waiting[], failures: number): Promise<(readonly Waiting[])[]> {
    if (thrown instanceof LostRace && failures <= MAX_LOST_RACES) return [batch];
    const culprit = thrown instanceof Undecidable ? thrown.waiting : undefined;
    if (culprit !== undefined && batch.length > 1) return [batch.filter((waiting) => waiting !== culprit), [culprit]];
    if (isFault(thrown, 'commit-too-large') && batch.length > 1) return [batch.slice(0, batch.length / 2), batch.slice(batch.length / 2)];
    const [only] = batch;
    if (only !== undefined && (culprit !== undefined || isFault(thrown, 'commit-too-large'))) {
      if (await this.deadLetter(only.delivery, thrown)) this.parts.replies.send(only.command.reply, problemAnswer('dead-lettered'));
      return [];
    }
    if (isFault(thrown) && thrown.kind === 'terminal') this.broken = thrown;
    this.parts.logger.warn({ err: thrown, commands: batch.length }, 'commands wait for their next delivery');
    for (const { delivery } of batch) this.release(delivery, nak(RETRY_MS + Math.random() * RETRY_MS));
    return [];
  }

  private settle({ waiting: { delivery, command }, answer }: Outcome): void {
    this.parts.replies.send(command.reply, answer);
    this.release(delivery, ACK);
  }

  private async deadLetter(delivery: Delivery, reason: unknown): Promise<boolean> {
    try {
      await this.parts.dead.deadLetter(
        'COMMANDS',
        delivery,
        reason instanceof Error ? `${reason.message} ${String(reason.cause ?? '')}` : String(reason),
      );
      this.release(delivery, term('moved to DEAD'));
      return true;
    } catch (thrown) {
      this.parts.logger.error(
        { err: thrown, subject: delivery.subject },
        'a command that cannot be decided could not be moved to DEAD; it comes again',
      );
      this.release(delivery, nak(RETRY_MS));
      return false;
    }
  }

  private release(delivery: Delivery, settlement: Settlement): void {
    this.held.delete(delivery);
    delivery.settle(settlement);
  }
}

/** Another process committed first: what was decided here was decided on an old state. */
class LostRace extends Error {}

class Undecidable extends Error {
  constructor(
    readonly waiting: Waiting,
    cause: unknown,
  ) {
    super('a command could not be decided', { cause });
  }
}

function decideOne(fold: SaleAggregate, waiting: Waiting): Decided {
  try {
    return decideCommand(fold.sale, waiting.command, waiting.delivery.storedAt, fold.head.version + 1);
  } catch (cause) {
    throw new Undecidable(waiting, cause);
  }
}

/** About what a decision adds to a commit: its answer stands there once as text and, in parts, twice as events. */
const sizeOf = ({ body }: Answer, events: readonly Recorded[]): number => events.length * 512 + body.length * 4;
