import { Inject, Injectable } from '@nestjs/common';
import { ACK, type Delivery, nak, type Settlement } from '#shared/consumer/delivery.js';
import type { SaleId, TenantId } from '#shared/kernel/ids.js';
import type { Reactor } from '#shared/platform/messaging/consumer.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';
import { internalCommand } from '../requests/command.js';
import { Inbox } from '../requests/inbox.js';

const RETRY_MS = 1_000;

/** A wake-up came: asks the sale to clear away what is overdue. */
@Injectable()
export class HoldExpiryReactor implements Reactor {
  constructor(
    private readonly inbox: Inbox,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async handle({ subject, sequence }: Delivery): Promise<Settlement> {
    const [, , tenant, sale] = subject.split('.') as [string, string, TenantId, SaleId];
    const stored = await this.inbox.enqueue(internalCommand({ tenant, sale }, 'sale.sweep', `sweep:${sequence}`, {}));
    if (stored === 'stored' || stored === 'duplicate') return ACK;
    this.logger.warn({ tenant, sale, stored }, 'a wake-up could not be passed on; tried again soon');
    return nak(RETRY_MS);
  }
}
