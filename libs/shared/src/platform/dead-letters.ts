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
}

/** Subjects name their tenant second; commands carry the bucket before it. */
const fromTenant = (subject: string): string => subject.replace(/^(?:cmd\.\d+|[a-z]+)\./, '');
