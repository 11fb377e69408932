import type { Recorded } from '#shared/domain/recorded.js';
import { type Commit, type Head, headOf, inOrder, MAX_COMMIT_BYTES, NO_HEAD, type WholeCommit } from '#shared/event-store/commit.js';
import { type EventStore, saleSubject } from '#shared/event-store/event-store.js';
import { sha256 } from '#shared/kernel/hash.js';

/** A history longer than one read, so that adapters use their bulk read. */
const LONG_HISTORY = 1_100;

export const anEvent = (note: string): Recorded =>
  ({ type: 'OrderConfirmed', data: { order: note }, at: Date.UTC(2027, 0, 1), traceparent: `00-${note}` }) as unknown as Recorded;

/** The record of a decision, with an answer that contains the separators of a commit. */
export const aDecision = (key: string, emitted: number, body = '{"decisions":[{},{}]}}'): Recorded => {
  const data = { operation: 'order.place', key, keyHash: key, fingerprint: 'f', request: { key }, outcome: 'accepted', status: 201 };
  return {
    type: 'CommandDecided',
    data: { ...data, body, emitted },
    at: Date.UTC(2027, 0, 1),
  } as unknown as Recorded;
};

/** As an aggregate reads it. */
export const outline = ({ decisions, ...commit }: Partial<WholeCommit> = {}): Partial<Commit> => commit;

export async function commitsOf(store: EventStore, subject: string, after: Head = NO_HEAD): Promise<Commit[]> {
  const commits: Commit[] = [];
  for await (const commit of store.read(subject, after)) commits.push(commit);
  return commits;
}

/** Appends one commit per note, each after the one before it. */
export async function appendAll(
  store: EventStore,
  subject: string,
  notes: readonly string[],
  after: Head = NO_HEAD,
): Promise<WholeCommit[]> {
  const commits: WholeCommit[] = [];
  let head = after;
  for (const note of notes) {
    const commit = await store.append(subject, head, [anEvent(note)]);
    if (commit === undefined) throw new Error(`no other writer appends to ${subject}, but ${note} conflicts`);
    commits.push(commit);
    head = headOf(commit);
  }
  return commits;
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `${index}`);
let subjects = 0;
export const freshSubject = (): string => saleSubject('demo', `sale-${subjects++}`);

/** The contract of every event store. */
export function eventStoreSuite(name: string, open: () => Promise<EventStore>): void {
  describe(`the event store on ${name}`, () => {
    let store: EventStore;
    beforeAll(async () => {
      store = await open();
    }, 180_000);

    it('knows nothing of a subject that was never written', async () => {
      const subject = freshSubject();
      expect(await store.head(subject)).toEqual(NO_HEAD);
      expect(await commitsOf(store, subject)).toEqual([]);
    });

    it('[L3] reads back appended commits unchanged, with the hash chain that proves it', async () => {
      const subject = freshSubject();
      const written = [
        await store.append(subject, NO_HEAD, [anEvent('a'), anEvent('b')]),
        ...(await appendAll(store, subject, ['c', 'd'], await store.head(subject))),
      ];
      const read = await commitsOf(store, subject);
      expect(read).toEqual(written.map((commit) => outline(commit)));
      expect(read.map(({ version, events }) => [version, events.length])).toEqual([
        [1, 2],
        [2, 1],
        [3, 1],
      ]);
      expect(read.map(({ previous }) => previous)).toEqual(['', read[0]?.hash, read[1]?.hash]);
      expect(await store.head(subject)).toEqual(headOf(read[2] as Commit));
    });

    it('reads on from a head, and gives one commit by its place', async () => {
      const subject = freshSubject();
      const written = await appendAll(store, subject, ['a', 'b', 'c']);
      expect(await commitsOf(store, subject, headOf(written[0] as Commit))).toEqual(written.slice(1).map((commit) => outline(commit)));
      expect(await commitsOf(store, subject, headOf(written[2] as Commit))).toEqual([]);
      expect(await store.at(subject, (written[1] as Commit).sequence)).toEqual(written[1]);
    });

    it('gives aggregates keys and events, and full decisions to readers of one commit', async () => {
      const subject = freshSubject();
      const recorded = [aDecision('k-1', 2), anEvent('a'), anEvent('b'), aDecision('k-2', 0), aDecision('k-3', 1), anEvent('c')];
      const whole = (await store.append(subject, NO_HEAD, recorded)) as WholeCommit;
      expect(await commitsOf(store, subject)).toEqual([outline(whole)]);
      expect([whole.keys, whole.events, inOrder(whole)]).toEqual([['k-1', 'k-2', 'k-3'], ['a', 'b', 'c'].map(anEvent), recorded]);
      expect(await store.at(subject, whole.sequence)).toEqual(whole);
    });

    it('keeps the event as it was: time, trace, and every character', async () => {
      const subject = freshSubject();
      const event = {
        type: 'SaleOpened',
        data: { name: 'Größe «Ж» 🎟️ \u0000 "\\', empty: {}, list: [null, 1.5, true] },
        at: 1,
      } as unknown as Recorded;
      await store.append(subject, NO_HEAD, [event]);
      expect((await commitsOf(store, subject))[0]?.events).toEqual([event]);
    });

    it('[L1] refuses a commit that was decided on an old head, and stores nothing of it', async () => {
      const subject = freshSubject();
      const [first] = await appendAll(store, subject, ['a', 'b']);
      expect(await store.append(subject, NO_HEAD, [anEvent('late')])).toBeUndefined();
      expect(await store.append(subject, headOf(first as Commit), [anEvent('late')])).toBeUndefined();
      expect((await commitsOf(store, subject)).map(({ version }) => version)).toEqual([1, 2]);
    });

    it('[L1] lets one of many concurrent writers win, each round', async () => {
      const subject = freshSubject();
      let head = NO_HEAD;
      for (let round = 0; round < 5; round++) {
        const outcomes = await Promise.all(numbered(8).map((writer) => store.append(subject, head, [anEvent(`${round}-${writer}`)])));
        const [won, ...others] = outcomes.filter((outcome) => outcome !== undefined);
        expect(others).toEqual([]);
        head = headOf(won as Commit);
      }
      expect(await commitsOf(store, subject)).toHaveLength(5);
    });

    it('[L8] keeps subjects apart: the same sale of two tenants, and two sales of one', async () => {
      const apart = [saleSubject('demo', 'apart'), saleSubject('acme', 'apart'), saleSubject('demo', 'apart-2')];
      await Promise.all(apart.map((subject) => appendAll(store, subject, [subject, 'second'])));
      for (const subject of apart) {
        const read = await commitsOf(store, subject);
        expect(read.map(({ version, subject: of }) => [version, of])).toEqual([
          [1, subject],
          [2, subject],
        ]);
        expect(read[0]?.events).toEqual([anEvent(subject)]);
      }
    });

    it('serves many subjects at once, however their commits lie among each other', async () => {
      const many = Array.from({ length: 100 }, () => freshSubject());
      await Promise.all(many.map((subject) => appendAll(store, subject, ['a', 'b', 'c'])));
      const read = await Promise.all(many.map((subject) => commitsOf(store, subject)));
      expect(read.every((commits) => commits.map(({ version }) => version).join() === '1,2,3')).toBe(true);
    });

    it('reads a long history whole and in order, from any place in it', async () => {
      const subject = freshSubject();
      const written = await appendAll(store, subject, numbered(LONG_HISTORY));
      expect((await commitsOf(store, subject)).map(({ hash }) => hash)).toEqual(written.map(({ hash }) => hash));
      expect(await commitsOf(store, subject, headOf(written[LONG_HISTORY - 30] as Commit))).toEqual(
        written.slice(LONG_HISTORY - 29).map((commit) => outline(commit)),
      );
    });

    it('stops reading when its reader has seen enough', async () => {
      const subject = freshSubject();
      await appendAll(store, subject, numbered(50));
      let seen = 0;
      for await (const commit of store.read(subject, NO_HEAD)) if (++seen === 30) expect(commit.version).toBe(30);
      for await (const commit of store.read(subject, NO_HEAD)) {
        expect(commit.version).toBe(1);
        break;
      }
      expect(await commitsOf(store, subject)).toHaveLength(50);
    });

    it('refuses a commit that is too large, by name, and stores the largest that is not', async () => {
      const subject = freshSubject();
      const frame = 400;
      await expect(store.append(subject, NO_HEAD, [anEvent('x'.repeat(MAX_COMMIT_BYTES))])).rejects.toMatchObject({
        code: 'commit-too-large',
        kind: 'terminal',
      });
      expect(await store.head(subject)).toEqual(NO_HEAD);
      await appendAll(store, subject, ['x'.repeat((MAX_COMMIT_BYTES - frame) / 2)]);
      expect(await commitsOf(store, subject)).toHaveLength(1);
    });

    it('[L3] reports a log that ends before the last read commit', async () => {
      const subject = freshSubject();
      const [first] = await appendAll(store, subject, ['a']);
      const seen: Head = { version: 3, sequence: (first as Commit).sequence + 1_000_000, hash: sha256('lost') };
      const shrunk = { code: 'log-shrunk', kind: 'terminal' };
      await expect(commitsOf(store, subject, seen)).rejects.toMatchObject(shrunk);
      await expect(commitsOf(store, freshSubject(), seen)).rejects.toMatchObject(shrunk);
      await expect(store.at(subject, seen.sequence)).rejects.toMatchObject(shrunk);
      await expect(store.append(subject, seen, [anEvent('b')])).rejects.toMatchObject(shrunk);
    });

    it('[L3] reports a broken log when a read commit was replaced', async () => {
      const subject = freshSubject();
      const [first] = await appendAll(store, subject, ['a', 'b']);
      const other = { ...headOf(first as Commit), hash: sha256('another history') };
      await expect(commitsOf(store, subject, other)).rejects.toMatchObject({ code: 'log-broken' });
    });

    it('gives no commit of another subject by its place', async () => {
      const [subject, other] = [freshSubject(), freshSubject()];
      const [commit] = await appendAll(store, subject, ['a']);
      await expect(store.at(other, (commit as Commit).sequence)).rejects.toMatchObject({ code: 'log-shrunk' });
    });
  });
}
