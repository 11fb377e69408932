import { JetStreamApiError, type JetStreamManager, jetstreamManager, type SeqMsgRequest, type StoredMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { Fault } from '../kernel/fault.js';

/** Questions on their way at once: hides the way there. With answers of at most 1 MB each it is also what a walk needs of memory. */
const AHEAD = 64;
const REQUEST_TIMEOUT_MS = 10_000;
const NOT_THERE = new Set([10037, 10059]); // no such message, no such stream

/** What the server's STREAM.MSG.GET takes; the client's type leaves out the last form. */
type Query = { readonly seq: number } | { readonly last_by_subj: string } | { readonly seq: number; readonly next_by_subj: string };

export interface Place {
  readonly sequence: number;
  /** Absent: nothing is stored under this number. */
  readonly message: StoredMsg | undefined;
}

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
