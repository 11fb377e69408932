import { JetStreamApiError, type JetStreamManager, jetstreamManager, type SeqMsgRequest, type StoredMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Fault } from '../../kernel/fault.js';

/** Questions on their way at once: hides the way there. With answers of at most 1 MB each it is also what a walk needs of memory. */
const AHEAD = 64;
/** So many messages lie in a stretch on average; of one where more lie, so many are kept at most until it has its turn, and the rest is read then. */
const STRETCH_MESSAGES = 16;
const MOST_OF_A_STRETCH = 32;
/** Stretches gone through at once. With messages of at most 1 MB it bounds what waits, as `AHEAD` does: those of one sale's mints are far smaller. */
const STRETCHES_AHEAD = 16;
const REQUEST_TIMEOUT_MS = 10_000;
const NOT_THERE = new Set([10037, 10059]); // no such message, no such stream

/** What the server's STREAM.MSG.GET takes; the client's type leaves out the last form. */
type Query = { readonly seq: number } | { readonly last_by_subj: string } | { readonly seq: number; readonly next_by_subj: string };

export interface Place {
  readonly sequence: number;
  /** Absent: nothing is stored under this number. */
  readonly message: StoredMsg | undefined;
}

interface Stretch {
  readonly messages: readonly StoredMsg[];
  /** Where it was left off. */
  readonly rest?: { readonly from: number; readonly last: number };
}
const NOTHING: Stretch = { messages: [] };

/**
 * Reads streams message by message, from their leader. It takes no consumer, so it can change nothing, stands in nobody's way, and needs no
 * right but the one to read.
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

  /** Every number of the stretch, in order, with what lies under it. */
  async *range(stream: string, first: number, last: number): AsyncIterable<Place> {
    const asked: Promise<StoredMsg | undefined>[] = [];
    const begin = Math.max(1, first); // an empty stream says that it begins at 0
    for (let sequence = begin, next = begin; sequence <= last; sequence++) {
      for (; next <= last && asked.length < AHEAD; next++) asked.push(this.ask(stream, next));
      yield { sequence, message: await asked.shift() };
    }
  }

  /** Everything on a subject, which may hold wildcards, from `first` up to and with `last`. */
  async *ofSubject(stream: string, subject: string, last: number, first = 1): AsyncIterable<StoredMsg> {
    for (let from = first; ; ) {
      const message = await this.get(stream, { seq: from, next_by_subj: subject });
      if (message === undefined || message.seq > last) return;
      yield message;
      from = message.seq + 1;
    }
  }

  /**
   * As `ofSubject` for a subject without wildcards, of which there are about so many: where they lie is cut into stretches, and several of these
   * are gone through at once.
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
    found.catch(() => undefined); // it is awaited in its turn, and throws there
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
    answer.catch(() => undefined); // it is awaited in its turn, and throws there; until then a failure must not count as unhandled
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
