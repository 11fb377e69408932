import { JetStreamApiError, type JetStreamClient, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { ACK, type Delivery, nak, type Settlement } from '#shared/consumer/delivery.js';
import type { MintCommand } from '#shared/domain/mint/events.js';
import type { MintsRequested } from '#shared/domain/sale/events.js';
import { decodeCommit } from '#shared/event-store/commit.js';
import type { Logger } from '#shared/platform/logger.js';

const RETRY_MS = 500;
const PUBLISH_TIMEOUT_MS = 2_000;
/** Most commits ask for nothing: they are not parsed. */
const ASKS = '"admit.MintsRequested.';
const ONE_PER_SUBJECT = 10077;

/** The reactor that asks for mints: one MINTS message per ticket of every `MintsRequested`. Asking again changes nothing. */
export class MintRequests {
  private readonly js: JetStreamClient;

  constructor(
    connection: NatsConnection,
    private readonly logger: Logger,
  ) {
    this.js = jetstream(connection, { timeout: PUBLISH_TIMEOUT_MS });
  }

  async handle(delivery: Delivery): Promise<Settlement> {
    if (!Buffer.from(delivery.body.buffer, delivery.body.byteOffset, delivery.body.length).includes(ASKS)) return ACK;
    try {
      const [, tenant, , sale] = delivery.subject.split('.') as [string, string, string, string];
      const { events } = decodeCommit(delivery.subject, delivery.sequence, delivery.body);
      const commands = events.flatMap((event) => (event.type === 'MintsRequested' ? commandsOf(tenant, sale, event.data) : []));
      await Promise.all(commands.map((command) => this.ask(command)));
      return ACK;
    } catch (thrown) {
      this.logger.warn({ err: thrown, sequence: delivery.sequence }, 'mints could not be asked for; asked again soon');
      return nak(RETRY_MS + Math.random() * RETRY_MS);
    }
  }

  private async ask(command: MintCommand): Promise<void> {
    const { tenant, ticket, request } = command;
    try {
      await this.js.publish(`mint.${tenant}.${ticket}.${request}`, JSON.stringify(command), {
        msgID: `mint:${tenant}:${ticket}:${request}`,
        timeout: PUBLISH_TIMEOUT_MS,
      });
    } catch (thrown) {
      if (!isAskedAlready(thrown)) throw thrown;
    }
  }
}

/** 10077 also means a full stream; the words tell which. */
const isAskedAlready = (thrown: unknown): boolean =>
  thrown instanceof JetStreamApiError && thrown.code === ONE_PER_SUBJECT && thrown.message.includes('per subject');

const commandsOf = (tenant: string, sale: string, { order, wallet, name, tickets }: MintsRequested['data']): MintCommand[] =>
  tickets.map(({ ticket, unit, request }) => ({ tenant, sale, order, ticket, unit, wallet, request, name }));
