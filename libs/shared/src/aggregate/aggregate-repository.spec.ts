import type { Recorded } from '#shared/domain/recorded.js';
import { type Commit, type Head, headOf, NO_HEAD, type WholeCommit } from '#shared/event-store/commit.js';
import { saleSubject } from '#shared/event-store/event-store.js';
import { MemoryEventStore } from '#shared/event-store/memory.js';
import type { Hash } from '#shared/kernel/hash.js';
import type { Aggregate, Decision } from './aggregate.js';
import { AggregateRepository } from './aggregate-repository.js';

const SUBJECT = saleSubject('demo', 'gala');
const READERS = 64;
const anEvent = (note: string): Recorded =>
  ({ type: 'OrderConfirmed', data: { order: note }, at: Date.UTC(2027, 0, 1) }) as unknown as Recorded;
const DEFINITION = { empty: (subject: string) => new Notes(subject), maxWeight: 100 };
const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class Notes implements Aggregate {
  head: Head = NO_HEAD;
  readonly notes: string[] = [];
  readonly weight = 1;
  constructor(readonly subject = SUBJECT) {}
  apply(commit: Commit): void {
    for (const { data } of commit.events) this.notes.push((data as { readonly order: string }).order);
    this.remember(commit);
  }
  remember(commit: Commit): void {
    this.head = headOf(commit);
  }
}

/** Counts reads, and can delay readers. */
class WatchedStore extends MemoryEventStore {
  reads = 0;
  isAway = false;
  /** Runs after each append, before its result is returned. */
  afterAppend = async (): Promise<void> => undefined;
  private gate: Promise<void> | undefined;
  private open: () => void = () => undefined;

  hold(): void {
    this.gate = new Promise((resolve) => {
      this.open = resolve;
    });
  }

  release(): void {
    this.gate = undefined;
    this.open();
  }

  override async append(...args: Parameters<MemoryEventStore['append']>): Promise<WholeCommit | undefined> {
    const commit = await super.append(...args);
    await this.afterAppend();
    return commit;
  }

  override async *read(subject: string, after: Head): AsyncIterable<Commit> {
    this.reads += 1;
    await this.gate;
    if (this.isAway) throw new Error('no answer');
    yield* super.read(subject, after);
  }
}

let store: WatchedStore;
let repository: AggregateRepository<Notes>;
beforeEach(() => {
  store = new WatchedStore();
  repository = new AggregateRepository(store, DEFINITION);
});

const latest = (): Promise<readonly string[]> => repository.query(SUBJECT, ({ notes }) => [...notes]);

/** Appends as another process would: these aggregates are not notified. */
async function appendElsewhere(...notes: string[]): Promise<void> {
  for (const note of notes) await store.append(SUBJECT, await store.head(SUBJECT), [anEvent(note)]);
}

/** Decides a command as the decider does. */
function decide(note: string, meanwhile?: () => Promise<void>): Promise<void> {
  if (meanwhile !== undefined) store.afterAppend = meanwhile;
  return repository.transact(SUBJECT, (fold) => {
    fold.notes.push(note);
    return { result: undefined, events: [anEvent(note)], bytes: 1 };
  });
}
const asItIs = ({ notes }: Notes): Decision<readonly string[]> => ({ result: [...notes], events: [], bytes: 0, isRecorded: true });

it('serves all waiting readers with one read of the log', async () => {
  await appendElsewhere('a');
  expect(await latest()).toEqual(['a']);
  const before = store.reads;
  await appendElsewhere('b');
  expect(await Promise.all(Array.from({ length: READERS }, latest))).toEqual(Array.from({ length: READERS }, () => ['a', 'b']));
  expect(store.reads - before).toBe(1);
});

it('gives a reader that arrives during a read the commits since that read began', async () => {
  await appendElsewhere('a');
  await latest();
  store.hold();
  const first = latest();
  await soon();
  await appendElsewhere('b');
  const second = latest();
  store.release();
  expect([['a'], ['a', 'b']]).toContainEqual(await first);
  expect(await second).toEqual(['a', 'b']);
});

it('lets commands commit while readers read the log', async () => {
  await decide('a');
  await latest();
  store.hold();
  const reading = latest();
  await soon();
  await decide('b');
  await decide('c');
  store.release();
  expect(await reading).toEqual(['a', 'b', 'c']);
});

it('shows no reader an uncommitted decision', async () => {
  await decide('a');
  let finish = (): void => undefined;
  const deciding = decide('b', () => new Promise((resolve) => (finish = resolve)));
  await soon();
  let result: readonly string[] | undefined;
  const reading = latest().then((notes) => (result = notes));
  await soon();
  expect(result).toBeUndefined();
  finish();
  await deciding;
  expect(await reading).toEqual(['a', 'b']);
});

it('reads the log again when the aggregate was dropped during a read', async () => {
  await decide('a');
  store.hold();
  const reading = latest();
  await soon();
  await expect(decide('b', () => Promise.reject(new Error('no answer')))).rejects.toThrow('no answer');
  store.afterAppend = async () => undefined;
  store.release();
  expect(await reading).toEqual(['a', 'b']);
  await decide('c');
  expect(await latest()).toEqual(['a', 'b', 'c']);
});

it('catches up when it fell far behind', async () => {
  await appendElsewhere('0');
  await latest();
  const many = Array.from({ length: 50 }, (_, note) => `${note + 1}`);
  await appendElsewhere(...many);
  expect(await Promise.all([latest(), latest()])).toEqual([
    ['0', ...many],
    ['0', ...many],
  ]);
});

it('keeps the aggregate when the log does not respond to a reader', async () => {
  await decide('a');
  store.isAway = true;
  await expect(latest()).rejects.toThrow('no answer');
  const before = store.reads;
  expect(await repository.transact(SUBJECT, asItIs)).toEqual(['a']);
  expect(store.reads).toBe(before);
});

describe('a long subject that is not in memory', () => {
  const LONG = 20;
  const notes = Array.from({ length: LONG }, (_, note) => `${note}`);
  let lookedUp: string[];
  let noticed: number[];
  let snapshot: Notes | undefined;
  beforeEach(() => {
    [lookedUp, noticed, snapshot] = [[], [], undefined];
    repository = new AggregateRepository(
      store,
      DEFINITION,
      {},
      {
        find: async (subject) => {
          lookedUp.push(subject);
          return snapshot;
        },
        notice: ({ head }) => noticed.push(head.version),
      },
    );
  });

  /** Its notes differ from those in the log, so that a test can see where they come from. */
  async function snapshotAt(version: number, change: Partial<Head> = {}): Promise<Notes> {
    const fold = new Notes();
    for await (const commit of store.read(SUBJECT, NO_HEAD)) if (commit.version <= version) fold.apply(commit);
    fold.notes.fill('s');
    fold.head = { ...fold.head, ...change };
    return fold;
  }

  it('starts at its snapshot, and applies the commits after it', async () => {
    await appendElsewhere(...notes);
    snapshot = await snapshotAt(15);
    expect(await latest()).toEqual([...Array.from({ length: 15 }, () => 's'), ...notes.slice(15)]);
    await soon(); // until the snapshot is stored
    expect([lookedUp, noticed]).toEqual([[SUBJECT], [LONG]]);
  });

  it('starts at its snapshot when a command arrives first', async () => {
    await appendElsewhere(...notes);
    snapshot = await snapshotAt(LONG);
    await decide('next');
    expect(await latest()).toEqual([...Array.from({ length: LONG }, () => 's'), 'next']);
    expect(lookedUp).toEqual([SUBJECT]);
  });

  it('is read from its beginning without a usable snapshot', async () => {
    await appendElsewhere(...notes);
    expect(await latest()).toEqual(notes);
  });

  it('looks up no snapshot when it is short, or in memory', async () => {
    await appendElsewhere('a', 'b');
    expect([await latest(), await latest()]).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    for (const note of notes) await decide(note);
    expect([(await latest()).length, lookedUp]).toEqual([LONG + 2, []]);
  });

  it.each([
    ['another commit than the one in the log', { hash: 'another' as Hash }, 'log-broken'],
    ['a commit that the log lost', { sequence: 1_000 }, 'log-shrunk'],
  ])('[L3] rejects a snapshot of %s', async (_, change, code) => {
    await appendElsewhere(...notes);
    snapshot = await snapshotAt(15, change);
    await expect(latest()).rejects.toMatchObject({ code });
    await expect(decide('next')).rejects.toMatchObject({ code });
  });
});
