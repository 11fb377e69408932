import { Inject, Injectable } from '@nestjs/common';
import { ACK, type Delivery, nak, type Settlement } from '#shared/consumer/delivery.js';
import { type Commit, decodeCommit } from '#shared/event-store/commit.js';
import { bufferOf } from '#shared/kernel/bytes.js';
import { Semaphore } from '#shared/kernel/concurrency/semaphore.js';
import type { SaleId, TenantId } from '#shared/kernel/ids.js';
import { PaymentIndex } from '#shared/platform/lookups/payment-index.js';
import type { Reactor } from '#shared/platform/messaging/consumer.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';
import { LISTS, SaleList } from '../lookups/sale-list.js';

const RETRY_MS = 500;
/** Most commits change no lookup: they are not parsed. */
const WORDS = ['PaymentReceived.v', ...LISTS];
/** Ids of Stripe's payments, and ids stored as hashes. Reports of other providers name the order. */
const INDEXED = /^(?:pi|hash)_/;
const WRITES_AT_ONCE = 64;

/** Maintains the lookups: the order of each payment of Stripe, and the sales of each tenant. A redelivered commit changes nothing. */
@Injectable()
export class LookupReactor implements Reactor {
  private readonly lane = new Semaphore(WRITES_AT_ONCE);

  constructor(
    private readonly payments: PaymentIndex,
    private readonly sales: SaleList,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async handle({ subject, sequence, body }: Delivery): Promise<Settlement> {
    const bytes = bufferOf(body);
    if (!WORDS.some((word) => bytes.includes(word))) return ACK;
    try {
      const [, tenant, , sale] = subject.split('.') as [string, TenantId, string, SaleId];
      const commit = decodeCommit(subject, sequence, body);
      await Promise.all([this.sales.add(tenant, sale, commit.version, commit.events), ...this.received(commit, tenant, sale)]);
      return ACK;
    } catch (thrown) {
      this.logger.warn({ err: thrown, sequence }, 'lookups could not be written; written again soon');
      return nak(RETRY_MS + Math.random() * RETRY_MS);
    }
  }

  private received({ events }: Commit, tenant: TenantId, sale: SaleId): Promise<void>[] {
    return events.flatMap((event) => {
      if (event.type !== 'PaymentReceived' || !INDEXED.test(event.data.payment)) return [];
      const { payment, order } = event.data;
      return [this.lane.run(() => this.payments.add(tenant, payment, { sale, order }), tenant)];
    });
  }
}
