import { connect, type NatsConnection } from '@nats-io/transport-node';
import type { Aggregate } from '#shared/aggregate/aggregate.js';
import { AggregateRepository } from '#shared/aggregate/aggregate-repository.js';
import { type Commit, type Head, headOf, NO_HEAD } from '#shared/event-store/commit.js';
import { type EventStore, saleSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { anEvent } from '../conformance/event-store-suite.js';
import { Log } from '../stages/selling.js';

const COMMITS = 400;
const READERS = 64;

const log = Log.forTests('shared-reads');
let reader: NatsConnection;
beforeAll(async () => {
  reader = await log.keep(connect(log.server.connection('purchase')));
});

it('[L3] 64 readers with shared reads each see every commit that another process acknowledged before they asked', async () => {
  const subject = saleSubject('demo', 'shared');
  const writing = await JetStreamEventStore.on(log.admin);
  const asking = await JetStreamEventStore.on(reader);
  let looks = 0;
  const store: EventStore = {
    head: (name) => asking.head(name),
    at: (name, sequence) => asking.at(name, sequence),
    append: (name, head, events) => asking.append(name, head, events),
    read: (name, after) => {
      looks += 1;
      return asking.read(name, after);
    },
  };
  const aggregates = new AggregateRepository(store, { empty: (name) => new Seen(name), maxWeight: 10 });
  let acknowledged: Head = NO_HEAD;
  let reads = 0;
  const read = async (): Promise<void> => {
    while (acknowledged.version < COMMITS) {
      const before = acknowledged.version;
      const seen = await aggregates.query(subject, ({ head }) => head.version);
      if (seen < before) throw new Error(`version ${before} was acknowledged before a reader asked, who saw ${seen}`);
      reads += 1;
    }
  };
  const write = async (): Promise<void> => {
    while (acknowledged.version < COMMITS) acknowledged = (await writing.append(subject, acknowledged, [anEvent('x')])) ?? NO_HEAD;
  };
  await Promise.all([write(), ...Array.from({ length: READERS }, read)]);
  expect(reads).toBeGreaterThan(READERS * 10);
  expect(looks).toBeLessThan(reads / 10);
});

/** Only how far the log is. */
class Seen implements Aggregate {
  head: Head = NO_HEAD;
  readonly weight = 1;
  constructor(readonly subject: string) {}
  apply(commit: Commit): void {
    this.head = headOf(commit);
  }
  remember(commit: Commit): void {
    this.apply(commit);
  }
}
