import { Inject, Injectable } from '@nestjs/common';
import { ACK, type Delivery, nak, type Settlement } from '#shared/consumer/delivery.js';
import { WHOLE_MESSAGE } from '#shared/platform/http/event-cursor.js';
import type { Reactor } from '#shared/platform/messaging/consumer.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';
import { EndpointNames } from './endpoint-names.js';
import { FeedRecords } from './feed-records.js';
import { WakeUps } from './wake-ups.js';

const RETRY_MS = 500;
const AGAIN_MS = 200;

/** Wakes the feed of a commit's sale for each endpoint of its tenant. A commit that comes again wakes it again, and nothing is sent twice by that. */
@Injectable()
export class CommitReactor implements Reactor {
  constructor(
    private readonly names: EndpointNames,
    private readonly records: FeedRecords,
    private readonly wakeUps: WakeUps,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async handle({ subject, sequence }: Delivery): Promise<Settlement> {
    const [, tenant = '', , sale = ''] = subject.split('.');
    const endpoints = this.names.of(tenant);
    if (endpoints === undefined) return nak(AGAIN_MS);
    try {
      const woken = await Promise.all(endpoints.map((endpoint) => this.wake(tenant, endpoint, sale, sequence)));
      return woken.every(Boolean) ? ACK : nak(AGAIN_MS);
    } catch (thrown) {
      this.logger.warn({ err: thrown, sequence }, 'feeds of webhooks could not be woken; tried again');
      return nak(RETRY_MS + Math.random() * RETRY_MS);
    }
  }

  /** @returns false where the message that is there may be about to end without having seen this commit */
  private async wake(tenant: string, endpoint: string, sale: string, sequence: number): Promise<boolean> {
    if (await this.wakeUps.send(tenant, endpoint, sale)) return true;
    const feed = await this.records.found(tenant, endpoint, sale);
    if (feed === undefined) return false;
    return feed.alive || feed.sequence > sequence || (feed.sequence === sequence && feed.index === WHOLE_MESSAGE);
  }
}
