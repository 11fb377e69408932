import { JetStreamApiError, type JetStreamManager, jetstreamManager, type SeqMsgRequest, type StoredMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Fault } from '../../kernel/fault.js';

/** Concurrent reads: hides the round trip. With responses of at most 1 MB each it also bounds memory. */
const AHEAD = 64;
/**
 * The average number of messages in a stretch of sequences. At most this many are read ahead; a fuller stretch is read to its end in its
 * turn.
 */
const STRETCH_MESSAGES = 16;
const MOST_OF_A_STRETCH = 32;
/**
 * Stretches read at once. With messages of at most 1 MB it bounds memory, as `AHEAD` does; the messages of a sale's mints are far
 * smaller.
 */
const STRETCHES_AHEAD = 16;
const REQUEST_TIMEOUT_MS = 10_000;
const NOT_THERE = new Set([10037, 10059]); // no such message, no such stream

/** The request of the server's STREAM.MSG.GET; the client's type omits the last form. */
type Query = { readonly seq: number } | { readonly last_by_subj: string } | { readonly seq: number; readonly next_by_subj: string };

export interface StoredPosition {
  readonly sequence: number;
  /** Absent: no message is stored under this sequence. */
  readonly message: StoredMsg | undefined;
}

interface Stretch {
  readonly messages: readonly StoredMsg[];
  /** Where reading stopped. */
  readonly rest?: { readonly from: number; readonly last: number };
}
const NOTHING: Stretch = { messages: [] };

/**
 * Reads streams message by message from their leader. It needs no consumer and only the permission to read, so it changes nothing and
 * delays no other reader.
 */
export class StoredMessages {
  private constructor(private readonly jsm: JetStreamManager) {}

  static async on(connection: NatsConnection): Promise<StoredMessages> {
    return new StoredMessages(await jetstreamManager(connection, { timeout: REQUEST_TIMEOUT_MS, checkAPI: false }));
  }

  at(stream: string, sequence: number): Promise<StoredMsg | undefined> {
    return this.get(stream, { seq: sequence });
  }

  last(stream: string, subject: string): Promise<StoredMsg | undefined> {
    return this.get(stream, { last_by_subj: subject });
  }

  /** Every sequence of the range in order, with its message if it has one. */
  async *range(stream: string, first: number, last: number): AsyncIterable<StoredPosition> {
    const asked: Promise<StoredMsg | undefined>[] = [];
    const begin = Math.max(1, first); // an empty stream reports 0 as its first sequence
    for (let sequence = begin, next = begin; sequence <= last; sequence++) {
      for (; next <= last && asked.length < AHEAD; next++) asked.push(this.ask(stream, next));
      yield { sequence, message: await asked.shift() };
    }
  }

  /** All messages on a subject (wildcards permitted) from `first` up to and including `last`. */
  async *ofSubject(stream: string, subject: string, last: number, first = 1): AsyncIterable<StoredMsg> {
    for (let from = first; ; ) {
      const message = await this.get(stream, { seq: from, next_by_subj: subject });
      if (message === undefined || message.seq > last) return;
      yield message;
      from = message.seq + 1;
    }
  }

  /**
   * Like `ofSubject` for a subject without wildcards and with about this many messages: splits the range into stretches and reads
   * several at once.
   */
  async *ofLongSubject(stream: string, subject: string, last: number, about: number): AsyncIterable<StoredMsg> {
    const [first, newest] = await Promise.all([this.get(stream, { seq: 1, next_by_subj: subject }), this.last(stream, subject)]);
    if (first === undefined || newest === undefined) return;
    const end = Math.min(newest.seq, last);
    const width = Math.max(1, Math.ceil(((end - first.seq + 1) * STRETCH_MESSAGES) / Math.max(1, about)));
    const stretches: Promise<Stretch>[] = [];
    for (let from = first.seq, next = from; from <= end; from += width) {
      for (; next <= end && stretches.length < STRETCHES_AHEAD; next += width)
        stretches.push(this.stretch(stream, subject, next, Math.min(end, next + width - 1)));
      const { messages, rest } = (await stretches.shift()) ?? NOTHING;
      yield* messages;
      if (rest !== undefined) yield* this.ofSubject(stream, subject, rest.last, rest.from);
    }
  }

  private stretch(stream: string, subject: string, from: number, last: number): Promise<Stretch> {
    const found = this.walk(stream, subject, from, last);
    found.catch(() => undefined); // awaited in its turn, where it throws
    return found;
  }

  private async walk(stream: string, subject: string, from: number, last: number): Promise<Stretch> {
    const messages: StoredMsg[] = [];
    for await (const message of this.ofSubject(stream, subject, last, from)) {
      messages.push(message);
      if (messages.length === MOST_OF_A_STRETCH) return { messages, rest: { from: message.seq + 1, last } };
    }
    return { messages };
  }

  private ask(stream: string, seq: number): Promise<StoredMsg | undefined> {
    const answer = this.get(stream, { seq });
    answer.catch(() => undefined); // awaited in its turn, where it throws; until then it must not count as unhandled
    return answer;
  }

  private async get(stream: string, query: Query): Promise<StoredMsg | undefined> {
    try {
      return (await this.jsm.streams.getMessage(stream, query as SeqMsgRequest)) ?? undefined;
    } catch (cause) {
      if (cause instanceof JetStreamApiError && NOT_THERE.has(cause.code)) return undefined;
      throw new Fault('log-unreachable', { stream, ...query }, { cause });
    }
  }
}
