import fc from 'fast-check';
import { ACK, nak, term } from './delivery.js';
import { type GroupLimits, KeyedGroups } from './keyed-groups.js';

const LIMITS: GroupLimits = { maxCount: 3, maxBytes: 100, maxKeys: 2 };

/** Records groups as they are handed over, and holds each until the test releases it. */
class HeldGroups {
  readonly handed: { readonly key: string; readonly group: readonly string[] }[] = [];
  readonly running = new Map<string, () => void>();
  readonly groups: KeyedGroups<string>;
  overlaps = 0;
  most = 0;

  constructor(limits: GroupLimits = LIMITS) {
    this.groups = new KeyedGroups(limits, (key, group) => this.handle(key, group));
  }

  add(key: string, items: readonly string[], bytes = 1): void {
    for (const item of items) this.groups.add(key, item, bytes);
  }

  /** Finishes the running group of a key, and waits for what follows. */
  async finish(key: string): Promise<void> {
    const done = this.running.get(key);
    if (done === undefined) throw new Error(`no group of ${key} runs`);
    done();
    await settled();
  }

  async finishAll(): Promise<void> {
    while (this.running.size > 0) for (const key of [...this.running.keys()]) await this.finish(key);
  }

  private handle(key: string, group: readonly string[]): Promise<void> {
    if (this.running.has(key)) this.overlaps += 1;
    this.handed.push({ key, group });
    return new Promise((resolve) => {
      this.running.set(key, () => {
        this.running.delete(key);
        resolve();
      });
      this.most = Math.max(this.most, this.running.size);
    });
  }
}

/** Every promise that needs no I/O has settled. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('keyed groups', () => {
  it('hand over a single item at once when idle', () => {
    const held = new HeldGroups();
    held.add('a', ['1']);
    expect(held.handed).toEqual([{ key: 'a', group: ['1'] }]);
  });

  it('hand over all items that arrived for a key meanwhile together, in order of arrival', async () => {
    const held = new HeldGroups();
    held.add('a', ['1', '2', '3']);
    await held.finish('a');
    expect(held.handed.map(({ group }) => group)).toEqual([['1'], ['2', '3']]);
  });

  it('close a group at its count', async () => {
    const held = new HeldGroups();
    held.add('a', ['1', '2', '3', '4', '5', '6']);
    await held.finishAll();
    expect(held.handed.map(({ group }) => group)).toEqual([['1'], ['2', '3', '4'], ['5', '6']]);
  });

  it('close a group at its bytes, and give a larger item its own group', async () => {
    const held = new HeldGroups();
    held.add('a', ['first']);
    held.add('a', ['40', '60'], 50);
    held.add('a', ['huge'], 500);
    held.add('a', ['small', 'small too'], 1);
    await held.finishAll();
    expect(held.handed.map(({ group }) => group)).toEqual([['first'], ['40', '60'], ['huge'], ['small', 'small too']]);
  });

  it('[L1] run one group of a key at a time', async () => {
    const held = new HeldGroups();
    held.add('a', ['1', '2']);
    await settled();
    expect([...held.running.keys()]).toEqual(['a']);
    expect(held.handed).toHaveLength(1);
  });

  it('run a bounded number of keys at once', async () => {
    const held = new HeldGroups();
    for (const key of ['a', 'b', 'c', 'd']) held.add(key, ['1']);
    expect([...held.running.keys()]).toEqual(['a', 'b']);
    await held.finish('a');
    expect([...held.running.keys()]).toEqual(['b', 'c']);
  });

  it('give keys turns: a busy key does not delay the others', async () => {
    const held = new HeldGroups({ ...LIMITS, maxKeys: 1 });
    held.add(
      'rush',
      Array.from({ length: 20 }, (_, item) => `${item}`),
    );
    held.add('quiet', ['q']);
    held.add('calm', ['c']);
    await held.finish('rush');
    await held.finish('rush');
    expect(held.handed.map(({ key }) => key)).toEqual(['rush', 'rush', 'quiet']);
    held.add('rush', ['more']);
    await held.finish('quiet');
    expect(held.handed.at(-1)?.key).toBe('calm');
  });

  it('list waiting items, not running ones', () => {
    const held = new HeldGroups();
    held.add('a', ['1', '2']);
    held.add('b', ['3']);
    held.add('c', ['4']);
    expect([...held.groups.pending()]).toEqual(['2', '4']);
  });

  it('are drained when nothing waits or runs, and at once when nothing ever did', async () => {
    const held = new HeldGroups();
    await held.groups.drained();
    held.add('a', ['1', '2']);
    let drained = 0;
    const both = [held.groups.drained(), held.groups.drained()].map((one) => one.then(() => (drained += 1)));
    await held.finish('a');
    expect(drained).toBe(0);
    await held.finish('a');
    await Promise.all(both);
    expect(drained).toBe(2);
  });

  it('lose nothing, repeat nothing, keep the order of each key and every limit, whatever happens', async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), bytes: fc.integer({ min: 1, max: 120 }) }) },
      { weight: 2, arbitrary: fc.nat() },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const held = new HeldGroups();
        const added = new Map<string, string[]>();
        const sizes = new Map<string, number>();
        for (const [index, each] of steps.entries()) {
          if (typeof each === 'number') {
            const key = [...held.running.keys()][each % Math.max(1, held.running.size)];
            if (key !== undefined) await held.finish(key);
            continue;
          }
          added.set(each.key, [...(added.get(each.key) ?? []), `${index}`]);
          sizes.set(`${index}`, each.bytes);
          held.add(each.key, [`${index}`], each.bytes);
        }
        const drained = held.groups.drained();
        await held.finishAll();
        await drained;
        for (const [key, items] of added) expect(held.handed.flatMap((each) => (each.key === key ? each.group : []))).toEqual(items);
        for (const { group } of held.handed) {
          const bytes = group.reduce((sum, item) => sum + (sizes.get(item) ?? 0), 0);
          expect(group.length === 1 || (group.length <= LIMITS.maxCount && bytes <= LIMITS.maxBytes)).toBe(true);
        }
        expect([held.overlaps, held.most <= LIMITS.maxKeys]).toEqual([0, true]);
      }),
      { numRuns: 200 },
    );
  });

  it('[minting DL2] let no key starve: a waiting key gets its group within one group of every other key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 1, max: 3 }), async (keys, maxKeys) => {
        const held = new HeldGroups({ ...LIMITS, maxKeys });
        const names = Array.from({ length: keys }, (_, key) => `key-${key}`);
        for (const key of names)
          held.add(
            key,
            Array.from({ length: 30 }, (_, item) => `${item}`),
          );
        for (let turn = 0; turn < keys * 3; turn++) await held.finish([...held.running.keys()][0] as string);
        for (const key of names) expect(held.handed.filter((each) => each.key === key).length).toBeGreaterThanOrEqual(2);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a settlement', () => {
  it('is ack, nak with a delay, or term with a reason', () => {
    expect([ACK, nak(500), term('unreadable')]).toEqual([
      { kind: 'ack' },
      { kind: 'nak', delayMs: 500 },
      { kind: 'term', reason: 'unreadable' },
    ]);
  });
});
