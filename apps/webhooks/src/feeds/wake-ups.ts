import { JetStreamApiError, type JetStreamClient, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Inject, Injectable } from '@nestjs/common';
import { Fault } from '#shared/kernel/fault.js';
import { NATS } from '#shared/platform/messaging/nats.module.js';
import { WEBHOOKS_STREAM } from '#shared/platform/topology/streams.js';
import { feedSubject } from '#shared/platform/webhooks/feed.js';

const TIMEOUT_MS = 2_000;
/** The stream has a message with this subject: one of a sale is enough. */
const THERE_IS_ONE = 10077;

/** Messages of WEBHOOKS that say that a sale has events for an endpoint. */
@Injectable()
export class WakeUps {
  private readonly js: JetStreamClient;

  constructor(@Inject(NATS) connection: NatsConnection) {
    this.js = jetstream(connection, { timeout: TIMEOUT_MS });
  }

  /** @returns false where one is there already. @throws Fault `log-unreachable` */
  async send(tenant: string, endpoint: string, sale: string): Promise<boolean> {
    try {
      await this.js.publish(feedSubject(tenant, endpoint, sale), '', { expect: { streamName: WEBHOOKS_STREAM } });
      return true;
    } catch (cause) {
      if (cause instanceof JetStreamApiError && cause.code === THERE_IS_ONE) return false;
      throw new Fault('log-unreachable', { stream: WEBHOOKS_STREAM, tenant, endpoint, sale }, { cause });
    }
  }
}
