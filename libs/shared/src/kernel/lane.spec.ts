import { Lane } from './lane.js';

/** Nobody is held up for so long between two steps of a test, also on a machine that does much else. */
const LONGEST_MS = 500;

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Sends 40 into a lane; each runs until it is let go. */
async function crowd(lane: Lane): Promise<{ readonly begun: number[]; readonly end: (() => void)[] }> {
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
  const lane = new Lane(32, 60_000);
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

it('gives the place of one that takes too long to the next, so that a silent broker holds nobody up', async () => {
  const lane = new Lane(32, LONGEST_MS);
  const { begun, end } = await crowd(lane);
  expect(begun).toHaveLength(32);
  while (begun.length < 40) await settled();
  for (const letGo of end) letGo();
  await settled();
  const again = await crowd(lane);
  expect(again.begun).toHaveLength(32); // a place that was given away is not given twice
  while (again.end.length > 0) {
    for (const letGo of again.end.splice(0)) letGo();
    await settled();
  }
});

it('goes on after one that failed', async () => {
  const lane = new Lane(1);
  await expect(lane.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await lane.run(async () => 'next')).toBe('next');
});
