import type { NatsConnection } from '@nats-io/transport-node';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { MemoryEventStore } from '#shared/event-store/memory.js';
import { connectNats } from '#shared/platform/nats.js';
import { Log } from '../harness/selling.js';
import { eventStoreSuite } from './event-store-suite.js';

let log: Log;
let connection: NatsConnection;

afterAll(async () => {
  await connection?.close();
  await log?.stop();
});

eventStoreSuite('memory', async () => new MemoryEventStore());

/** With the rights that the purchase app has, and no others. */
eventStoreSuite('JetStream', async () => {
  log = await Log.start('event-store');
  const { user, pass } = log.server.credentials('purchase');
  connection = await connectNats({ servers: [log.server.url], user, password: pass }, 'event-store');
  return JetStreamEventStore.on(connection);
});
