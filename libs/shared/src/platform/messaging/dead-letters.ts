import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Delivery } from '../../consumer/delivery.js';

export const DEAD_STREAM = 'DEAD';

/** An entry on DEAD (`dead.<stream>.<tenant>.…`): the original message, its origin, and why its processing failed. */
export interface DeadLetter {
  readonly stream: string;
  /** As stored in the stream: a command's subject contains its bucket. */
  readonly subject: string;
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
  /** The position of the resent original, or why it was dropped. */
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
    const letter: DeadLetter = {
      stream,
      subject,
      sequence,
      deliveries,
      storedAt: new Date(storedAt).toISOString(),
      reason,
      original: Buffer.from(body).toString('base64'),
      headers: delivery.headers(),
    };
    await this.js.publish(`dead.${stream}.${fromTenant(subject)}`, JSON.stringify(letter), { msgID: `${stream}:${sequence}` });
  }

  /** The stream sequence of the message last dead-lettered under these tokens (tenant first); `undefined` when there is none. */
  async lastOf(stream: string, tokens: string): Promise<number | undefined> {
    const jsm = await this.js.jetstreamManager(false);
    const letter = await jsm.streams.getMessage('DEAD', { last_by_subj: `dead.${stream}.${tokens}` });
    return letter?.json<{ readonly sequence: number }>().sequence;
  }
}

/** Subjects have the tenant as their second token; commands have the bucket before it. */
const fromTenant = (subject: string): string => subject.replace(/^(?:cmd\.\d+|[a-z]+)\./, '');
