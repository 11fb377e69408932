import assert from 'node:assert/strict';
import { AFTER_COMMIT, type AggregateHooks, type Decision } from '#shared/aggregate/aggregate.js';
import type { AggregateRepository } from '#shared/aggregate/aggregate-repository.js';
import { ACK, type Delivery, nak, type Settlement, term } from '#shared/consumer/delivery.js';
import type { Recorded } from '#shared/domain/recorded.js';
import { nextExpiry } from '#shared/domain/sale/orders/expire-holds.js';
import { saleSubject } from '#shared/event-store/event-store.js';
import { type Fault, isFault } from '#shared/kernel/fault.js';
import type { DeadLetters } from '#shared/platform/messaging/dead-letters.js';
import { isSameRequest } from '#shared/platform/messaging/same-request.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { inSpan } from '#shared/platform/process/tracing.js';
import { COMMANDS_STREAM } from '#shared/platform/topology/streams.js';
import type { CommandsInHand, PurchaseMetrics } from '../metrics.js';
import type { Timers } from '../reactors/timers.js';
import { type Answer, problemAnswer } from '../requests/answer.js';
import { type Command, decodeCommand } from '../requests/command.js';
import { hashesOf } from '../requests/idempotency-key.js';
import type { Replies } from '../requests/replies.js';
import { decideCommand } from './decide.js';
import type { Decisions } from './decisions.js';
import type { DecidedAt, SaleAggregate } from './sale-aggregate.js';

/** Redelivery delay of a command whose decision failed, plus a random delay of up to the same length. */
const RETRY_MS = 500;
/** The interval that keeps waiting commands from redelivery: well within their ack wait of 5 s. */
const KEEP_ALIVE_MS = 2_000;

interface Waiting {
  readonly delivery: Delivery;
  readonly command: Command;
}

export interface DeciderDependencies {
  readonly folds: AggregateRepository<SaleAggregate>;
  readonly decisions: Decisions;
  readonly replies: Pick<Replies, 'send'>;
  readonly dead: Pick<DeadLetters, 'deadLetter' | 'open'>;
  readonly logger: Logger;
}

interface SaleHooksParts {
  readonly decisions: Pick<Decisions, 'note'>;
  readonly timers: Pick<Timers, 'arm'>;
  readonly metrics: Pick<PurchaseMetrics, 'committed' | 'lostRace'>;
  readonly logger: Logger;
}

/** Runs after a commit of a sale, before any caller is answered. */
export const saleHooks = ({ decisions, timers, metrics, logger }: SaleHooksParts): AggregateHooks<SaleAggregate> => ({
  decided: ({ subject, sale }, commit, round) => {
    if (commit !== undefined) {
      decisions.note(commit);
      metrics.committed(round);
    }
    timers.arm(subject, nextExpiry(sale));
  },
  lostRace: () => metrics.lostRace(),
  failed: (thrown, commands) => logger.warn({ err: thrown, commands }, 'commands wait for their next delivery'),
});

/** Decides commands by the aggregate of their sale, then responds, then acknowledges. */
export class Decider {
  private readonly held = new Set<Delivery>();
  private readonly failing = new Set<Promise<void>>();
  private readonly keepAlive = setInterval(() => {
    for (const delivery of this.held) delivery.working();
  }, KEEP_ALIVE_MS).unref();

  /** Set when the log is found to be broken: the process must then report unhealthy. */
  broken: Fault | undefined;

  constructor(private readonly parts: DeciderDependencies) {}

  /** Accepts a delivery; it is settled when its decision is in the log. */
  take(delivery: Delivery): void {
    let command: Command;
    try {
      command = decodeCommand(delivery.subject, delivery.body);
    } catch (thrown) {
      void this.deadLetter(delivery, thrown);
      return;
    }
    this.held.add(delivery);
    const waiting = { delivery, command };
    const subject = saleSubject(command.tenant, command.sale);
    const attributes = { 'admit.tenant': command.tenant, 'admit.sale': command.sale };
    const about = { kind: 'consumer', parent: command.traceparent, attributes } as const;
    inSpan(`decide ${command.operation}`, about, () =>
      this.parts.folds.transact(subject, (sale) => this.decide(sale, waiting), delivery.body.length),
    ).then(
      (answer) => this.settle(waiting, answer),
      (thrown) => this.fail(waiting, thrown),
    );
  }

  /** Accepted and unsettled commands, and the storage time of the oldest of them. */
  get inHand(): CommandsInHand {
    let oldestAt: number | undefined;
    for (const { storedAt } of this.held) if (oldestAt === undefined || storedAt < oldestAt) oldestAt = storedAt;
    return { commands: this.held.size, oldestAt };
  }

  /** Resolves when every accepted delivery is settled. */
  async drain(): Promise<void> {
    await this.parts.folds.drained();
    await Promise.all(this.failing);
    clearInterval(this.keepAlive);
  }

  private decide(state: SaleAggregate, waiting: Waiting): Decision<Answer> | typeof AFTER_COMMIT | Promise<Decision<Answer>> {
    const hashes = hashesOf(waiting.command);
    if (state.isClaimed(hashes)) return AFTER_COMMIT; // a duplicate within this commit: the next commit finds the key decided
    const places = state.placesOf(hashes);
    return places.length === 0 ? decideNew(state, waiting) : this.decidedBefore(state.subject, places, waiting.command);
  }

  private async decidedBefore(subject: string, places: readonly DecidedAt[], command: Command): Promise<Decision<Answer>> {
    const answer = await this.parts.decisions.answer(subject, places, command);
    assert(answer !== undefined, 'a key that is decided has an answer');
    return { result: answer, events: [], bytes: sizeOf(answer, []), isRecorded: true };
  }

  private settle({ delivery, command }: Waiting, answer: Answer): void {
    this.parts.replies.send(command.reply, answer);
    this.release(delivery, ACK);
  }

  private fail(waiting: Waiting, thrown: unknown): void {
    const failing = this.recover(waiting, thrown).finally(() => this.failing.delete(failing));
    this.failing.add(failing);
  }

  private async recover({ delivery, command }: Waiting, thrown: unknown): Promise<void> {
    if (thrown instanceof Undecidable || isFault(thrown, 'commit-too-large')) {
      if (await this.deadLetter(delivery, thrown)) this.parts.replies.send(command.reply, problemAnswer('dead-lettered'));
      return;
    }
    if (isFault(thrown) && thrown.kind === 'terminal') this.broken = thrown;
    this.release(delivery, nak(RETRY_MS + Math.random() * RETRY_MS));
  }

  private async deadLetter(delivery: Delivery, reason: unknown): Promise<boolean> {
    try {
      if (!(await this.isOpen(delivery))) await this.parts.dead.deadLetter(COMMANDS_STREAM, delivery, wordsOf(reason));
      this.release(delivery, term('moved to DEAD'));
      return true;
    } catch (thrown) {
      this.parts.logger.error(
        { err: thrown, subject: delivery.subject },
        'a command that cannot be decided could not be dead-lettered; it is redelivered',
      );
      this.release(delivery, nak(RETRY_MS));
      return false;
    }
  }

  /** Whether this request already is a dead letter. The caller or an operator sends it again; one entry is enough. */
  private async isOpen({ subject, body }: Delivery): Promise<boolean> {
    const open = await this.parts.dead.open(COMMANDS_STREAM, subject.split('.').slice(2).join('.'));
    return open !== undefined && isSameRequest(Buffer.from(open.original, 'base64'), body);
  }

  private release(delivery: Delivery, settlement: Settlement): void {
    this.held.delete(delivery);
    delivery.settle(settlement);
  }
}

class Undecidable extends Error {}

const wordsOf = (reason: unknown): string => (reason instanceof Error ? `${reason.message} ${String(reason.cause ?? '')}` : String(reason));

function decideNew(state: SaleAggregate, { command, delivery }: Waiting): Decision<Answer> {
  try {
    const { answer, events } = decideCommand(state.sale, command, delivery.storedAt, state.head.version + 1);
    if (events.length > 0) state.claim(command.keyHash);
    return { result: answer, events, bytes: sizeOf(answer, events) };
  } catch (cause) {
    throw new Undecidable('a command could not be decided', { cause });
  }
}

/** Bytes that a decision adds to a commit, estimated: the commit contains its answer once as text and, in parts, twice as events. */
const sizeOf = ({ body }: Answer, events: readonly Recorded[]): number => events.length * 512 + body.length * 4;
