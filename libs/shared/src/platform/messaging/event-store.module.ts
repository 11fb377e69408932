import type { NatsConnection } from '@nats-io/transport-node';
import { Module } from '@nestjs/common';
import { JetStreamEventStore } from '../../event-store/jetstream/jetstream-event-store.js';
import { DeadLetters } from './dead-letters.js';
import { NATS } from './nats.module.js';

export const EVENT_STORE = Symbol('event store');

/** Provides the log, and the dead-letter queue. */
@Module({
  providers: [
    { provide: EVENT_STORE, inject: [NATS], useFactory: (connection: NatsConnection) => JetStreamEventStore.on(connection) },
    { provide: DeadLetters, inject: [NATS], useFactory: (connection: NatsConnection) => new DeadLetters(connection) },
  ],
  exports: [EVENT_STORE, DeadLetters],
})
export class EventStoreModule {}
