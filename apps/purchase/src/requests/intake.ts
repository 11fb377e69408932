import { setTimeout as pause } from 'node:timers/promises';
import { type EventStore, saleSubject } from '#shared/event-store/event-store.js';
import { fingerprint } from '#shared/kernel/canonical.js';
import { KeyedSlots } from '#shared/kernel/concurrency/keyed-slots.js';
import { orderId, type PaymentId } from '#shared/kernel/ids.js';
import type { DeadLetters } from '#shared/platform/messaging/dead-letters.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { inSpan } from '#shared/platform/process/tracing.js';
import { COMMANDS_STREAM } from '#shared/platform/topology/streams.js';
import type { Decisions } from '../deciding/decisions.js';
import type { PurchaseMetrics } from '../metrics.js';
import { type Answer, accepted, isInProgress, problemAnswer } from './answer.js';
import type { Asked, Command } from './command.js';
import { hashesOf } from './idempotency-key.js';
import type { Inbox, Stored } from './inbox.js';
import { KnownSales } from './known-sales.js';
import { type Allowances, notAllowed } from './not-allowed.js';
import { type Request, readingsBefore, readRequest } from './read-request.js';
import type { Replies } from './replies.js';
import type { JsonObject } from './request-body.js';

/** How long a caller waits for a decision before it gets a 202. */
export const DECISION_TIMEOUT_MS = 5_000;
/** The first pause before a duplicate of a notification checks again for the first one's decision; each further pause doubles. */
const COPY_PAUSE_MS = 25;
/** Undecided requests of one sale in this process; further ones are rejected with a retry time. */
export const MAX_WAITING_PER_SALE = 2_000;

export interface IntakeParts extends Allowances {
  readonly store: EventStore;
  readonly decisions: Decisions;
  readonly inbox: Inbox;
  readonly replies: Replies;
  readonly dead: Pick<DeadLetters, 'open'>;
  readonly metrics: Pick<PurchaseMetrics, 'answered'>;
  readonly logger: Logger;
}

/** Parses, validates and stores requests in COMMANDS, and responds with their decision. A malformed request uses no key. */
export class Intake {
  private readonly known: KnownSales;
  private readonly waiting = new KeyedSlots(MAX_WAITING_PER_SALE);

  constructor(private readonly parts: IntakeParts) {
    this.known = new KnownSales(parts.store);
  }

  handle(request: Request): Promise<Answer> {
    const { operation, tenant, traceparent: parent } = request;
    const attributes = { 'admit.tenant': tenant, 'admit.operation': operation };
    const about = { kind: 'server', parent, attributes, ended: statusOf } as const;
    return inSpan(operation, about, (traceparent) => this.respond({ ...request, traceparent }));
  }

  private async respond(request: Request): Promise<Answer> {
    const cameAt = performance.now();
    const answer = await this.answer(request);
    const { tenant, operation, traceparent } = request;
    this.parts.metrics.answered(tenant, operation, answer, performance.now() - cameAt);
    this.parts.logger.debug({ tenant, operation, status: answer.status, traceparent }, 'answered');
    return answer;
  }

  private async answer(request: Request): Promise<Answer> {
    try {
      const read = readRequest(request, this.secretOf(request.tenant));
      if ('problem' in read) return (await this.decidedBefore(request)) ?? read.problem;
      const { ok, said } = read;
      if (said !== undefined) return (await this.unknown(ok)) ?? (await this.report(ok, said));
      return (await this.unknown(ok)) ?? (await this.disallowed(request, ok)) ?? (await this.decide(ok));
    } catch (thrown) {
      return this.unreachable(request, thrown);
    }
  }

  private unreachable({ operation, tenant, traceparent }: Request, thrown: unknown): Answer {
    this.parts.logger.warn({ err: thrown, operation, tenant, traceparent }, 'a request could not be handled');
    return problemAnswer('log-unreachable');
  }

  /**
   * A request that this version refuses and an earlier version accepted: its key returns the recorded answer, whatever this version
   * validates. `undefined` if the key is free, so that the refusal costs no key; 503 while the log cannot be read.
   */
  async decidedBefore(request: Request): Promise<Answer | undefined> {
    try {
      return await this.lookUpReadings(request);
    } catch (thrown) {
      return this.unreachable(request, thrown);
    }
  }

  private async lookUpReadings(request: Request): Promise<Answer | undefined> {
    let other: Answer | undefined;
    for (const asked of readingsBefore(request, this.secretOf(request.tenant))) {
      if (!(await this.known.has(asked.tenant, asked.sale))) return undefined;
      const answer = (await this.lookUp(saleSubject(asked.tenant, asked.sale), asked)) ?? (await this.pending(asked));
      if (answer?.replayed === true) return answer;
      other ??= answer;
    }
    return other;
  }

  /** Undecided: dead-lettered, or in process. */
  private async pending(asked: Asked): Promise<Answer | undefined> {
    if (await this.isDeadLettered(asked)) return problemAnswer('dead-lettered');
    return (await this.parts.inbox.holds(asked)) ? problemAnswer('in-progress') : undefined;
  }

  /** A notification whose id is stored as a hash. Earlier versions stored the id itself, so decisions are searched under both. */
  private async report(ok: Asked, said: Asked): Promise<Answer> {
    const subject = saleSubject(ok.tenant, ok.sale);
    const kept = await this.lookUp(subject, ok);
    if (kept !== undefined && kept.status !== 422) return kept;
    const answer = (await this.lookUp(subject, said)) ?? kept;
    if (answer !== undefined) return answer;
    const { payment } = said.request as { readonly payment: PaymentId };
    const isKnown = await this.parts.folds.query(subject, ({ sale }) => sale.open?.payments.isReported(payment) === true);
    if (!isKnown) return this.decide(ok);
    const request = { ...(ok.request as JsonObject), payment };
    return this.decide({ ...ok, request, fingerprint: fingerprint(ok.operation, ok.sale, request) });
  }

  /** The tenant's HMAC key for ids of payment providers; it never changes. Unknown tenants are refused before this point. */
  private secretOf(tenant: string): string {
    return this.parts.tenants.active(tenant)?.cursorKey ?? '';
  }

  private async unknown({ operation, tenant, sale }: Asked): Promise<Answer | undefined> {
    if (operation === 'sale.open' || (await this.known.has(tenant, sale))) return undefined;
    return problemAnswer('sale-unknown', { errors: [{ pointer: '/sale', detail: 'is not known' }] });
  }

  /** The refusal for what this operator or this sale does not allow. A key decided before returns its recorded answer. */
  private async disallowed(request: Request, asked: Asked): Promise<Answer | undefined> {
    const problem = await notAllowed(asked, this.parts);
    return problem && ((await this.decidedBefore(request)) ?? problem);
  }

  private async decide(unanswered: Asked): Promise<Answer> {
    const subject = saleSubject(unanswered.tenant, unanswered.sale);
    const release = this.waiting.take(subject);
    if (release === undefined) return problemAnswer('too-many-waiting');
    try {
      return await (unanswered.namespace === 'webhook' ? this.askAsCopy(subject, unanswered) : this.ask(subject, unanswered));
    } finally {
      release();
    }
  }

  /** A payment provider gets 2xx only for a decision, so a duplicate of its notification waits for the decision of the first one. */
  private async askAsCopy(subject: string, unanswered: Asked): Promise<Answer> {
    const until = performance.now() + DECISION_TIMEOUT_MS;
    for (let pauseMs = COPY_PAUSE_MS; ; pauseMs *= 2) {
      const answer = await this.ask(subject, unanswered);
      if (!isInProgress(answer) || performance.now() + pauseMs > until) return answer;
      await pause(pauseMs);
    }
  }

  private async ask(subject: string, unanswered: Asked): Promise<Answer> {
    const reply = this.parts.replies.expect(DECISION_TIMEOUT_MS);
    const command: Command = { ...unanswered, reply: reply.subject };
    try {
      const stored = await this.parts.inbox.enqueue(command);
      const answer = stored === 'stored' ? await reply.answer : undefined;
      return answer ?? (await this.lookUp(subject, command)) ?? (await this.undecided(stored, command));
    } finally {
      reply.forget();
    }
  }

  private async lookUp(subject: string, command: Asked): Promise<Answer | undefined> {
    const places = await this.parts.folds.query(subject, (aggregate) => aggregate.placesOf(hashesOf(command)));
    return this.parts.decisions.answer(subject, places, command);
  }

  /** The decision is not in the log: the command is a dead letter, in process, or lost. None of these answers promises anything. */
  private async undecided(stored: Stored, command: Command): Promise<Answer> {
    if (stored === 'stored') return accepted(command.sale, orderOf(command));
    if (await this.isDeadLettered(command)) return problemAnswer('dead-lettered');
    if (stored === 'duplicate') return problemAnswer('in-progress');
    if (!(await this.parts.inbox.holds(command))) return problemAnswer('log-unreachable');
    return stored === 'refused' ? problemAnswer('in-progress') : accepted(command.sale, orderOf(command));
  }

  /** Whether a request of this key is a dead letter that no operator has closed. */
  private async isDeadLettered({ tenant, sale, keyHash: hash }: Asked): Promise<boolean> {
    return (await this.parts.dead.open(COMMANDS_STREAM, `${tenant}.${sale}.${hash}`)) !== undefined;
  }
}

const statusOf = ({ status }: Answer) => ({ 'admit.status': status });

/** The order that a request creates or refers to; `undefined` for other requests. */
const orderOf = ({ operation, tenant, sale, key, request }: Command): string | undefined =>
  operation === 'order.place' ? orderId(tenant, sale, key) : (request as { readonly order?: string }).order;
