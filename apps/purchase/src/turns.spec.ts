import { Turns } from './turns.js';

/** Takes turns until no more are given; what is left waits. */
async function takeAll(turns: Turns, count: number): Promise<{ readonly got: (() => void)[]; readonly order: number[] }> {
  const got: (() => void)[] = [];
  const order: number[] = [];
  for (let index = 0; index < count; index++)
    void turns.take().then((end) => {
      got.push(end);
      order.push(index);
    });
  await settled();
  return { got, order };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('lets 32 go on, and then one for each that ends, in the order of their coming', async () => {
  const turns = new Turns();
  const { got, order } = await takeAll(turns, 40);
  expect(order).toEqual(Array.from({ length: 32 }, (_, index) => index));
  got[5]?.();
  got[5]?.(); // ended once
  await settled();
  expect(order.slice(32)).toEqual([32]);
  for (const end of got.splice(0)) end();
  await settled();
  expect(order).toHaveLength(40);
  for (const end of got) end();
  const { got: again } = await takeAll(turns, 40);
  expect(again).toHaveLength(32); // no turn was lost, and none was made
  while (again.length > 0) {
    for (const end of again.splice(0)) end();
    await settled();
  }
});

it('gives a turn up for lost after a while, so that a silent broker holds nobody up', async () => {
  const { got } = await takeAll(new Turns(), 40);
  expect(got).toHaveLength(32);
  const began = performance.now();
  while (got.length < 40) await settled();
  expect(performance.now() - began).toBeLessThan(1_000);
  for (const end of got) end();
});
