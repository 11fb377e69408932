import { type Commit, headOf, NO_HEAD } from '#shared/event-store/commit.js';
import type { EventStore } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { isFault } from '#shared/kernel/fault.js';
import { connectNats } from '#shared/platform/messaging/nats.js';
import { waitFor } from '../../dev/processes/wait.js';
import { aDecision, anEvent, appendAll, commitsOf, freshSubject, outline } from '../conformance/event-store-suite.js';
import { type Frame, LossyProxy } from '../harness/lossy-proxy.js';
import { Log } from '../stages/selling.js';

const log = Log.forTests('outage');

async function storeOn(url: string): Promise<EventStore> {
  const { user, pass } = log.server.credentials('purchase');
  return JetStreamEventStore.on(await log.keep(connectNats({ servers: [url], user, password: pass }, 'event-store')));
}

const isPublish = ({ line }: Frame): boolean => line.startsWith('HPUB ev.');
const isAck = ({ line, payload }: Frame): boolean =>
  line.startsWith('MSG ') && payload.includes('"stream":"EVENTS"') && payload.includes('"seq":');

describe('an append whose outcome is unknown', () => {
  let proxy: LossyProxy;
  let store: EventStore;
  let other: EventStore;
  beforeAll(async () => {
    proxy = await LossyProxy.before(log.server.port);
    [store, other] = await Promise.all([storeOn(proxy.url), storeOn(log.server.url)]);
  });
  afterAll(() => proxy?.stop());

  it('[L10] is found by reading back when only its answer was lost: it is in the log once', async () => {
    const subject = freshSubject();
    const [first] = await appendAll(store, subject, ['a']);
    const lost = proxy.loseNext('down', isAck);
    const second = await store.append(subject, headOf(first as Commit), [anEvent('b')]);
    await lost;
    expect(second).toMatchObject({ version: 2 });
    expect(await commitsOf(other, subject)).toEqual([outline(first), outline(second)]);
  });

  it('[L10] is sent again when it never arrived: it is in the log once', async () => {
    const subject = freshSubject();
    const lost = proxy.loseNext('up', isPublish);
    const first = await store.append(subject, NO_HEAD, [anEvent('a')]);
    await lost;
    expect(await commitsOf(other, subject)).toEqual([outline(first)]);
  });

  it('[L1] [L2] is found with every answer it gave when only its own answer was lost', async () => {
    const subject = freshSubject();
    const lost = proxy.loseNext('down', isAck);
    const mine = await store.append(subject, NO_HEAD, [aDecision('k', 1, 'mine'), anEvent('a')]);
    await lost;
    expect(mine?.decisions.map(({ data }) => data.body)).toEqual(['mine']);
    expect(await other.at(subject, mine?.sequence ?? 0)).toEqual(mine);
  });

  it('[L1] [L2] is a conflict when another decided the same with another answer: what differs behind the cut is another commit', async () => {
    const subject = freshSubject();
    const lost = proxy.loseNext('up', isPublish);
    const late = store.append(subject, NO_HEAD, [aDecision('k', 1, 'late'), anEvent('a')]);
    await lost;
    const won = await other.append(subject, NO_HEAD, [aDecision('k', 1, 'won'), anEvent('a')]);
    expect(await late).toBeUndefined();
    expect(await store.at(subject, won?.sequence ?? 0)).toEqual(won);
  });

  it('[L1] is a conflict when it never arrived and another writer came first: never a double', async () => {
    const subject = freshSubject();
    const lost = proxy.loseNext('up', isPublish);
    const late = store.append(subject, NO_HEAD, [anEvent('late')]);
    await lost;
    const [won] = await appendAll(other, subject, ['won']);
    expect(await late).toBeUndefined();
    expect(await commitsOf(other, subject)).toEqual([outline(won)]);
  });

  it('[L10] is found although others have appended after it before the check', async () => {
    const subject = freshSubject();
    const lost = proxy.loseNext('down', isAck);
    const mine = store.append(subject, NO_HEAD, [anEvent('mine')]);
    await lost;
    const [next] = await appendAll(other, subject, ['next'], await other.head(subject));
    expect(await commitsOf(other, subject)).toEqual([outline(await mine), outline(next)]);
  });
});

const WRITERS = 20;
const APPENDS_BEFORE_EACH_KILL = 100;

/** Appends to its own subject until it is stopped, and records acknowledged appends. */
class Writer {
  readonly subject = freshSubject();
  readonly done: Commit[] = [];

  constructor(private readonly store: EventStore) {}

  async write(goesOn: () => boolean): Promise<void> {
    while (goesOn()) {
      const commit = await this.append();
      if (commit === undefined) throw new Error(`${this.subject} has one writer, and still a conflict`);
      this.done.push(commit);
    }
  }

  /** An unknown outcome is resolved as the decider does it: by reading on from the known head. */
  private async append(): Promise<Commit | undefined> {
    const head = headOf(this.done.at(-1) ?? NO_HEAD);
    for (;;) {
      try {
        const [landed] = await commitsOf(this.store, this.subject, head);
        return landed ?? (await this.store.append(this.subject, head, [anEvent(`${head.version}`)]));
      } catch (thrown) {
        if (!isFault(thrown) || thrown.kind === 'terminal') throw thrown;
      }
    }
  }
}

describe('a server that is killed in the middle of appends', () => {
  it('[L3] has every append that was reported as done, once, when it is back', async () => {
    const store = await storeOn(log.server.url);
    const writers = Array.from({ length: WRITERS }, () => new Writer(store));
    const count = (): number => writers.reduce((sum, { done }) => sum + done.length, 0);
    let goesOn = true;
    const writing = Promise.all(writers.map((writer) => writer.write(() => goesOn)));
    for (const what of ['appends before a kill', 'appends after it, before another']) {
      const enough = count() + APPENDS_BEFORE_EACH_KILL;
      await waitFor(() => count() >= enough, { what, timeoutMs: 60_000 });
      await log.server.kill9();
      await log.server.restart();
    }
    goesOn = false;
    await writing;
    for (const { subject, done } of writers) expect(await commitsOf(store, subject)).toEqual(done.map((commit) => outline(commit)));
  }, 300_000);
});
