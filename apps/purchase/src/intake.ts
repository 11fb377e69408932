import { readOpening } from '#shared/domain/sale/commands.js';
import { mintsUnpaid } from '#shared/domain/sale/open-sale.js';
import { type EventStore, saleSubject } from '#shared/event-store/event-store.js';
import { fingerprint } from '#shared/kernel/canonical.js';
import { KEY_PATTERN, keyHash, orderId, TENANT_PATTERN, type TenantId } from '#shared/kernel/ids.js';
import { KeyedSlots } from '#shared/kernel/keyed-slots.js';
import { holdsCardNumber, holdsEmail } from '#shared/kernel/personal.js';
import type { DeadLetters } from '#shared/platform/dead-letters.js';
import type { Logger } from '#shared/platform/logger.js';
import { isGranted } from '#shared/platform/tenants/tenant.js';
import type { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { validate } from '#shared/platform/validate.js';
import { type Answer, accepted, invalid, problemAnswer } from './answer.js';
import type { Command } from './command.js';
import type { Decisions } from './decisions.js';
import type { Folds } from './folds.js';
import type { Inbox, Stored } from './inbox.js';
import { KnownSales } from './known-sales.js';
import type { PurchaseMetrics } from './metrics.js';
import { type OperationName, operation as operationOf } from './operations.js';
import type { Replies } from './replies.js';
import { type Given, type Read, readJson } from './request-body.js';
import type { SaleFold } from './sale-fold.js';

/** How long a caller is kept waiting for a decision before it is told to come again. */
export const DECISION_TIMEOUT_MS = 5_000;
/** Undecided requests of one sale in this process; more are told to slow down. */
export const MAX_WAITING_PER_SALE = 2_000;

/** A mutation as it came in, from whatever transport. */
export interface Request {
  readonly operation: OperationName;
  /** Whose key it is: a caller's own, or an event of a payment provider. */
  readonly namespace?: 'api' | 'webhook';
  readonly tenant: string;
  readonly key: string | undefined;
  readonly traceparent: string | undefined;
  readonly body: Uint8Array;
  /** Members of the body that the address says already; the body may leave them out. */
  readonly given?: Given;
}

export interface IntakeParts {
  readonly store: EventStore;
  readonly folds: Folds<SaleFold>;
  readonly decisions: Decisions;
  readonly inbox: Inbox;
  readonly replies: Replies;
  readonly dead: Pick<DeadLetters, 'lastOf'>;
  readonly tenants: Pick<TenantDirectory, 'active'>;
  readonly metrics: Pick<PurchaseMetrics, 'answered'>;
  readonly logger: Logger;
}

const UNGRANTED = { pointer: '/mint', detail: 'must be "on-request", unless the tenant is granted free-mints' };

/** Where requests come in: read, checked, stored in COMMANDS, and answered with their decision. What is malformed costs no key and stores nothing. */
export class Intake {
  private readonly known: KnownSales;
  private readonly waiting = new KeyedSlots(MAX_WAITING_PER_SALE);

  constructor(private readonly parts: IntakeParts) {
    this.known = new KnownSales(parts.store);
  }

  async handle(request: Request): Promise<Answer> {
    const cameAt = performance.now();
    const answer = await this.answer(request);
    const { tenant, operation, traceparent } = request;
    this.parts.metrics.answered(tenant, operation, answer, performance.now() - cameAt);
    this.parts.logger.debug({ tenant, operation, status: answer.status, traceparent }, 'answered');
    return answer;
  }

  private async answer(request: Request): Promise<Answer> {
    try {
      const read = readCommand(request);
      if ('problem' in read) return read.problem;
      return (await this.unknown(read.ok)) ?? (await this.ungranted(read.ok)) ?? (await this.decide(read.ok));
    } catch (thrown) {
      this.parts.logger.warn(
        { err: thrown, operation: request.operation, tenant: request.tenant, traceparent: request.traceparent },
        'a request could not be handled',
      );
      return problemAnswer('log-unreachable');
    }
  }

  private async unknown({ operation, tenant, sale }: Unanswered): Promise<Answer | undefined> {
    if (operation === 'sale.open' || (await this.known.has(tenant, sale))) return undefined;
    return problemAnswer('sale-unknown', { errors: [{ pointer: '/sale', detail: 'is not known' }] });
  }

  /** Minting for nothing is at the operator's expense. A key that was decided before has its answer, whatever is granted now. */
  private async ungranted(unanswered: Unanswered): Promise<Answer | undefined> {
    const { operation, tenant, sale, request } = unanswered;
    if (operation !== 'sale.open' || isGranted(this.parts.tenants.active(tenant), 'free-mints')) return undefined;
    if (!mintsUnpaid(readOpening(request as unknown as Parameters<typeof readOpening>[0]))) return undefined;
    return (await this.lookUp(saleSubject(tenant, sale), unanswered)) ?? problemAnswer('free-mints-not-granted', { errors: [UNGRANTED] });
  }

  private async decide(unanswered: Unanswered): Promise<Answer> {
    const subject = saleSubject(unanswered.tenant, unanswered.sale);
    const release = this.waiting.take(subject);
    if (release === undefined) return problemAnswer('too-many-waiting');
    const reply = this.parts.replies.expect(DECISION_TIMEOUT_MS);
    const command: Command = { ...unanswered, reply: reply.subject };
    try {
      const stored = await this.parts.inbox.put(command);
      const answer = stored === 'stored' ? await reply.answer : undefined;
      return answer ?? (await this.lookUp(subject, command)) ?? (await this.undecided(stored, command));
    } finally {
      reply.forget();
      release();
    }
  }

  private async lookUp(subject: string, command: Unanswered): Promise<Answer | undefined> {
    const place = await this.parts.folds.withLatest(subject, (fold) => fold.decisionOf(command.keyHash));
    return this.parts.decisions.answer(subject, place, command);
  }

  /** Not in the log: set aside for a human, in process if it is stored, and else nobody has it. */
  private async undecided(stored: Stored, command: Command): Promise<Answer> {
    if (stored === 'stored') return accepted(command.sale, orderOf(command));
    if (await this.isParked(command)) return problemAnswer('parked');
    if (stored === 'copy') return problemAnswer('in-progress');
    if ((await this.parts.inbox.sequenceOf(command)) === undefined) return problemAnswer('log-unreachable');
    return stored === 'refused' ? problemAnswer('in-progress') : accepted(command.sale, orderOf(command));
  }

  /** Whether the very message that lies in COMMANDS was moved to DEAD. One that was sent on from there is another, and in process again. */
  private async isParked(command: Command): Promise<boolean> {
    const { tenant, sale, keyHash: hash } = command;
    const buried = await this.parts.dead.lastOf('COMMANDS', `${tenant}.${sale}.${hash}`);
    return buried !== undefined && buried === (await this.parts.inbox.sequenceOf(command));
  }
}

/** The order that a request makes, or is about; none for others. */
const orderOf = ({ operation, tenant, sale, key, request }: Command): string | undefined =>
  operation === 'order.place' ? orderId(tenant, sale, key) : (request as { readonly order?: string }).order;

/** W3C trace context; anything else is not carried on, nor what that standard calls invalid: version ff, an id of zeros. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

type Unanswered = Omit<Command, 'reply'>;

function readCommand({ operation, namespace = 'api', tenant, key, traceparent, body, given = {} }: Request): Read<Unanswered> {
  if (!TENANT_PATTERN.test(tenant)) return { problem: problemAnswer('tenant-malformed') };
  if (key === undefined) return { problem: problemAnswer('key-missing') };
  if (!KEY_PATTERN.test(key)) return { problem: problemAnswer('key-malformed') };
  if (namespace === 'api' && (holdsEmail(key) || holdsCardNumber(key))) return { problem: problemAnswer('key-personal') };
  const json = readJson(body, given);
  if ('problem' in json) return json;
  const { schema } = operationOf(operation);
  if (schema === undefined) throw new Error(`${operation} is not for callers`);
  const valid = validate(schema, json.ok);
  if ('errors' in valid) return { problem: invalid(valid.errors) };
  const { sale } = valid.value;
  return {
    ok: {
      operation,
      namespace,
      tenant: tenant as TenantId,
      sale,
      key,
      keyHash: keyHash(namespace, key),
      fingerprint: fingerprint(operation, sale, json.ok),
      request: json.ok,
      ...(traceparent !== undefined && TRACEPARENT.test(traceparent) && { traceparent }),
    },
  };
}
