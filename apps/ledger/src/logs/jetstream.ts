import {
  type ConsumerMessages,
  type JetStreamManager,
  type JsMsg,
  jetstream,
  jetstreamManager,
  type SeqMsgRequest,
} from '@nats-io/jetstream';
import type { NatsConnection, Status } from '@nats-io/transport-node';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { leaderInfo } from '#shared/event-store/jetstream/leader-info.js';
import { Fault, isFault } from '#shared/kernel/fault.js';
import { EPOCH } from '#shared/platform/topology/streams.js';
import type { LogState } from '../projection/checkpoint.js';
import type { LoggedMessage } from '../projection/commit-place.js';
import { pause } from '../projection/pause.js';
import type { DeliveredMessage, EventsLog } from './events-log.js';
import { gather, restAfter } from './gather.js';

export const LEDGER_CONSUMER = 'ledger';
const REQUEST_TIMEOUT_MS = 5_000;
/** Bounds the bytes waiting in this process. Not messages: a thousand commits of 400 KB overran the connection, which stalled for 29 s. */
const PULL_BYTES = 16 * 1024 * 1024;
/** A batch closes at this many bytes, so that one transaction stays small in memory. */
const BATCH_BYTES = 8 * 1024 * 1024;
const PULL_EXPIRES_MS = 10_000;

/** EVENTS through the durable consumer `ledger`, which provision created; this class resets it to the ledger's position. */
export class JetStreamEventsLog implements EventsLog {
  private constructor(
    private readonly connection: NatsConnection,
    private readonly jsm: JetStreamManager,
    private readonly maxBatch: number,
  ) {}

  static async on(connection: NatsConnection, maxBatch: number): Promise<JetStreamEventsLog> {
    return new JetStreamEventsLog(
      connection,
      await jetstreamManager(connection, { timeout: REQUEST_TIMEOUT_MS, checkAPI: false }),
      maxBatch,
    );
  }

  async state(): Promise<LogState> {
    const { config, state } = await this.asked(() => leaderInfo(this.jsm, EVENTS_STREAM));
    return { epoch: config.metadata?.[EPOCH], first: state.first_seq, last: state.last_seq };
  }

  async *from(sequence: number, signal: AbortSignal): AsyncIterable<DeliveredMessage[]> {
    const messages = await this.asked(() => this.consume(sequence));
    const unwatch = this.watch(messages, signal);
    try {
      const rest = (workedMs: number, { time }: JsMsg): Promise<void> => pause(restAfter(workedMs, Date.now() - time.getTime()), signal);
      const limits = { maxCount: this.maxBatch, maxBytes: BATCH_BYTES, bytesOf: ({ data }: JsMsg) => data.length, rest };
      let begun = false;
      for await (const batch of gather(messages[Symbol.asyncIterator](), limits)) {
        if (!begun) await this.assertStartsAt(sequence, batch);
        begun = true;
        yield batch.map(delivered);
      }
    } catch (cause) {
      throw isFault(cause) ? cause : new Fault('log-unreachable', { consumer: LEDGER_CONSUMER }, { cause });
    } finally {
      unwatch();
      messages.stop();
    }
  }

  async nextOf(tenant: string, sequence: number): Promise<LoggedMessage | undefined> {
    const query = { seq: sequence, next_by_subj: `ev.${tenant}.>` } as SeqMsgRequest; // the client's type omits this form
    const message = await this.asked(() => this.jsm.streams.getMessage(EVENTS_STREAM, query));
    return message === null ? undefined : { subject: message.subject, sequence: message.seq, body: message.data };
  }

  /**
   * EVENTS deletes nothing. If the expected message does not arrive first, it is lost, or it went to an older pull of a projector that
   * has just ended. The stream's state decides which; a new pull then delivers it.
   */
  private async assertStartsAt(wanted: number, [first]: readonly JsMsg[]): Promise<void> {
    if (first === undefined || first.seq <= wanted) return;
    if ((await this.asked(() => this.jsm.streams.getMessage(EVENTS_STREAM, { seq: wanted }))) !== null)
      throw new Fault('log-unreachable', { reason: 'deliveries out of turn', wanted, came: first.seq });
    throw new Fault('log-broken', { reason: 'EVENTS has a gap', missing: { from: wanted, to: first.seq - 1 } });
  }

  private async consume(sequence: number): Promise<ConsumerMessages> {
    const info = await this.jsm.consumers.reset(EVENTS_STREAM, LEDGER_CONSUMER, sequence);
    const consumer = jetstream(this.connection).consumers.getConsumerFromInfo(info);
    return consumer.consume({ max_bytes: PULL_BYTES, expires: PULL_EXPIRES_MS, abort_on_missing_resource: true });
  }

  /** A reconnected server may have lost messages, so reading restarts from the checkpoint. */
  private watch(messages: ConsumerMessages, signal: AbortSignal): () => void {
    const stop = (): void => messages.stop();
    signal.addEventListener('abort', stop);
    if (signal.aborted) stop();
    const status = this.connection.status() as AsyncIterable<Status> & { stop(): void }; // the client's type omits stop()
    void (async () => {
      for await (const { type } of status) {
        if (type === 'disconnect' || type === 'close') messages.stop(new Fault('log-unreachable', { reason: type }));
      }
    })();
    return () => {
      signal.removeEventListener('abort', stop);
      status.stop();
    };
  }

  private async asked<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (cause) {
      throw isFault(cause) ? cause : new Fault('log-unreachable', { stream: EVENTS_STREAM }, { cause });
    }
  }
}

const delivered = (message: JsMsg): DeliveredMessage => ({
  subject: message.subject,
  sequence: message.seq,
  body: message.data,
  ack: () => message.ack(),
});
