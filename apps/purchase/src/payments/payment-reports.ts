import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';
import { PurchaseMetrics } from '../metrics.js';
import type { OperationName } from '../operations/operations.js';
import { type Answer, isInProgress, problemAnswer } from '../requests/answer.js';
import { Intake } from '../requests/intake.js';

/** A payment provider's report, as its adapter reads it. */
export interface PaymentReport {
  readonly operation: OperationName;
  readonly tenant: string;
  /** The idempotency key: the provider's id of the event, the same in every delivery. */
  readonly key: string | undefined;
  readonly traceparent?: string | undefined;
  /** The operation's request. */
  readonly request: Readonly<Record<string, unknown>>;
}

/**
 * Passes the reports of all payment providers to the intake. The provider gets 2xx when the decision is in the log, and otherwise must send
 * the report again.
 */
@Injectable()
export class PaymentReports {
  constructor(
    @Inject(Intake) private readonly intake: Pick<Intake, 'handle' | 'decidedBefore'>,
    @Inject(PurchaseMetrics) private readonly metrics: Pick<PurchaseMetrics, 'ignoredEvent'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async take(report: PaymentReport): Promise<Answer> {
    const answer = await this.intake.handle(requestOf(report));
    if (isPending(answer)) return problemAnswer('not-decided');
    if (answer.status < 300) return RECEIVED_ANSWER;
    const { tenant, key, traceparent } = report;
    const { sale, order, payment } = report.request;
    const said = { tenant, sale, order, payment, event: key, status: answer.status, code: codeOf(answer), traceparent };
    this.logger.warn(said, 'an event of a payment provider was not taken');
    return answer.status === REFUSED ? RECEIVED_ANSWER : answer;
  }

  /** The answer for a report that this version refuses and an earlier version accepted. `undefined`: no version accepted it. */
  async takenBefore(report: PaymentReport): Promise<Answer | undefined> {
    const answer = await this.intake.decidedBefore(requestOf(report));
    if (answer !== undefined && isPending(answer)) return problemAnswer('not-decided');
    if (answer !== undefined && codeOf(answer) === 'log-unreachable') return answer;
    return answer?.replayed === true ? RECEIVED_ANSWER : undefined;
  }

  /**
   * An event that reports no payment of this service. Providers disable endpoints that refuse such events, so it is accepted and counted.
   */
  ignore(tenant: string, type: string, reason: string): Answer {
    this.metrics.ignoredEvent(tenant);
    this.logger.debug({ tenant, type: type.slice(0, MAX_TYPE_SHOWN), reason }, 'an event of a payment provider was ignored');
    return RECEIVED_ANSWER;
  }
}

/** Characters of an event type that are logged. */
const MAX_TYPE_SHOWN = 64;

const requestOf = ({ tenant, key, traceparent, operation, request }: PaymentReport) =>
  ({ operation, namespace: 'webhook', tenant, key, traceparent, body: Buffer.from(JSON.stringify(request)) }) as const;

/** The answer to a provider; it contains nothing of the order. */
const RECEIVED_ANSWER: Answer = { status: 200, body: JSON.stringify({ received: true }) };

/** Refused, bound to the key permanently: a redelivery would change nothing. */
const REFUSED = 409;

/** Not in the log, so the provider must send it again: neither it nor a duplicate was decided in time. */
const isPending = (answer: Answer): boolean => answer.status === 202 || isInProgress(answer);

const codeOf = ({ body }: Answer): unknown => (JSON.parse(body) as { readonly code?: unknown }).code;
