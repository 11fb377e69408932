import { JetStreamApiError, type JetStreamClient, jetstream } from '@nats-io/jetstream';
import { headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';
import { Inject, Injectable } from '@nestjs/common';
import { ACK, type Delivery, nak, type Settlement } from '#shared/consumer/delivery.js';
import { type MinterMessage, minterMessagesOf } from '#shared/domain/mint/minter-message.js';
import { decodeCommit } from '#shared/event-store/commit.js';
import { bufferOf } from '#shared/kernel/bytes.js';
import { Pacer } from '#shared/kernel/concurrency/pacer.js';
import { Semaphore } from '#shared/kernel/concurrency/semaphore.js';
import type { Reactor } from '#shared/platform/messaging/consumer.js';
import { NATS } from '#shared/platform/messaging/nats.module.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';
import { inSpan } from '#shared/platform/process/tracing.js';
import { EVENTS_ACK_WAIT_MS } from '#shared/platform/topology/consumers.js';
import { Replies } from '../requests/replies.js';

const RETRY_MS = 500;
const PUBLISH_TIMEOUT_MS = 2_000;
/** Most commits cause no mint command: they are not parsed. */
const ASKS = ['MintsRequested.v', 'MintsResumed.v', 'RevocationsRequested.v'];
/**
 * Concurrent publishes, tenants in turn: they are what a tenant with thousands of tickets delays another's request by, and the first order after
 * an idle time. Each is an fsync, one after the other, so that more would not be faster.
 */
const PUBLISHES_AT_ONCE = 16;
/**
 * Publishes a second while callers wait for decisions: about a twentieth of two processors, and more than a payer mints. Without it a backlog of
 * 100,000 took a third of the rate of selling.
 */
const BESIDE_CALLERS_PER_SECOND = 200;
const KEEP_ALIVE_MS = EVENTS_ACK_WAIT_MS / 3;
const ONE_PER_SUBJECT = 10077;

/** Requests mints from the minter: one MINTS message per ticket to mint or to revoke. A repeated request changes nothing. */
@Injectable()
export class MintRequestReactor implements Reactor {
  private readonly js: JetStreamClient;
  private readonly publishes = new Semaphore(PUBLISHES_AT_ONCE);
  private readonly pacer: Pacer;

  constructor(
    @Inject(NATS) connection: NatsConnection,
    callers: Replies,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.pacer = new Pacer(() => callers.count > 0, BESIDE_CALLERS_PER_SECOND);
    this.js = jetstream(connection, { timeout: PUBLISH_TIMEOUT_MS });
  }

  async handle(delivery: Delivery): Promise<Settlement> {
    const body = bufferOf(delivery.body);
    if (!ASKS.some((words) => body.includes(words))) return ACK;
    try {
      const [, tenant, , sale] = delivery.subject.split('.') as [string, string, string, string];
      const { events } = decodeCommit(delivery.subject, delivery.sequence, delivery.body);
      const asked = events.flatMap((event) => minterMessagesOf({ tenant, sale }, event, delivery.sequence));
      await this.keepingAlive(delivery, () => Promise.all(asked.map((message) => this.publishes.run(() => this.ask(message), tenant))));
      return ACK;
    } catch (thrown) {
      this.logger.warn({ err: thrown, sequence: delivery.sequence }, 'mints could not be asked for; asked again soon');
      return nak(RETRY_MS + Math.random() * RETRY_MS);
    }
  }

  /** Thousands of tickets in one commit may take longer than the ack wait. */
  private async keepingAlive(delivery: Delivery, work: () => Promise<unknown>): Promise<void> {
    const timer = setInterval(() => delivery.working(), KEEP_ALIVE_MS);
    try {
      await work();
    } finally {
      clearInterval(timer);
    }
  }

  private async ask(message: MinterMessage): Promise<void> {
    await this.pacer.turn();
    const { tenant, ticket, what, traceparent: parent } = message;
    const about = { kind: 'producer', parent, attributes: { 'admit.tenant': tenant, 'admit.ticket': ticket } } as const;
    return inSpan(what === 'revoke' ? 'request revoke' : 'request mint', about, (traceparent) => this.publish(message, traceparent));
  }

  private async publish({ tenant, ticket, what, body }: MinterMessage, traceparent: string | undefined): Promise<void> {
    const msgID = `mint:${tenant}:${ticket}:${what}`;
    const options = { msgID, timeout: PUBLISH_TIMEOUT_MS, ...(traceparent !== undefined && { headers: traced(traceparent) }) };
    try {
      await this.js.publish(`mint.${tenant}.${ticket}.${what}`, JSON.stringify(body), options);
    } catch (thrown) {
      if (!isAskedAlready(thrown)) throw thrown;
    }
  }
}

function traced(traceparent: string): MsgHdrs {
  const traced = headers();
  traced.set('traceparent', traceparent);
  return traced;
}

/** Error 10077 also means a full stream; the description distinguishes the two. */
const isAskedAlready = (thrown: unknown): boolean =>
  thrown instanceof JetStreamApiError && thrown.code === ONE_PER_SUBJECT && thrown.message.includes('per subject');
