import { type JetStreamManager, jetstreamManager, type SeqMsgRequest, type StoredMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { type CloudEvent, tenantEventsOf } from '#shared/event-store/cloud-events.js';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { Fault } from '#shared/kernel/fault.js';
import { WHOLE_MESSAGE } from '#shared/platform/http/event-cursor.js';
import { eventId } from '#shared/platform/webhooks/endpoint.js';

const REQUEST_TIMEOUT_MS = 2_000;

/** An event of the log as webhooks send it. */
export interface LoggedEvent {
  readonly id: string;
  /** Without version, such as `OrderConfirmed`. */
  readonly name: string;
  readonly type: string;
  readonly sequence: number;
  readonly index: number;
  /** CloudEvents 1.0. */
  readonly body: string;
}

/** A commit of a sale, or of its mints. */
export interface LoggedCommit {
  readonly sequence: number;
  readonly events: readonly LoggedEvent[];
}

/** EVENTS, read commit by commit from the stream's leader. Every method throws `Fault('log-unreachable')`. */
export class SaleLog {
  private constructor(private readonly jsm: JetStreamManager) {}

  static async on(connection: NatsConnection): Promise<SaleLog> {
    return new SaleLog(await jetstreamManager(connection, { timeout: REQUEST_TIMEOUT_MS, checkAPI: false }));
  }

  /** The first commit of a sale with events after a position. */
  async next(
    tenant: string,
    sale: string,
    { sequence, index }: { readonly sequence: number; readonly index: number },
  ): Promise<LoggedCommit | undefined> {
    const from = index === WHOLE_MESSAGE ? sequence + 1 : sequence;
    const message = await this.read({ seq: from, next_by_subj: `ev.${tenant}.*.${sale}` });
    return message && commitOf(message);
  }

  /** One event, by its position. */
  async at(sequence: number, index: number): Promise<LoggedEvent | undefined> {
    const message = await this.read({ seq: sequence });
    return message && commitOf(message).events.find((event) => event.index === index);
  }

  /** The sale of the tenant's first commit after a message of the log. */
  async saleAfter(tenant: string, sequence: number): Promise<{ readonly sale: string; readonly sequence: number } | undefined> {
    const message = await this.read({ seq: sequence + 1, next_by_subj: `ev.${tenant}.>` });
    return message && { sale: message.subject.split('.')[3] ?? '', sequence: message.seq };
  }

  private async read(query: object): Promise<StoredMsg | undefined> {
    try {
      return (await this.jsm.streams.getMessage(EVENTS_STREAM, query as SeqMsgRequest)) ?? undefined; // the client's type omits next_by_subj
    } catch (cause) {
      throw new Fault('log-unreachable', { stream: EVENTS_STREAM, ...query }, { cause });
    }
  }
}

const commitOf = ({ subject, seq: sequence, data }: StoredMsg): LoggedCommit => ({
  sequence,
  events: tenantEventsOf(subject, data).map(({ index, event }) => ({
    id: eventId(event.source, event.id),
    name: nameOf(event),
    type: event.type,
    sequence,
    index,
    body: JSON.stringify(event),
  })),
});

/** `admit.<name>.v<version>` */
const nameOf = ({ type }: CloudEvent): string => type.split('.')[1] ?? '';
