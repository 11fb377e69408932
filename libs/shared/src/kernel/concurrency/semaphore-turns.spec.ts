import fc from 'fast-check';
import { Semaphore } from './semaphore.js';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Tasks that end when the test ends them, in the order of their start. */
class Works {
  readonly begun: string[] = [];
  private readonly ends: (() => void)[] = [];
  running = 0;
  most = 0;

  constructor(private readonly lane: Semaphore) {}

  add(key: string, fails = false): Promise<unknown> {
    return this.lane
      .run(async () => {
        this.begun.push(key);
        this.running += 1;
        this.most = Math.max(this.most, this.running);
        await new Promise<void>((resolve) => this.ends.push(resolve));
        this.running -= 1;
        if (fails) throw new Error('it failed');
      }, key)
      .catch(() => undefined);
  }

  async end(): Promise<void> {
    this.ends.shift()?.();
    await settled();
  }
}

describe('slots that are shared in turn', () => {
  it('[L13] [minting DL2] delay a key by one turn, however much waits for another', async () => {
    const works = new Works(new Semaphore(2));
    for (let work = 0; work < 1_000; work += 1) void works.add('much');
    void works.add('one');
    await works.end();
    expect(works.begun).toEqual(['much', 'much', 'much']); // the key whose turn it was
    await works.end();
    expect(works.begun.at(-1)).toBe('one');
  });

  it('are released whether the task succeeds or fails, and never exceed the limit', async () => {
    const step = fc.record({ key: fc.constantFrom('a', 'b', 'c'), fails: fc.boolean(), ends: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 40 }), async (width, steps) => {
        const works = new Works(new Semaphore(width));
        const all: Promise<unknown>[] = [];
        for (const { key, fails, ends } of steps) {
          all.push(works.add(key, fails));
          for (let end = 0; end < ends; end += 1) await works.end();
        }
        while (works.begun.length < steps.length || works.running > 0) await works.end();
        await Promise.all(all);
        expect([works.begun.length, works.most <= width]).toEqual([steps.length, true]);
      }),
      { numRuns: 100 },
    );
  });

  it('never let a key begin twice while another waits, in any order of arrival', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 60 }), async (keys) => {
        const works = new Works(new Semaphore(1));
        void works.add('first');
        for (const key of keys) void works.add(key);
        while (works.begun.length <= keys.length) await works.end();
        const left = new Map<string, number>();
        for (const key of keys) left.set(key, (left.get(key) ?? 0) + 1);
        const order = works.begun.slice(1);
        for (const [index, key] of order.entries()) {
          left.set(key, (left.get(key) ?? 0) - 1);
          const waiting = [...left].filter(([other, count]) => other !== key && count > 0).length;
          expect(order.slice(index + 1, index + 1 + waiting)).not.toContain(key);
        }
      }),
      { numRuns: 100 },
    );
  });
});
