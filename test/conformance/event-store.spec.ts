import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { MemoryEventStore } from '#shared/event-store/memory.js';
import { connectNats } from '#shared/platform/messaging/nats.js';
import { Log } from '../stages/selling.js';
import { eventStoreSuite } from './event-store-suite.js';

const log = Log.forTests('event-store');

eventStoreSuite('memory', async () => new MemoryEventStore());

/** With the rights that the purchase app has, and no others. */
eventStoreSuite('JetStream', async () => {
  const { user, pass } = log.server.credentials('purchase');
  return JetStreamEventStore.on(await log.keep(connectNats({ servers: [log.server.url], user, password: pass }, 'event-store')));
});
