import { type JetStreamClient, jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Delivery } from '../consumer/delivery.js';

/** Keeps what could not be handled, with the reason and the original, on DEAD (`dead.<stream>.<subject>`). */
export class DeadLetters {
  private readonly js: JetStreamClient;

  constructor(connection: NatsConnection) {
    this.js = jetstream(connection);
  }

  /** Resolves when the letter is stored; only then may the delivery be settled for good. */
  async bury(stream: string, delivery: Delivery, reason: string): Promise<void> {
    const { subject, sequence, deliveries, storedAt, body } = delivery;
    const letter = { stream, subject, sequence, deliveries, storedAt: new Date(storedAt).toISOString(), reason, original: Buffer.from(body).toString('base64') };
    const rest = subject.split('.').slice(1).join('.');
    await this.js.publish(`dead.${stream}.${rest}`, JSON.stringify(letter), { msgID: `${stream}:${sequence}` });
  }
}
