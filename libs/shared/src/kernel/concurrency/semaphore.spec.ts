import { Semaphore } from './semaphore.js';

/** The longest delay between two steps of a test, even on a busy machine. */
const LONGEST_MS = 500;

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Runs 40 tasks in a semaphore; each runs until it is released. */
async function crowd(lane: Semaphore): Promise<{ readonly begun: number[]; readonly end: (() => void)[] }> {
  const begun: number[] = [];
  const end: (() => void)[] = [];
  for (let index = 0; index < 40; index++)
    void lane.run(() => {
      begun.push(index);
      return new Promise<void>((resolve) => end.push(resolve));
    });
  await settled();
  return { begun, end };
}

it('runs a bounded number, then one for each that ends, in order of arrival; no slot is lost or added', async () => {
  const lane = new Semaphore({ width: 32, longestMs: 60_000 });
  const { begun, end } = await crowd(lane);
  expect(begun).toEqual(Array.from({ length: 32 }, (_, index) => index));
  end[5]?.();
  await settled();
  expect(begun.slice(32)).toEqual([32]);
  while (begun.length < 40 || end.length > 0) {
    for (const letGo of end.splice(0)) letGo();
    await settled();
  }
  const again = await crowd(lane);
  expect(again.begun).toHaveLength(32);
  while (again.end.length > 0) {
    for (const letGo of again.end.splice(0)) letGo();
    await settled();
  }
});

it('gives the slot of a slow task to the next one, so that a silent broker delays no other caller', async () => {
  const lane = new Semaphore({ width: 32, longestMs: LONGEST_MS });
  const { begun, end } = await crowd(lane);
  expect(begun).toHaveLength(32);
  while (begun.length < 40) await settled();
  for (const letGo of end) letGo();
  await settled();
  const again = await crowd(lane);
  expect(again.begun).toHaveLength(32); // a slot that was passed on is not passed on twice
  while (again.end.length > 0) {
    for (const letGo of again.end.splice(0)) letGo();
    await settled();
  }
});

it('continues after a task that failed', async () => {
  const lane = new Semaphore(1);
  await expect(lane.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await lane.run(async () => 'next')).toBe('next');
});

it('[L13] lets keys take turns: a busy key delays another by one slot, not by its queue', async () => {
  const lane = new Semaphore(1);
  const order: string[] = [];
  const send = (key: string, count: number): Promise<void>[] =>
    Array.from({ length: count }, () => lane.run(async () => void order.push(key), key));
  const rush = [...send('rush', 20), ...send('quiet', 2), ...send('calm', 1)];
  await Promise.all(rush);
  expect(order.slice(0, 6)).toEqual(['rush', 'rush', 'quiet', 'calm', 'rush', 'quiet']);
  expect(order.filter((key) => key === 'rush')).toHaveLength(20);
});

it('[L13] releases every slot, whatever the result of its task, for more than may run at once', async () => {
  const lane = new Semaphore({ width: 2, longestMs: 60_000 });
  const ends = [
    async () => 1,
    () => Promise.reject(new Error('no')),
    (): Promise<number> => {
      throw new Error('at once');
    },
  ];
  for (let turn = 0; turn < 12; turn++)
    await lane.run(ends[turn % ends.length] as () => Promise<number>, `${turn % 2}`).catch(() => undefined);
  const { begun, end } = await crowd(lane);
  expect(begun).toHaveLength(2);
  while (end.length > 0) {
    for (const letGo of end.splice(0)) letGo();
    await settled();
  }
});

/** Runs until it is let go. */
function hold(lane: Semaphore, key: string, count: number): { readonly begun: () => number; readonly end: () => Promise<void> } {
  const end: (() => void)[] = [];
  let begun = 0;
  for (let index = 0; index < count; index += 1)
    void lane.run(() => {
      begun += 1;
      return new Promise<void>((resolve) => end.push(resolve));
    }, key);
  return {
    begun: () => begun,
    end: async () => {
      end.shift()?.();
      await settled();
    },
  };
}

it('[L13] gives a key that is alone all slots, and only its share once another is in use', async () => {
  const lane = new Semaphore({ width: 8, perKey: 3 });
  const flood = hold(lane, 'flood', 100);
  expect(flood.begun()).toBe(8);
  const quiet = hold(lane, 'quiet', 2);
  expect(quiet.begun()).toBe(0);
  await flood.end();
  expect([flood.begun(), quiet.begun()]).toEqual([8, 1]);
  await flood.end();
  expect([flood.begun(), quiet.begun()]).toEqual([8, 2]);
  for (let end = 0; end < 4; end += 1) await flood.end();
  expect(flood.begun()).toBe(9); // 2 of 8 exceeded their time, which is below its share
  const calm = hold(lane, 'calm', 4);
  expect(calm.begun()).toBe(3); // 5 slots were free at once, however many tasks of the flood wait
  for (let end = 0; end < 200; end += 1) await Promise.all([flood.end(), quiet.end(), calm.end()]);
  expect([flood.begun(), quiet.begun(), calm.begun()]).toEqual([100, 2, 4]);
  expect(hold(lane, 'calm', 8).begun()).toBe(3); // no slot was lost: its share is free again
});

it('[L13] counts a key as in use for ten seconds after its last task, and then gives all slots to the key that is alone', async () => {
  let now = 0;
  const lane = new Semaphore({ width: 4, perKey: 1 }, () => now);
  await lane.run(async () => undefined, 'quiet');
  now = 9_999;
  const flood = hold(lane, 'flood', 3);
  expect(flood.begun()).toBe(1);
  now = 10_000;
  const later = hold(lane, 'flood', 2);
  await settled();
  expect([later.begun(), flood.begun()]).toEqual([1, 3]); // earlier tasks begin first
});
