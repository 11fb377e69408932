import { Inject, Injectable } from '@nestjs/common';
import { isFault } from '#shared/kernel/fault.js';
import { PaymentIndex } from '#shared/platform/lookups/payment-index.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';
import { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { PurchaseMetrics } from '../../metrics.js';
import { type Answer, invalid, problemAnswer } from '../../requests/answer.js';
import { keptId } from '../../requests/reported-ids.js';
import { type Media, readJson } from '../../requests/request-body.js';
import { PaymentReports } from '../payment-reports.js';
import { readStripeEvent, type StripeEvent, type StripeFact } from './stripe-event.js';
import { isSignedByStripe } from './stripe-signature.js';

export const STRIPE_PATH = '/v1/webhooks/stripe/:tenant';
/** A dispute contains the organiser's evidence, of up to 150,000 characters. All bytes are hashed before the sender is known. */
export const MAX_STRIPE_EVENT_BYTES = 200 * 1024;
/** Stripe retries for three days. An event of this age whose payment is still unknown is counted and listed. */
export const UNMATCHED_AFTER_MS = 24 * 3_600_000;
const MS_PER_SECOND = 1_000;

export interface StripeHeaders {
  readonly 'stripe-signature': string | undefined;
  readonly traceparent?: string | undefined;
}

/** Receives events of Stripe. The event's id is its key; refunds and disputes count once by their ids. */
@Injectable()
export class StripeWebhook {
  constructor(
    private readonly reports: PaymentReports,
    private readonly index: PaymentIndex,
    @Inject(TenantDirectory) private readonly tenants: Pick<TenantDirectory, 'active'>,
    @Inject(PurchaseMetrics) private readonly metrics: Pick<PurchaseMetrics, 'unmatchedEvent'>,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Answers 503 to an event of an unknown payment: Stripe sends it again for three days. The payment's own event, which names the order,
   * may arrive later, since Stripe guarantees no order. @param tenant as in the path @param body the bytes as received: the signature
   * covers them
   */
  async receive(tenant: string, headers: StripeHeaders, body: Buffer, media: Media = {}): Promise<Answer> {
    if (body.length > MAX_STRIPE_EVENT_BYTES)
      return problemAnswer('body-too-large', { detail: `${MAX_STRIPE_EVENT_BYTES} bytes are allowed.` });
    const whose = this.tenants.active(tenant);
    if (!isSignedByStripe(whose, headers['stripe-signature'], body) || whose === undefined) return problemAnswer('signature-refused');
    const json = readJson(body, { media, exactNumbers: false });
    if ('problem' in json) return json.problem;
    const event = readStripeEvent(tenant, json.ok);
    if ('errors' in event) return invalid(event.errors);
    try {
      return await this.take(tenant, whose.cursorKey, event.value, headers.traceparent);
    } catch (thrown) {
      if (!isFault(thrown, 'log-unreachable')) throw thrown;
      this.logger.warn({ err: thrown, tenant, event: event.value.id }, 'an event of Stripe could not be handled');
      return problemAnswer('log-unreachable');
    }
  }

  /** @param secret of the tenant, the HMAC key for ids that cannot be stored as they are */
  private async take(tenant: string, secret: string, { read, ...event }: StripeEvent, traceparent: string | undefined): Promise<Answer> {
    if ('ignored' in read) {
      if (read.foreign !== undefined) await this.index.addForeign(tenant, keptId(read.foreign, secret));
      return this.reports.ignore(tenant, event.type, read.ignored);
    }
    const { operation, payment, request, of = await this.index.find(tenant, keptId(payment, secret)) } = read.fact;
    if (of === 'foreign') return this.reports.ignore(tenant, event.type, 'its payment names no order of this tenant');
    if (of === undefined) return this.unmatched(tenant, event, read.fact);
    const answer = await this.reports.take({ operation, tenant, key: keyOf(event.id), traceparent, request: { ...of, ...request } });
    if (read.fact.of === undefined && answer.status < 300) await this.index.endUnmatched(tenant, event.id);
    return answer;
  }

  private async unmatched(tenant: string, { id, type, created }: Omit<StripeEvent, 'read'>, { payment }: StripeFact): Promise<Answer> {
    const createdAt = created * MS_PER_SECOND;
    await this.index.addUnmatched(tenant, { event: id, type, payment, createdAt });
    if (Date.now() - createdAt >= UNMATCHED_AFTER_MS) {
      this.metrics.unmatchedEvent(tenant);
      this.logger.warn({ tenant, event: id, type, payment }, 'an event of Stripe is of a payment that is not known after a day');
    }
    return problemAnswer('payment-unknown');
  }
}

/** Prefixes Stripe's event ids: another provider of the tenant chooses ids too, and a sale has one key space. */
const KEY_PREFIX = 'stripe:';
const keyOf = (event: string): string => KEY_PREFIX + event;
