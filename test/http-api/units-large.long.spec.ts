import { leastMs } from '../harness/least-ms.js';
import { Shop } from '../stages/shop.js';

/** The bar is 200 ms on a machine with nothing else to do; a loaded one is several times slower. */
const BOUND_MS = 2_000;
/** The bar is 1 s on such a machine. */
const OPENS_MS = 5_000;
const MOST_BYTES = 2_000_000;
const ROWS = Array.from({ length: 1_000 }, (_, row) => ({ row: `R${row}`, from: 1, to: 100 }));
const shop = Shop.forTests('units-large');

it('opens a sale of 100,000 units in time, and sends them in time, compressed to less than 2 MB, at every version', async () => {
  const openedMs = await leastMs(OPENS_MS, async (round) => {
    expect((await shop.demoWeb.open(`hall-${round}`, { rows: ROWS }, { price: { amount: '5000', currency: 'EUR' } })).status).toBe(201);
    return undefined;
  });
  expect(openedMs).toBeLessThan(OPENS_MS);
  const url = `${shop.demoWeb.url}/v1/sales/hall-0/units`;
  const headers = { ...shop.demoWeb.authorization, 'Accept-Encoding': 'gzip' };
  await (await fetch(url, { headers })).arrayBuffer();
  const times: number[] = [];
  for (let order = 0; order < 5; order++) {
    await shop.demoWeb.place('hall-0', { units: [`R${order}-1`] });
    const began = performance.now();
    const response = await fetch(url, { headers });
    const { units } = (await response.json()) as { units: readonly { state: string }[] };
    times.push(performance.now() - began);
    expect([units.length, units.filter(({ state }) => state === 'sold').length]).toEqual([100_000, order + 1]);
    expect(Number(response.headers.get('Content-Length'))).toBeLessThan(MOST_BYTES);
  }
  expect(Math.min(...times)).toBeLessThan(BOUND_MS);
});
