import { setImmediate as nextTurn } from 'node:timers/promises';
import { AFTER_COMMIT, type Aggregate, type AggregateDefinition, type Decide, type SnapshotSource } from '#shared/aggregate/aggregate.js';
import { AggregateRepository } from '#shared/aggregate/aggregate-repository.js';
import { type Commit, type Head, headOf, NO_HEAD } from '#shared/event-store/commit.js';
import type { EventStore } from '#shared/event-store/event-store.js';
import { Fault } from '#shared/kernel/fault.js';
import type { Hash } from '#shared/kernel/hash.js';
import type { AggregateCase, Outcome } from './aggregate-case.js';
import { held, LogBetween, unrendered } from './log-between.js';

/** More commits than are read before a snapshot is requested, and than one read of the log returns. */
const LONG = 20;
/** A group is decided again 16 times. */
const TRIES = 17;

const numbers = (count: number, first = 1): number[] => Array.from({ length: count }, (_, n) => first + n);

/** The contract of the aggregate runtime for every aggregate of the product, on every store. */
export function aggregateSuite<A extends Aggregate>(on: string, aCase: AggregateCase<A>, open: () => Promise<EventStore>): void {
  const { definition, command, done } = aCase;

  describe(`the aggregate of ${aCase.name} on ${on}`, () => {
    let log: EventStore;
    let store: LogBetween;
    let subject: string;
    let one: AggregateRepository<A>;
    let lostRaces: number;
    let failed: unknown[];
    beforeAll(async () => {
      log = await open();
    }, 180_000);
    beforeEach(async () => {
      store = new LogBetween(log);
      subject = aCase.subject();
      [lostRaces, failed] = [0, []];
      one = repository();
      for (const decide of aCase.prepare) await another().transact(subject, decide);
    });

    function repository(change: Partial<AggregateDefinition<A>> = {}, snapshots?: SnapshotSource<A>): AggregateRepository<A> {
      const lostRace = (): void => {
        lostRaces += 1;
      };
      const hooks = { lostRace, failed: (thrown: unknown) => void failed.push(thrown) };
      return new AggregateRepository(store, { ...definition, ...change }, hooks, snapshots);
    }
    /** Another process on the same log. */
    const another = (): AggregateRepository<A> => new AggregateRepository(log, definition);
    const seenBy = (reader: AggregateRepository<A>, of = subject): Promise<readonly number[]> =>
      reader.query(of, (aggregate) => [...done(aggregate)].sort((a, b) => a - b));
    const commits = async (): Promise<readonly Commit[]> => {
      const all: Commit[] = [];
      for await (const commit of log.read(subject, NO_HEAD)) all.push(commit);
      return all;
    };
    const timesInLog = async (n: number): Promise<number> => aCase.countIn(await commits(), n);
    const doAll = (by: AggregateRepository<A>, all: readonly number[], of = subject): Promise<readonly Outcome[]> =>
      Promise.all(all.map((n) => by.transact(of, command(n))));

    it('decides waiting commands as one commit, each on the state after the previous one', async () => {
      const before = (await commits()).length;
      const outcomes = await Promise.all([...numbers(30), 30].map((n, who) => one.transact(subject, command(n, `${who}`))));
      expect(outcomes).toEqual([...numbers(30).map(() => 'done'), 'refused']);
      expect((await commits()).length - before).toBeLessThanOrEqual(2); // the first alone, and all that came while it was written
      expect(await seenBy(one)).toEqual(numbers(30));
    });

    it('shows no reader a decision that is not in the log, and hands out no result before that', async () => {
      await doAll(one, [1]);
      const { landed, letGo } = held(store);
      const told: string[] = [];
      const deciding = one.transact(subject, command(2)).then(() => told.push('the caller'));
      await landed;
      const reading = seenBy(one).then((seen) => {
        told.push('a reader');
        return seen;
      });
      await nextTurn();
      expect(told).toEqual([]);
      letGo();
      await deciding;
      expect(await reading).toEqual([1, 2]);
    });

    it('keeps nothing of a commit that did not land, when its outcome is not known', async () => {
      await doAll(one, [1]);
      store.next = () => Promise.reject(new Fault('append-unknown', {}));
      await expect(doAll(one, [2, 3])).rejects.toMatchObject({ code: 'append-unknown' });
      expect([await seenBy(one), failed.length]).toEqual([[1], 1]);
      expect(await doAll(one, [2, 3])).toEqual(['done', 'done']);
      expect([await seenBy(one), await timesInLog(2)]).toEqual([[1, 2, 3], 1]);
    });

    it('finds a commit that did land, when its outcome is not known, and does it no second time', async () => {
      store.next = async (append) => {
        await append();
        throw new Fault('append-unknown', {});
      };
      await expect(doAll(one, [1])).rejects.toMatchObject({ code: 'append-unknown' });
      expect(await one.transact(subject, command(1, 'again'))).toBe('refused');
      expect([await seenBy(one), await timesInLog(1)]).toEqual([[1], 1]);
    });

    it('decides again on what another process wrote meanwhile', async () => {
      await doAll(one, [1]);
      store.next = async (append) => {
        await doAll(another(), [2, 3]);
        return append();
      };
      const outcomes = await Promise.all([one.transact(subject, command(3, 'late')), one.transact(subject, command(4))]);
      expect([outcomes, lostRaces > 0]).toEqual([['refused', 'done'], true]);
      expect([await seenBy(one), await timesInLog(3)]).toEqual([[1, 2, 3, 4], 1]);
    });

    it('lets only one of two processes do each command, and both continue', async () => {
      const processes = [one, another()];
      const outcomes = await Promise.all(
        processes.flatMap((by, who) => numbers(25).map((n) => by.transact(subject, command(n, `${who}`)))),
      );
      expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(25);
      expect(await Promise.all(processes.map((by) => seenBy(by)))).toEqual([numbers(25), numbers(25)]);
      for (const n of numbers(25)) expect(await timesInLog(n)).toBe(1);
    });

    it('gives up for now, with an error, when others are always faster', async () => {
      const append = async (): Promise<undefined> => {
        store.next = append;
        return undefined;
      };
      store.next = append;
      await expect(doAll(one, [1])).rejects.toMatchObject({ code: 'append-unknown' });
      expect([lostRaces, failed.length]).toEqual([TRIES, 1]);
      store.next = undefined;
      expect(await doAll(one, [1])).toEqual(['done']);
    });

    it('lets another process take over from one that stopped between append and answer, and refuses the first one afterwards', async () => {
      const { landed, letGo } = held(store);
      const stopped = one.transact(subject, command(1));
      await landed;
      const other = another();
      expect(await other.transact(subject, command(1, 'other'))).toBe('refused');
      await doAll(other, [2]);
      letGo(); // it was only slow: its state is outdated
      expect(await stopped).toBe('done');
      expect(await Promise.all([one.transact(subject, command(2, 'late')), one.transact(subject, command(3))])).toEqual([
        'refused',
        'done',
      ]);
      expect(await Promise.all([seenBy(one), seenBy(other)])).toEqual([numbers(3), numbers(3)]);
    });

    it('answers nothing from an old state: a result without events is held against the log', async () => {
      await doAll(one, [1]);
      await doAll(another(), [2]);
      const count = await one.transact(subject, (aggregate) => ({ result: done(aggregate).length, events: [], bytes: 0 }));
      expect([count, lostRaces]).toEqual([2, 1]);
      const { reads } = store;
      const recorded = await one.transact(subject, (aggregate) => ({
        result: done(aggregate).length,
        events: [],
        bytes: 0,
        isRecorded: true,
      }));
      expect([recorded, store.reads - reads]).toEqual([2, 0]);
    });

    it('fails one command that throws half way, and leaves its neighbours alone', async () => {
      await doAll(one, [1]);
      const poison: Decide<A, Outcome> = (aggregate) => {
        void command(9)(aggregate); // it is applied already
        throw new Error('poison');
      };
      const all = [command(2), command(3), poison, command(4), poison, command(5)];
      const outcomes = await Promise.allSettled(all.map((decide) => one.transact(subject, decide)));
      const told = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : (outcome.reason as Error).message));
      expect(told).toEqual(['done', 'done', 'poison', 'done', 'poison', 'done']);
      expect([await seenBy(one), await seenBy(another()), failed]).toEqual([numbers(5), numbers(5), []]);
    });

    it('fails every command of a group whose read of the log fails, and continues afterwards', async () => {
      await doAll(one, [1]);
      const unreadable: Decide<A, Outcome> = () => Promise.reject(new Fault('log-unreachable', {}));
      const outcomes = await Promise.allSettled([command(2), command(3), unreadable].map((decide) => one.transact(subject, decide)));
      expect(outcomes.at(-1)).toMatchObject({ reason: { code: 'log-unreachable' } });
      const lost = [2, 3].filter((_, index) => outcomes[index]?.status === 'rejected');
      expect(await doAll(one, lost)).toEqual(lost.map(() => 'done'));
      expect([await seenBy(one), failed.length]).toEqual([[1, 2, 3], 1]);
    });

    it('decides a command that depends on another of its commit when that is in the log', async () => {
      const heads: number[] = [];
      const dependent: Decide<A, Outcome> = (aggregate) => {
        heads.push(aggregate.head.version);
        return heads.length === 1 ? AFTER_COMMIT : command(3)(aggregate);
      };
      await doAll(one, [1]);
      const { landed, letGo } = held(store);
      const first = doAll(one, [2]);
      await landed;
      const rest = Promise.all([command(4), dependent, command(5)].map((decide) => one.transact(subject, decide)));
      letGo();
      expect([await first, await rest]).toEqual([['done'], ['done', 'done', 'done']]);
      expect(heads[1]).toBe((heads[0] ?? 0) + 1);
      expect(await seenBy(one)).toEqual(numbers(5));
    });

    it('splits a group that is too large for a commit, and fails a command that is too large alone', async () => {
      await doAll(one, [1]);
      const [each] = (await commits()).slice(-1).map(({ events, keys }) => events.length + keys.length);
      store.maxEvents = 2 * (each ?? 1);
      expect(await doAll(one, numbers(10, 2))).toEqual(numbers(10).map(() => 'done'));
      store.maxEvents = 0;
      await expect(doAll(one, [12])).rejects.toMatchObject({ code: 'commit-too-large' });
      expect([await seenBy(one), failed]).toEqual([numbers(11), []]);
    });

    it('serves concurrent readers with one read of the log, and fails a reader alone whose rendering throws', async () => {
      await doAll(one, [1]);
      await seenBy(one);
      const { reads } = store;
      const readers = [...numbers(40).map(() => seenBy(one)), one.query(subject, unrendered)];
      const outcomes = await Promise.allSettled(readers);
      expect(store.reads - reads).toBe(1);
      expect(outcomes.map(({ status }) => status)).toEqual([...numbers(40).map(() => 'fulfilled'), 'rejected']);
      expect(await seenBy(one)).toEqual([1]);
    });

    it('evicts no aggregate that is in use, and reads an evicted one from the log', async () => {
      const small = repository({ maxWeight: 1 });
      const others = [aCase.subject(), aCase.subject()];
      for (const of of others) for (const decide of aCase.prepare) await another().transact(of, decide);
      await doAll(small, [1]);
      const { landed, letGo } = held(store);
      const deciding = doAll(small, [2]);
      await landed;
      for (const of of others)
        expect([await doAll(small, [1, 2], of), await seenBy(small, of)]).toEqual([
          ['done', 'done'],
          [1, 2],
        ]);
      const reading = seenBy(small);
      letGo();
      expect([await deciding, await reading]).toEqual([['done'], [1, 2]]);
      for (const of of others) expect(await doAll(small, [3], of)).toEqual(['done']);
      expect([await doAll(small, [3]), await seenBy(small), await seenBy(small, others[0])]).toEqual([['done'], numbers(3), numbers(3)]);
    });

    describe('that is long', () => {
      const all = numbers(LONG);
      beforeEach(async () => {
        for (const n of all) await doAll(one, [n]);
      });

      /** As of this number of commits. */
      async function takenAt(version: number, change: Partial<Head> = {}): Promise<A> {
        const aggregate = definition.empty(subject);
        for (const commit of await commits()) if (commit.version <= version) aggregate.apply(commit);
        Object.assign(aggregate, { head: { ...headOf(aggregate.head), ...change } });
        return aggregate;
      }
      const beginningAt = (taken: A | undefined): AggregateRepository<A> =>
        repository({}, { find: async () => taken, notice: () => undefined });

      it('begins at a stale snapshot and reads on', async () => {
        const taken = await takenAt(12);
        expect(await seenBy(beginningAt(taken))).toEqual(all);
        expect(taken.head.version).toBe((await commits()).length); // it is the very one
        expect(await doAll(beginningAt(await takenAt(12)), [LONG + 1])).toEqual(['done']);
      });

      it('is read from its first commit if no snapshot can be used', async () => {
        expect(await seenBy(beginningAt(undefined))).toEqual(all);
      });

      it.each([
        ['is ahead of the log', { sequence: 1_000_000_000 }, 'log-shrunk'],
        ['is of another log', { hash: 'another' as Hash }, 'log-broken'],
      ])('[L3] neither decides nor reads on a snapshot that %s', async (_, change, code) => {
        const before = (await commits()).length;
        const wrong = beginningAt(await takenAt(12, change));
        await expect(seenBy(wrong)).rejects.toMatchObject({ code });
        await expect(doAll(wrong, [LONG + 1])).rejects.toMatchObject({ code });
        expect([(await commits()).length, failed.length]).toEqual([before, 1]);
      });

      it('catches up when it fell far behind, for a reader and for a decision', async () => {
        const behind = repository();
        await seenBy(behind);
        const decider = repository();
        await doAll(decider, [LONG + 1]);
        const more = numbers(LONG, LONG + 2);
        for (const n of more) await doAll(another(), [n]);
        expect(await seenBy(behind)).toEqual([...all, LONG + 1, ...more]);
        expect(await decider.transact(subject, command(more.at(-1) ?? 0, 'late'))).toBe('refused');
      });
    });
  });
}
