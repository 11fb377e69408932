import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Delivery } from '../../consumer/delivery.js';
import { base32, hashFields, sha256 } from '../../kernel/hash.js';

export const DEAD_STREAM = 'DEAD';
const ID_LETTERS = 26;

/** An entry on DEAD (`dead.<stream>.<tenant>.…`): the original message, its origin, and why its processing failed. */
export interface DeadLetter {
  /** A permanent name of the message, derived from its content and its random inbox. Absent in entries of earlier versions. */
  readonly id?: string;
  readonly stream: string;
  /** As stored in the stream: a command's subject contains its bucket. */
  readonly subject: string;
  /** Its position in the stream. COMMANDS may reuse sequences after a crash. */
  readonly sequence: number;
  readonly deliveries: number;
  readonly storedAt: string;
  readonly reason: string;
  /** Base64. */
  readonly original: string;
  /** Absent in entries of earlier versions. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * How an operator closed an entry, on `dead.closed.<sequence of the entry>`: DEAD deletes nothing, so the closing is a message of its
 * own.
 */
export interface ClosedLetter {
  readonly how: 'redriven' | 'dropped';
  /** The result of the redrive, or the reason for dropping the entry. */
  readonly note: string;
}

const CLOSED = 'dead.closed.';
export const closedSubject = (letter: number): string => `${CLOSED}${letter}`;
/** The sequence of the entry that a message on DEAD closes; `undefined` when the message is an entry itself. */
export const closes = (subject: string): number | undefined =>
  subject.startsWith(CLOSED) ? Number(subject.slice(CLOSED.length)) : undefined;

/** Stores messages whose processing failed on DEAD, with the reason and the original. */
export class DeadLetters {
  private readonly js: JetStreamClient;

  constructor(connection: NatsConnection) {
    this.js = jetstream(connection);
  }

  /** Resolves when the entry is stored; only then may the delivery be settled. */
  async deadLetter(stream: string, delivery: Delivery, reason: string): Promise<void> {
    const { subject, sequence, deliveries, storedAt, body } = delivery;
    const id = base32(hashFields(subject, `${sequence}`, `${storedAt}`, sha256(body)), ID_LETTERS);
    const letter: DeadLetter = {
      id,
      stream,
      subject,
      sequence,
      deliveries,
      storedAt: new Date(storedAt).toISOString(),
      reason,
      original: Buffer.from(body).toString('base64'),
      headers: delivery.headers(),
    };
    await this.js.publish(`dead.${stream}.${fromTenant(subject)}`, JSON.stringify(letter), { msgID: `${stream}:${id}` });
  }

  /** The last entry under these tokens (tenant first); `undefined` when there is none, or when an operator closed it. */
  async open(stream: string, tokens: string): Promise<DeadLetter | undefined> {
    const { streams } = await this.js.jetstreamManager(false);
    const entry = await streams.getMessage(DEAD_STREAM, { last_by_subj: `dead.${stream}.${tokens}` });
    if (entry === null) return undefined;
    const closing = await streams.getMessage(DEAD_STREAM, { last_by_subj: closedSubject(entry.seq) });
    return closing === null ? entry.json<DeadLetter>() : undefined;
  }
}

/** Subjects have the tenant as their second token; commands have the bucket before it. */
const fromTenant = (subject: string): string => subject.replace(/^(?:cmd\.\d+|[a-z]+)\./, '');
