import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import {
  DisputeNotification,
  hasRefund,
  PaymentNotification,
  REFUND_AMOUNTS,
  RefundFailure,
  RefundNotification,
} from '#shared/domain/sale/payments/commands.js';
import { TENANT_PATTERN } from '#shared/kernel/ids.js';
import { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { validate } from '#shared/platform/validate.js';
import type { OperationName } from '../../operations/operations.js';
import { type PaymentReport, PaymentReports } from '../../payments/payment-reports.js';
import { type Answer, invalid, problemAnswer } from '../../requests/answer.js';
import { type JsonObject, type Media, readAsBefore, readJson } from '../../requests/request-body.js';
import { isSigned, type WebhookHeaders } from './webhook-signature.js';

export const WEBHOOK_PATH = '/v1/webhooks/payments';
/** An event has some hundred bytes. All of them are hashed before the sender is known, so the limit bounds unauthenticated work. */
export const MAX_EVENT_BYTES = 16 * 1024;

const tenant = z.string().regex(TENANT_PATTERN, 'must be a tenant: 1 to 64 of A-Z a-z 0-9 _ -');

/** Providers add members over time: unknown members are ignored. */
const reports = <Type extends string, Shape extends z.core.$ZodShape>(type: Type, shape: Shape) =>
  z.object({ type: z.literal(type), data: z.object({ tenant, ...shape }) });
const { status: _, ...ofDispute } = DisputeNotification.shape;
const refunds = reports('payment.refunded', RefundNotification.shape);
/** The reports of payment providers, by event type. */
export const PaymentEvent = z.discriminatedUnion('type', [
  reports('payment.succeeded', PaymentNotification.shape),
  reports('payment.failed', PaymentNotification.shape),
  refunds.extend({ data: refunds.shape.data.refine(hasRefund, REFUND_AMOUNTS) }),
  reports('payment.refund.failed', RefundFailure.shape),
  reports('payment.dispute.opened', ofDispute),
  reports('payment.dispute.won', ofDispute),
  reports('payment.dispute.lost', ofDispute),
]);
type EventType = z.infer<typeof PaymentEvent>['type'];

interface Reporting {
  readonly operation: OperationName;
  /** The members of the operation's request that an event contains or that its type implies. */
  readonly members: Readonly<Record<string, unknown>>;
  readonly more?: Readonly<Record<string, string>>;
}

const REPORTING: Readonly<Record<EventType, Reporting>> = {
  'payment.succeeded': { operation: 'payment.confirm', members: PaymentNotification.shape },
  'payment.failed': { operation: 'payment.fail', members: PaymentNotification.shape },
  'payment.refunded': { operation: 'payment.refunded', members: RefundNotification.shape },
  'payment.refund.failed': { operation: 'payment.refund-failed', members: RefundFailure.shape },
  'payment.dispute.opened': { operation: 'payment.disputed', members: ofDispute, more: { status: 'opened' } },
  'payment.dispute.won': { operation: 'payment.disputed', members: ofDispute, more: { status: 'won' } },
  'payment.dispute.lost': { operation: 'payment.disputed', members: ofDispute, more: { status: 'lost' } },
};

/** Selects the secrets to check with; not trusted for anything else until the signature is verified. */
const Addressed = z.object({ data: z.object({ tenant }) });

export type EventHeaders = WebhookHeaders & { readonly traceparent?: string | undefined };

/** Receives payment events per Standard Webhooks. The event's id is its key: fifty deliveries count once. 2xx: its decision is in the log. */
@Injectable()
export class PaymentWebhook {
  constructor(
    private readonly reports: PaymentReports,
    @Inject(TenantDirectory) private readonly tenants: Pick<TenantDirectory, 'active'>,
  ) {}

  /**
   * Accepts and ignores an event of an unknown type: providers send pings and more, and disable endpoints that refuse them. An unreadable
   * event of a known type is refused with 400 and a pointer. Its money cannot be recorded, and ignoring it would lose it: the provider
   * shows it as failed and sends it again until the cause is fixed. @param body the bytes as received: the signature covers the bytes, not
   * the JSON value
   */
  async receive(headers: EventHeaders, body: Buffer, media: Media = {}): Promise<Answer> {
    if (body.length > MAX_EVENT_BYTES) return problemAnswer('body-too-large', { detail: `${MAX_EVENT_BYTES} bytes are allowed.` });
    const json = readJson(body, { media, exactNumbers: false });
    const said = 'ok' in json ? json.ok : readAsBefore(body);
    if (said === undefined) return 'problem' in json ? json.problem : problemAnswer('body-malformed');
    const addressed = validate(Addressed, said);
    if ('errors' in addressed) return invalid(addressed.errors);
    const { tenant: whose } = addressed.value.data;
    if (!isSigned(this.tenants.active(whose), headers, body)) return problemAnswer('signature-refused');
    if ('problem' in json) return (await this.takenBefore(said, headers)) ?? json.problem;
    if (typeof said.type === 'string' && !isKnownType(said.type)) return this.reports.ignore(whose, said.type, 'its type is not known');
    const event = validate(PaymentEvent, said);
    if ('errors' in event) return (await this.takenBefore(said, headers)) ?? invalid(event.errors);
    return this.reports.take(reportOf(event.value, headers));
  }

  /** An event that an earlier version accepted is accepted again, whatever this version validates. */
  private async takenBefore(said: JsonObject, headers: EventHeaders): Promise<Answer | undefined> {
    const { type, data } = said as { readonly type?: unknown; readonly data: JsonObject };
    if (typeof type !== 'string' || !isKnownType(type)) return undefined;
    const { tenant: whose, ...reported } = data;
    const { operation, members, more } = REPORTING[type];
    const known = Object.entries(reported).filter(([name]) => name in members);
    const request = { ...Object.fromEntries(known), ...more };
    return this.reports.takenBefore({ operation, tenant: String(whose), key: headers['webhook-id'], request });
  }
}

function reportOf({ type, data }: z.infer<typeof PaymentEvent>, headers: EventHeaders): PaymentReport {
  const { tenant: whose, ...reported } = data;
  const { operation, more } = REPORTING[type];
  return {
    operation,
    tenant: whose,
    key: headers['webhook-id'] ?? '',
    traceparent: headers.traceparent,
    request: { ...reported, ...more },
  };
}

const isKnownType = (type: string): type is EventType => Object.hasOwn(REPORTING, type);
