import { createInbox, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { fromLeader, type LeaderResponse } from '#shared/event-store/jetstream/leader-info.js';
import { inTime } from '#shared/kernel/concurrency/in-time.js';
import { Fault, isFault } from '#shared/kernel/fault.js';
import { EPOCH } from '#shared/platform/topology/streams.js';
import type { LogState } from '../projection/checkpoint.js';
import type { LoggedMessage } from '../projection/commit-place.js';
import { gather } from './gather.js';

export const REPLAY_CONSUMER = 'replay';
/** The only two subjects on which a replay's account may publish; each addresses one service. */
const NEXT_SUBJECT = 'app.next';
const INFO_SUBJECT = 'app.info';
const INFO_TIMEOUT_MS = 5_000;
/** The maximum of one pull; the next is sent when half of it has arrived. Messages in flight bound the memory of a replay. */
const PULL_MESSAGES = 1_000;
const PULL_BYTES = 16 * 1024 * 1024;
/** All requested messages are in the log already, so a pull is served at once or not at all. */
const PULL_EXPIRES_MS = 5_000;
/** A server may end a pull without a status message (seen with 2.14, at the byte limit): after this silence the rest is pulled again. */
const PULL_OVER_MS = PULL_EXPIRES_MS + 1_000;
/**
 * The number of consecutive pulls that may end without a message. The messages are in the log, so beyond this they were delivered but
 * never arrived.
 */
const MOST_FRUITLESS = 3;
const NOTHING_MORE = 'no further message arrives: a delivery was lost, or the server is too slow. Run the replay again';
const MOVED = 'the log is whole, and another commit came: the consumer was moved, or a delivery was lost. Run the replay again';
const NANOS_PER_MS = 1_000_000;
const BATCH = { maxCount: 2_048, maxBytes: 8 * 1024 * 1024, bytesOf: ({ body }: LoggedMessage): number => body.length };

/** EVENTS for a replay: read once from the first commit on, without the permission to change anything. */
export class ReplayLog {
  private position = 0;

  constructor(
    private readonly connection: NatsConnection,
    /** The only subject prefix that this user may subscribe to. */
    private readonly inbox: string,
    /** Resets the consumer to the first commit. Called before the first pull, while no other replay can pull. */
    private readonly rewind: () => Promise<void> = async () => undefined,
  ) {}

  async state(): Promise<LogState> {
    const { config, state } = await this.info();
    return { epoch: config.metadata?.[EPOCH], first: state.first_seq, last: state.last_seq };
  }

  private async info(): Promise<StreamInfo> {
    try {
      const answer = await this.connection.request(INFO_SUBJECT, '', { timeout: INFO_TIMEOUT_MS });
      return fromLeader(EVENTS_STREAM, answer.json<StreamInfo>());
    } catch (cause) {
      throw isFault(cause) ? cause : new Fault('log-unreachable', { subject: INFO_SUBJECT }, { cause });
    }
  }

  /** The messages up to and including `last`, which must be in the log. It never pulls more, because a pulled message is not redelivered. */
  async *until(last: number): AsyncIterable<LoggedMessage[]> {
    if (last <= this.position) return;
    if (this.position === 0) await this.rewind();
    const subscription = this.connection.subscribe(createInbox(this.inbox));
    try {
      for await (const batch of gather(this.pull(subscription, last), BATCH)) yield batch;
    } catch (cause) {
      throw isFault(cause) ? cause : new Fault('log-unreachable', { position: this.position }, { cause });
    } finally {
      subscription.unsubscribe();
    }
  }

  private async *pull(subscription: Subscription, last: number): AsyncGenerator<LoggedMessage> {
    let asked = this.ask(subscription, last, 0);
    let fruitless = 0;
    for await (const message of received(subscription)) {
      const unserved = message === undefined ? asked : statusOf(message);
      if (message === undefined || unserved !== undefined) {
        fruitless += 1;
        if (fruitless > MOST_FRUITLESS) throw new Fault('log-unreachable', { position: this.position, last, reason: NOTHING_MORE });
        asked = Math.max(0, asked - (unserved ?? 0));
        asked += this.ask(subscription, last, asked);
        continue;
      }
      fruitless = 0;
      asked = Math.max(0, asked - 1);
      yield await this.taken(message);
      if (this.position === last) return;
      if (asked < PULL_MESSAGES / 2) asked += this.ask(subscription, last, asked);
    }
    throw new Fault('log-unreachable', { position: this.position, reason: 'the connection was closed' });
  }

  private async taken(message: Msg): Promise<LoggedMessage> {
    const sequence = sequenceOf(message);
    if (sequence !== this.position + 1) throw await this.outOfTurn(sequence);
    this.position = sequence;
    return { subject: message.subject, sequence, body: message.data };
  }

  /** Pulls the messages that are missing and not yet requested. */
  private ask(subscription: Subscription, last: number, asked: number): number {
    const batch = Math.min(PULL_MESSAGES, last - this.position - asked);
    if (batch <= 0) return 0;
    const request = { batch, max_bytes: PULL_BYTES, expires: PULL_EXPIRES_MS * NANOS_PER_MS };
    this.connection.publish(NEXT_SUBJECT, JSON.stringify(request), { reply: subscription.getSubject() });
    return batch;
  }

  /** If the log lacks the expected message, it is broken. If the log has it, another client moved the consumer, or a delivery was lost. */
  private async outOfTurn(came: number): Promise<Fault> {
    const wanted = this.position + 1;
    const { first_seq, last_seq, messages } = (await this.info()).state;
    const isWhole = first_seq === 1 && messages === last_seq;
    if (!isWhole && came > wanted) return new Fault('log-broken', { reason: 'commits are missing', wanted, came });
    const reason = this.position === 0 ? 'the consumer was not rewound: run `admit replay`' : MOVED;
    return new Fault('log-unreachable', { reason, wanted, came });
  }
}

/** The messages; `undefined` after a silence in which a pull has ended, with or without a status message. */
async function* received<T>(source: AsyncIterable<T>): AsyncGenerator<T | undefined> {
  const items = source[Symbol.asyncIterator]();
  let next = items.next();
  for (;;) {
    const step = await inTime(next, PULL_OVER_MS);
    if (step?.done === true) return;
    if (step !== undefined) next = items.next();
    yield step?.value;
  }
}

interface StreamInfo extends LeaderResponse {
  readonly config: { readonly metadata?: Readonly<Record<string, string>> };
  readonly state: { readonly first_seq: number; readonly last_seq: number; readonly messages: number };
}

/** A pull that ended early reports the number of missing messages; any other status code is an error. */
function statusOf(message: Msg): number | undefined {
  const code = message.headers?.code ?? 0;
  if (code === 0) return undefined;
  const left = message.headers?.get('Nats-Pending-Messages') ?? '';
  if (left !== '') return Number(left);
  throw new Fault('log-unreachable', { code, says: message.headers?.description });
}

const SEQUENCE_TOKEN = 5; // $JS.ACK.<stream>.<consumer>.<deliveries>.<stream sequence>.<…>
const NEWER_FORM_TOKENS = 11; // with domain and account hash after ACK

/** JetStream encodes the sequence in the acknowledgement subject, on which this user may not publish. */
function sequenceOf({ reply, subject }: Msg): number {
  const tokens = (reply ?? '').split('.');
  const sequence = Number(tokens[tokens.length >= NEWER_FORM_TOKENS ? SEQUENCE_TOKEN + 2 : SEQUENCE_TOKEN]);
  if (!Number.isInteger(sequence)) throw new Fault('log-unreachable', { reason: 'a delivery without its number', subject, reply });
  return sequence;
}
