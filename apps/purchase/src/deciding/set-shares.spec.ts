import fc from 'fast-check';
import { DECIDER_SETS } from '#shared/platform/topology/consumers.js';
import { type Beat, GONE_MS, readBeat, SetShares } from './set-shares.js';

const SETS = Array.from({ length: DECIDER_SETS }, (_, set) => set);
const beatOf = (process: string, startedAt: number, sets: readonly number[] = SETS): Beat => ({ process, startedAt, sets });

/** Processes with different names and any start times, the same two included. */
const processes = fc.uniqueArray(fc.record({ process: fc.string({ minLength: 1 }), startedAt: fc.integer({ min: 0, max: 5 }) }), {
  selector: ({ process }) => process,
  minLength: 1,
  maxLength: 9,
});

describe('shares of the sets of buckets', () => {
  it('give each set to exactly one of the processes that exchange heartbeats, and none two more than another', () => {
    fc.assert(
      fc.property(processes, (all) => {
        const shares = all.map((self) => {
          const of = new SetShares(self);
          for (const { process, startedAt } of all) of.hear(beatOf(process, startedAt), 0);
          return SETS.filter((set) => !of.isLeft(set));
        });
        expect(shares.flat().sort()).toEqual(SETS);
        const counts = shares.map(({ length }) => length);
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('[L6] leave no set without a process that pulls it, whatever heartbeats each has received', () => {
    const answer = fc.array(fc.record({ from: fc.nat(8), to: fc.nat(8) }), { maxLength: 60 });
    fc.assert(
      fc.property(processes, answer, (all, beats) => {
        const shares = all.map((self) => new SetShares(self));
        const pulledBy = (at: number): number[] => SETS.filter((set) => !(shares[at] as SetShares).isLeft(set));
        for (const { from, to } of beats) {
          const [sender, receiver] = [all[from], shares[to]];
          if (sender !== undefined) receiver?.hear(beatOf(sender.process, sender.startedAt, pulledBy(from)), 0);
        }
        expect([...new Set(all.flatMap((_, at) => pulledBy(at)))].sort()).toEqual(SETS);
      }),
    );
  });

  it('return to the others when a process announces its stop, or sends no more heartbeats', () => {
    const shares = new SetShares({ process: 'a', startedAt: 0 });
    const left = (): number[] => SETS.filter((set) => shares.isLeft(set));
    expect(shares.hear(beatOf('b', 1), 0)).toBe(true);
    expect(shares.hear(beatOf('b', 1), 1)).toBe(false);
    expect([left(), shares.processes]).toEqual([[1, 3], 2]);
    shares.hear({ ...beatOf('b', 1), isLast: true }, 2);
    expect([left(), shares.processes]).toEqual([[], 1]);
    shares.hear(beatOf('b', 1), 10);
    shares.forgetGone(10 + GONE_MS - 1);
    expect(shares.processes).toBe(2);
    shares.forgetGone(10 + GONE_MS);
    expect([left(), shares.processes]).toEqual([[], 1]);
  });

  it('[L6] are kept by a process until the owner pulls them', () => {
    const shares = new SetShares({ process: 'a', startedAt: 0 });
    shares.hear(beatOf('b', 1, []), 0);
    expect(shares.isLeft(1)).toBe(false);
    shares.hear(beatOf('b', 1, [1]), 1);
    expect([shares.isLeft(1), shares.isLeft(3), shares.isPulledByAnother(1)]).toEqual([true, false, true]);
  });

  it('are not moved by messages that are no beats', () => {
    for (const text of ['', 'null', '[]', '{"process":1}', '{"process":"b","startedAt":"1","sets":[]}', '{"process":"b","startedAt":1}'])
      expect(readBeat(text)).toBeUndefined();
    expect(readBeat(JSON.stringify(beatOf('b', 1)))).toEqual(beatOf('b', 1));
  });
});
