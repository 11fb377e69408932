import { Inject, Injectable } from '@nestjs/common';
import { ACK, type Delivery, nak, type Settlement } from '#shared/consumer/delivery.js';
import { pauseAfter } from '../delivery/retry-times.js';
import type { ReadyEndpoint } from './feed-records.js';
import { attempt, FEED_PARTS, type FeedParts } from './feed-runner.js';
import { WakeUps } from './wake-ups.js';

/** Longer than any process takes to hear of a new endpoint. */
const HEARD_OF_MS = 2_000;
const TEST_TYPE = 'admit.WebhookTest.v1';

/** What a tenant, or a new endpoint, asks besides the events of a sale. */
@Injectable()
export class WebhookTasks {
  constructor(
    @Inject(FEED_PARTS) private readonly parts: FeedParts,
    @Inject(WakeUps) private readonly wakeUps: Pick<WakeUps, 'send'>,
  ) {}

  /** @throws Fault `log-unreachable`: the message comes again */
  async run(tenant: string, id: string, task: string, what: string, delivery: Delivery): Promise<Settlement> {
    const endpoint = await this.parts.records.endpoint(tenant, id);
    if (endpoint === undefined) return ACK; // removed
    if (task === 'begin') return this.begin(endpoint, delivery);
    if (task === 'test') return this.test(endpoint, what);
    return this.again(endpoint, what, delivery);
  }

  /**
   * Wakes every sale with events since the endpoint was added. A process that had not heard of the endpoint may have passed over a commit, so it
   * looks twice: the second time every process has.
   */
  private async begin({ tenant, endpoint, since }: ReadyEndpoint, { deliveries }: Delivery): Promise<Settlement> {
    const woken = new Set<string>();
    for (let found = await this.parts.log.saleAfter(tenant, since); found !== undefined; ) {
      if (!woken.has(found.sale)) await this.wakeUps.send(tenant, endpoint, found.sale);
      woken.add(found.sale);
      found = await this.parts.log.saleAfter(tenant, found.sequence);
    }
    return deliveries === 1 ? nak(HEARD_OF_MS) : ACK;
  }

  /** One attempt: the tenant sees how it ended. */
  private async test(endpoint: ReadyEndpoint, id: string): Promise<Settlement> {
    const { tenant, endpoint: name, since } = endpoint;
    const time = new Date(this.parts.now()).toISOString();
    const event = { specversion: '1.0', id, source: `/${tenant}/webhook/${name}`, type: TEST_TYPE, time, data: { endpoint: name } };
    const { last } = await attempt(this.parts, endpoint, { id, type: TEST_TYPE, body: JSON.stringify(event) });
    await this.parts.records.keepTested(endpoint, { since, last });
    return ACK;
  }

  /** An event that was set aside. It is tried for as long as it was at first, and stays where it is if it is not accepted. */
  private async again(endpoint: ReadyEndpoint, id: string, { deliveries, storedAt }: Delivery): Promise<Settlement> {
    const { records, log, times, now } = this.parts;
    const dead = await records.dead(endpoint, id);
    const event = dead && (await log.at(dead.sequence, dead.index));
    if (dead === undefined || event === undefined) return ACK;
    const { result, last } = await attempt(this.parts, endpoint, event);
    await records.keepDead(endpoint, id, { ...dead, tries: dead.tries + 1, last, ...(result.accepted && { ended: true }) });
    if (result.accepted || now() - storedAt >= times.giveUpMs) return ACK;
    return nak(pauseAfter(deliveries, times, result.retryAfterMs));
  }
}
