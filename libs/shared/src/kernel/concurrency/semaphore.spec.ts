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

it('lets so many run, and then one for each that ends, in the order of their coming; no place is lost or made', async () => {
  const lane = new Semaphore(32, 60_000);
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

it('gives the place of one that takes too long to the next, so that a silent broker delays no other caller', async () => {
  const lane = new Semaphore(32, LONGEST_MS);
  const { begun, end } = await crowd(lane);
  expect(begun).toHaveLength(32);
  while (begun.length < 40) await settled();
  for (const letGo of end) letGo();
  await settled();
  const again = await crowd(lane);
  expect(again.begun).toHaveLength(32); // a place that was passed on is not passed on twice
  while (again.end.length > 0) {
    for (const letGo of again.end.splice(0)) letGo();
    await settled();
  }
});

it('goes on after one that failed', async () => {
  const lane = new Semaphore(1);
  await expect(lane.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await lane.run(async () => 'next')).toBe('next');
});

it('[L13] lets keys take turns: one in a rush keeps another waiting for one place, not for its rush', async () => {
  const lane = new Semaphore(1);
  const order: string[] = [];
  const send = (key: string, count: number): Promise<void>[] =>
    Array.from({ length: count }, () => lane.run(async () => void order.push(key), key));
  const rush = [...send('rush', 20), ...send('quiet', 2), ...send('calm', 1)];
  await Promise.all(rush);
  expect(order.slice(0, 6)).toEqual(['rush', 'rush', 'quiet', 'calm', 'rush', 'quiet']);
  expect(order.filter((key) => key === 'rush')).toHaveLength(20);
});

it('[L13] gives every place back, whatever its work ends with, for more than may run at once', async () => {
  const lane = new Semaphore(2, 60_000);
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
