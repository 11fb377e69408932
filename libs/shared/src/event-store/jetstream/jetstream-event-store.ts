import {
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type SeqMsgRequest,
  type StreamState,
} from '@nats-io/jetstream';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import type { Recorded } from '../../domain/recorded.js';
import { Fault, isFault } from '../../kernel/fault.js';
import {
  assertFollows,
  assertHolds,
  type Commit,
  decodeCommit,
  decodeWhole,
  type Head,
  headOf,
  MAX_COMMIT_BYTES,
  NO_HEAD,
  partsOf,
  type WholeCommit,
} from '../commit.js';
import type { EventStore } from '../event-store.js';
import { CONTENT_TYPE, hashOf, writeStored } from '../stored-commit.js';
import { leaderInfo } from './leader-info.js';

export const EVENTS_STREAM = 'EVENTS';
/** The time limit of one publish or read at the leader; then its result is unknown and is looked up. */
const REQUEST_TIMEOUT_MS = 2_000;
/** Attempts of an append whose result stays unknown. Each is looked up first; a repetition is safe: a commit is stored once. */
const APPEND_TRIES = 4;
/** Up to this many commits are read one by one from the leader; more are read with an ordered consumer. */
const SINGLE_READS = 8;
/** Pending bytes of a pull, not messages: a thousand commits of 48 KB cut the connection; folding 100,000 orders took 80 s. */
const PULL_BYTES = 16 * 1024 * 1024;
/** The expiry of a pull. After about this time missing heartbeats show that the server dropped the pull silently. */
const PULL_EXPIRES_MS = 2_000;

/** The request of the server's STREAM.MSG.GET; the client's type omits the last form. */
type Query = { readonly seq: number } | { readonly last_by_subj: string } | { readonly seq: number; readonly next_by_subj: string };

type Decode<C> = (subject: string, sequence: number, bytes: Uint8Array) => C;

/** The log on JetStream. Reads that decide come from the stream's leader; an expected sequence is the only lock. */
export class JetStreamEventStore implements EventStore {
  private constructor(
    private readonly js: JetStreamClient,
    private readonly jsm: JetStreamManager,
  ) {}

  static async on(connection: NatsConnection): Promise<JetStreamEventStore> {
    const options = { timeout: REQUEST_TIMEOUT_MS };
    return new JetStreamEventStore(jetstream(connection, options), await jetstreamManager(connection, { ...options, checkAPI: false }));
  }

  async head(subject: string): Promise<Head> {
    const last = await this.last(subject);
    if (last !== undefined) return headOf(last);
    await this.state(); // an empty result needs proof too: only the leader can give it
    return NO_HEAD;
  }

  async *read(subject: string, after: Head): AsyncIterable<Commit> {
    let head = after;
    for (let reads = 0; reads < SINGLE_READS; reads++) {
      const next = await this.get({ seq: head.sequence + 1, next_by_subj: subject });
      if (next === undefined) return this.assertReaches(subject, headOf(head));
      assertFollows(head, next);
      head = next;
      yield next;
    }
    const last = await this.lastSince(subject, head);
    if (last.sequence > head.sequence) {
      for await (const commit of this.consume(subject, head, last)) {
        assertFollows(head, commit);
        head = commit;
        yield commit;
      }
    }
    await this.assertReaches(subject, headOf(head));
  }

  async at(subject: string, sequence: number): Promise<WholeCommit> {
    let commit = await this.get({ seq: sequence }, decodeWhole);
    if (commit === undefined) {
      await this.assertReaches(subject, { sequence });
      commit = await this.get({ seq: sequence }, decodeWhole);
    }
    if (commit?.subject !== subject) throw new Fault('log-shrunk', { subject, sequence });
    return commit;
  }

  async append(subject: string, expected: Head, events: readonly Recorded[]): Promise<WholeCommit | undefined> {
    const parts = { subject, version: expected.version + 1, previous: expected.hash, ...partsOf(events) };
    const bytes = writeStored(parts);
    if (bytes.length > MAX_COMMIT_BYTES) throw new Fault('commit-too-large', { subject, bytes: bytes.length, most: MAX_COMMIT_BYTES });
    const commit = { ...parts, hash: hashOf(bytes) };
    let cause: unknown;
    for (let tries = 0; tries < APPEND_TRIES; tries++) {
      try {
        const { seq } = await this.publish(subject, expected, bytes);
        return { ...commit, sequence: seq };
      } catch (thrown) {
        cause = thrown; // rejected, timed out, or the response was lost: only reading the log can decide
      }
      try {
        const landed = await this.get({ seq: expected.sequence + 1, next_by_subj: subject });
        if (landed !== undefined) return landed.hash === commit.hash ? { ...commit, sequence: landed.sequence } : undefined;
        await this.lastSince(subject, expected);
      } catch (thrown) {
        if (isFault(thrown) && thrown.kind === 'terminal') throw thrown;
        cause = thrown;
      }
    }
    throw new Fault('append-unknown', { subject, expected: expected.version }, { cause });
  }

  private publish(subject: string, expected: Head, bytes: Uint8Array): Promise<{ readonly seq: number }> {
    const head = headers();
    head.set('Content-Type', CONTENT_TYPE);
    return this.js.publish(subject, bytes, {
      headers: head,
      timeout: REQUEST_TIMEOUT_MS,
      expect: { streamName: EVENTS_STREAM, lastSubjectSequence: expected.sequence },
    });
  }

  private last(subject: string): Promise<Commit | undefined> {
    return this.get({ last_by_subj: subject });
  }

  /** The last commit. If a partitioned leader ends before the seen one, the read is repeated at a confirmed leader. */
  private async lastSince(subject: string, seen: Head): Promise<Head> {
    let last = await this.last(subject);
    if ((last?.sequence ?? 0) < seen.sequence) {
      await this.assertReaches(subject, headOf(seen));
      last = await this.last(subject);
    }
    assertHolds(subject, seen, last ?? NO_HEAD);
    return last ?? NO_HEAD;
  }

  /**
   * Called when no commit follows the seen head: because it is the last one, because the log lost data, or because the responding server
   * is no longer the leader. Reads no commit, which may be large.
   */
  private async assertReaches(subject: string, seen: Pick<Head, 'sequence'>): Promise<void> {
    const { last_seq } = await this.state();
    if (last_seq < seen.sequence) throw new Fault('log-shrunk', { subject, seen, last: last_seq });
  }

  private async state(): Promise<StreamState> {
    try {
      return (await leaderInfo(this.jsm, EVENTS_STREAM)).state;
    } catch (cause) {
      throw isFault(cause) ? cause : new Fault('log-unreachable', { stream: EVENTS_STREAM }, { cause });
    }
  }

  /** Reads many commits with an ordered consumer. A follower may serve it, so it reads until the leader's last commit arrives. */
  private async *consume(subject: string, after: Head, last: Head): AsyncIterable<Commit> {
    try {
      const consumer = await this.js.consumers.get(EVENTS_STREAM, { filter_subjects: subject, opt_start_seq: after.sequence + 1 });
      const messages = await consumer.consume({ max_bytes: PULL_BYTES, expires: PULL_EXPIRES_MS });
      try {
        for await (const message of messages) {
          yield decodeCommit(message.subject, message.seq, message.data);
          if (message.seq >= last.sequence) return;
        }
      } finally {
        messages.stop();
        await consumer.delete();
      }
    } catch (cause) {
      throw isFault(cause) ? cause : new Fault('log-unreachable', { subject }, { cause });
    }
    throw new Fault('log-unreachable', { subject, last: last.sequence });
  }

  private get(query: Query): Promise<Commit | undefined>;
  private get<C>(query: Query, decode: Decode<C>): Promise<C | undefined>;
  private async get(query: Query, decode: Decode<Commit> = decodeCommit): Promise<Commit | undefined> {
    try {
      const message = await this.jsm.streams.getMessage(EVENTS_STREAM, query as SeqMsgRequest);
      return message === null ? undefined : decode(message.subject, message.seq, message.data);
    } catch (cause) {
      throw isFault(cause) ? cause : new Fault('log-unreachable', { query }, { cause });
    }
  }
}
