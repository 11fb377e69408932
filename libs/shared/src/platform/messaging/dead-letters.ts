import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Delivery } from '../../consumer/delivery.js';

export const DEAD_STREAM = 'DEAD';

/** What lies on DEAD (`dead.<stream>.<tenant>.…`): the original, where it came from, and why nobody could handle it. */
export interface DeadLetter {
  readonly stream: string;
  /** As the stream stored it: a command's carries its bucket. */
  readonly subject: string;
  readonly sequence: number;
  readonly deliveries: number;
  readonly storedAt: string;
  readonly reason: string;
  /** Base64. */
  readonly original: string;
  /** Letters of earlier versions have none. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** How a human ended a letter, on `dead.closed.<sequence of the letter>`: DEAD deletes nothing, so the end is written beside it. */
export interface ClosedLetter {
  readonly how: 'redriven' | 'dropped';
  /** Where its original lies now, or why it was dropped. */
  readonly note: string;
}

const CLOSED = 'dead.closed.';
export const closedSubject = (letter: number): string => `${CLOSED}${letter}`;
/** The letter that a message on DEAD ends; `undefined` when it is a letter itself. */
export const closes = (subject: string): number | undefined =>
  subject.startsWith(CLOSED) ? Number(subject.slice(CLOSED.length)) : undefined;

/** Keeps what could not be handled, with the reason and the original, on DEAD. */
export class DeadLetters {
  private readonly js: JetStreamClient;

  constructor(connection: NatsConnection) {
    this.js = jetstream(connection);
  }

  /** Resolves when the letter is stored; only then may the delivery be settled for good. */
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

  /** Which sequence the message had in its stream that was buried last under these tokens (tenant first); `undefined` when none was. */
  async lastOf(stream: string, tokens: string): Promise<number | undefined> {
    const jsm = await this.js.jetstreamManager(false);
    const letter = await jsm.streams.getMessage('DEAD', { last_by_subj: `dead.${stream}.${tokens}` });
    return letter?.json<{ readonly sequence: number }>().sequence;
  }
}

/** Subjects name their tenant second; commands carry the bucket before it. */
const fromTenant = (subject: string): string => subject.replace(/^(?:cmd\.\d+|[a-z]+)\./, '');
