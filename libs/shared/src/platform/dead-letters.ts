import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Delivery } from '../consumer/delivery.js';

/** Keeps what could not be handled, with the reason and the original, on DEAD (`dead.<stream>.<tenant>.…`). */
export class DeadLetters {
  private readonly js: JetStreamClient;

  constructor(connection: NatsConnection) {
    this.js = jetstream(connection);
  }

  /** Resolves when the letter is stored; only then may the delivery be settled for good. */
  async bury(stream: string, delivery: Delivery, reason: string): Promise<void> {
    const { subject, sequence, deliveries, storedAt, body } = delivery;
    const letter = {
      stream,
      subject,
      sequence,
      deliveries,
      storedAt: new Date(storedAt).toISOString(),
      reason,
      original: Buffer.from(body).toString('base64'),
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
