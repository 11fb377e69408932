import { createInbox, type Msg, type NatsConnection, type Subscription } from '@nats-io/transport-node';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { type Answered, fromLeader } from '#shared/event-store/jetstream/leader-info.js';
import { inTime } from '#shared/kernel/concurrency/in-time.js';
import { Fault, isFault } from '#shared/kernel/fault.js';
import { EPOCH } from '#shared/platform/topology/streams.js';
import type { LogState } from '../projection/checkpoint.js';
import type { LoggedMessage } from '../projection/commit-place.js';
import { gather } from './gather.js';

export const REPLAY_CONSUMER = 'replay';
/** The only two subjects that the account of replays can publish to; each is one question to one service. */
const NEXT_SUBJECT = 'app.next';
const INFO_SUBJECT = 'app.info';
const INFO_TIMEOUT_MS = 5_000;
/** One pull asks for so much at most; the next one is sent when half of it has come. What is under way is the memory of a replay. */
const PULL_MESSAGES = 1_000;
const PULL_BYTES = 16 * 1024 * 1024;
/** All that is asked for is in the log already, so a pull is served at once or not at all. */
const PULL_EXPIRES_MS = 5_000;
/** A server may end a pull without saying so (seen of 2.14, by the bytes it was limited to): what comes no more after this is asked for again. */
const PULL_OVER_MS = PULL_EXPIRES_MS + 1_000;
/** So many pulls may end one after the other without a message. What is asked for is in the log: then it was delivered, and did not arrive. */
const MOST_FRUITLESS = 3;
const NOTHING_MORE = 'nothing more comes: what was delivered did not arrive, or the server is too slow. Run the replay again';
const MOVED = 'the log is whole, and another commit came: the consumer was moved, or a delivery was lost. Run the replay again';
const NANOS_PER_MS = 1_000_000;
const BATCH = { maxCount: 2_048, maxBytes: 8 * 1024 * 1024, bytesOf: ({ body }: LoggedMessage): number => body.length };

/** EVENTS as a replay sees it: it can be pulled once, from the first commit on, and nothing in it can be changed from here. */
export class ReplayLog {
  private position = 0;

  constructor(
    private readonly connection: NatsConnection,
    /** The only place where this user may listen. */
    private readonly inbox: string,
    /** Sets the consumer back to the first commit. Asked for before the first pull, when no other replay can be pulling. */
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

  /** What follows, up to and with the commit `last`, which must be in the log. Never pulls one more: what was pulled does not come again. */
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
    for await (const message of heard(subscription)) {
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

  /** Asks for what is still missing and not yet asked for. */
  private ask(subscription: Subscription, last: number, asked: number): number {
    const batch = Math.min(PULL_MESSAGES, last - this.position - asked);
    if (batch <= 0) return 0;
    const request = { batch, max_bytes: PULL_BYTES, expires: PULL_EXPIRES_MS * NANOS_PER_MS };
    this.connection.publish(NEXT_SUBJECT, JSON.stringify(request), { reply: subscription.getSubject() });
    return batch;
  }

  /** The log is broken where it lacks what should have come. Where it has that, somebody moved the consumer, or a delivery was lost. */
  private async outOfTurn(came: number): Promise<Fault> {
    const wanted = this.position + 1;
    const { first_seq, last_seq, messages } = (await this.info()).state;
    const isWhole = first_seq === 1 && messages === last_seq;
    if (!isWhole && came > wanted) return new Fault('log-broken', { reason: 'commits are missing', wanted, came });
    const reason = this.position === 0 ? 'the consumer was not rewound: run `admit replay`' : MOVED;
    return new Fault('log-unreachable', { reason, wanted, came });
  }
}

/** What comes; `undefined` each time that nothing has come for so long that a pull is over, of which nobody need have said anything. */
async function* heard<T>(source: AsyncIterable<T>): AsyncGenerator<T | undefined> {
  const items = source[Symbol.asyncIterator]();
  let next = items.next();
  for (;;) {
    const step = await inTime(next, PULL_OVER_MS);
    if (step?.done === true) return;
    if (step !== undefined) next = items.next();
    yield step?.value;
  }
}

interface StreamInfo extends Answered {
  readonly config: { readonly metadata?: Readonly<Record<string, string>> };
  readonly state: { readonly first_seq: number; readonly last_seq: number; readonly messages: number };
}

/** A pull that ended before it was served in full says how many messages it left; anything else that carries a code is a refusal. */
function statusOf(message: Msg): number | undefined {
  const code = message.headers?.code ?? 0;
  if (code === 0) return undefined;
  const left = message.headers?.get('Nats-Pending-Messages') ?? '';
  if (left !== '') return Number(left);
  throw new Fault('log-unreachable', { code, says: message.headers?.description });
}

const SEQUENCE_TOKEN = 5; // $JS.ACK.<stream>.<consumer>.<deliveries>.<stream sequence>.<…>
const NEWER_FORM_TOKENS = 11; // with domain and account hash after ACK

/** JetStream names the message in the subject of its acknowledgement, which nobody here may publish to. */
function sequenceOf({ reply, subject }: Msg): number {
  const tokens = (reply ?? '').split('.');
  const sequence = Number(tokens[tokens.length >= NEWER_FORM_TOKENS ? SEQUENCE_TOKEN + 2 : SEQUENCE_TOKEN]);
  if (!Number.isInteger(sequence)) throw new Fault('log-unreachable', { reason: 'a delivery without its number', subject, reply });
  return sequence;
}
