import {
  type ConsumeMessages,
  type Consumer,
  type ConsumerMessages,
  type JetStreamClient,
  type JsMsg,
  jetstream,
} from '@nats-io/jetstream';
import type { MsgHdrs, NatsConnection } from '@nats-io/transport-node';
import type { Delivery, Settlement, Source } from '../../consumer/delivery.js';

const NANOS_PER_MS = 1_000_000n;
/** A pull is renewed after this; a silent pinned consumer is noticed within it. */
const PULL_EXPIRES_MS = 5_000;
/** The same for many consumers with a small pull each: an empty one costs one request in this time. */
const FETCH_EXPIRES_MS = 30_000;
const RETRY_MS = 250;

export interface SourceOptions {
  readonly stream: string;
  readonly durable: string;
  /** Messages pulled at once; bounds the messages waiting in this process. Absent if `room` is given. */
  readonly maxMessages?: number;
  /** Resolves with the number of messages that the app can take; other messages stay on the server. */
  readonly room?: () => Promise<number>;
  /** The priority group of a pinned consumer. */
  readonly group?: string;
  /** Called when the server is asked for messages, at first and again after trouble. */
  readonly onPull?: (messages: ConsumerMessages) => void;
  /** Called on every failure to reach the consumer; retries are automatic. */
  readonly onTrouble: (thrown: unknown) => void;
  /** Called on every delivery, with the message's delivery count. */
  readonly onDelivery?: (deliveries: number) => void;
}

/** The deliveries of a durable pull consumer that provision created. It reconnects, and pulls again when the server lost the pull. */
export class JetStreamSource implements Source {
  private messages: ConsumerMessages | undefined;
  private consumer: Consumer | undefined;
  private stopped = false;

  constructor(
    private readonly connection: NatsConnection,
    private readonly options: SourceOptions,
  ) {}

  async *[Symbol.asyncIterator](): AsyncIterator<Delivery> {
    while (!this.stopped) {
      try {
        this.messages = await this.consume();
        if (this.stopped) await this.messages.close();
        else this.options.onPull?.(this.messages);
        for await (const message of this.messages) {
          const delivery = new JetStreamDelivery(message);
          this.options.onDelivery?.(delivery.deliveries);
          yield delivery;
        }
      } catch (thrown) {
        if (this.stopped || this.connection.isClosed()) return;
        this.consumer = undefined;
        this.options.onTrouble(thrown);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.messages?.close();
  }

  private async consume(): Promise<ConsumerMessages> {
    const { stream, durable, maxMessages = 1, group, room } = this.options;
    const client = jetstream(this.connection);
    if (room !== undefined) return this.fetch(client, await room());
    const info = await (await client.jetstreamManager(false)).consumers.info(stream, durable);
    const pull = { max_messages: maxMessages, expires: PULL_EXPIRES_MS, ...(group !== undefined && { group }) };
    return client.consumers.getConsumerFromInfo(info).consume(pull as ConsumeMessages);
  }

  private async fetch(client: JetStreamClient, room: number): Promise<ConsumerMessages> {
    const { stream, durable } = this.options;
    this.consumer ??= await client.consumers.get(stream, durable);
    return this.consumer.fetch({ max_messages: room, expires: FETCH_EXPIRES_MS });
  }
}

/** The headers of a message as plain text. */
export const headersOf = (headers: MsgHdrs | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries((headers?.keys() ?? []).map((name) => [name, headers?.get(name) ?? '']));

class JetStreamDelivery implements Delivery {
  constructor(private readonly message: JsMsg) {}
  get subject(): string {
    return this.message.subject;
  }
  get sequence(): number {
    return this.message.seq;
  }
  get deliveries(): number {
    return this.message.info.deliveryCount;
  }
  get storedAt(): number {
    return Number(BigInt(this.message.info.timestampNanos) / NANOS_PER_MS);
  }
  get body(): Uint8Array {
    return this.message.data;
  }
  header(name: string): string | undefined {
    const value = this.message.headers?.get(name);
    return value === '' ? undefined : value;
  }
  headers(): Readonly<Record<string, string>> {
    return headersOf(this.message.headers);
  }
  working(): void {
    this.message.working();
  }
  settle(settlement: Settlement): void {
    if (settlement.kind === 'ack') this.message.ack();
    // Rounded up to milliseconds: the server treats a delay below a nanosecond as none and redelivers at once.
    else if (settlement.kind === 'nak') this.message.nak(Math.ceil(settlement.delayMs));
    else this.message.term(settlement.reason);
  }
}
