import { ROUTES } from '../../apps/ledger/src/http/routes.js';
import { waitFor } from '../../dev/processes/wait.js';
import { LedgerClient } from '../../libs/client/src/ledger.js';
import { HttpCaller } from '../harness/http-caller.js';
import { RunningLedger } from '../stages/ledger-app.js';
import { apiKeyOf } from '../stages/selling.js';
import { Shop } from '../stages/shop.js';

const WAIT_MS = 60_000;
const ORDERS = 50;

const shop = Shop.forTests('ledger-away');
const ledger = RunningLedger.forTests(shop);
beforeAll(async () => {
  await shop.demoWeb.open('gala', { quota: ORDERS * 2 }, { maxPerBuyer: ORDERS * 2 });
  expect((await shop.demoWeb.place('gala', { quantity: 1 }, 'before')).status).toBe(201);
  await ledger.catchesUp();
});

async function expectAway(caller: HttpCaller): Promise<void> {
  for (const { path } of ROUTES) {
    const answer = await caller.get(path);
    expect([path, answer.status, answer.body.code]).toEqual([path, 503, 'ledger-unreachable']);
    expect([answer.headers.get('Content-Type'), answer.headers.get('Retry-After')]).toEqual([
      'application/problem+json; charset=utf-8',
      '1',
    ]);
    expect(answer.headers.get('Ledger-Position')).toBeNull();
    expect(answer.text).not.toMatch(/postgres|ECONN|127\.0\.0\.1|admit_/i); // internal metrics stay internal
  }
}
const soldIn = async (caller: HttpCaller): Promise<number> => {
  const { status, body } = await caller.get('/v1/ledger/balances?sale=gala&unitOfAccount=tickets:gala&account=sold');
  if (status !== 200) throw new Error(`${status}`);
  return Number((body.balances as { amount: string }[])[0]?.amount);
};
const back = (caller: HttpCaller, sold: number): Promise<void> =>
  waitFor(async () => (await soldIn(caller)) === sold, { what: `the ledger tells of ${sold} tickets`, timeoutMs: WAIT_MS });

describe('[L5] while Postgres is stopped', () => {
  it('queries are answered 503 with Retry-After, selling continues, and both agree again by themselves', async () => {
    expect(await soldIn(ledger.demo)).toBe(1);
    await ledger.postgres.part.stop();
    await expectAway(ledger.demo);
    expect(await ledger.demo.get('/v1/ledger?nonsense=1')).toMatchObject({ status: 400, body: { code: 'query-invalid' } });
    expect(await ledger.world.get('/v1/ledger')).toMatchObject({ status: 401 });
    expect((await ledger.demo.get('/docs/json')).status).toBe(200);
    expect((await ledger.demo.get('/health/live')).status).toBe(200);
    expect((await ledger.demo.get('/health/ready')).status).toBe(503);
    const placed = await Promise.all(Array.from({ length: ORDERS }, (_, n) => shop.demoWeb.place('gala', { quantity: 1 }, `away-${n}`)));
    expect(new Set(placed.map(({ status }) => status))).toEqual(new Set([201]));
    expect(await shop.demoWeb.get(`/v1/sales/gala/orders/${placed[0]?.body.order}`)).toMatchObject({
      status: 200,
      body: { status: 'confirmed' },
    });
    await expectAway(ledger.demo);
    await ledger.postgres.part.start();
    await back(ledger.demo, ORDERS + 1);
    expect((await ledger.demo.get(`/v1/ledger/orders?limit=1000`)).body.orders).toHaveLength(ORDERS + 1);
  }, 300_000);

  it('the client kit asks until it is back, and follows the pages', async () => {
    const client = new LedgerClient({ url: ledger.demo.url, apiKey: apiKeyOf('demo') }, { firstPauseMs: 20, longestPauseMs: 200 });
    await ledger.postgres.part.stop();
    const asked = client.page('balances', { sale: 'gala', account: 'sold', unitOfAccount: 'tickets:gala' });
    await expectAway(ledger.demo);
    await ledger.postgres.part.start();
    expect((await asked).balances).toMatchObject([{ account: 'sold', amount: `${ORDERS + 1}` }]);
    const orders: string[] = [];
    for await (const { order } of client.all('orders', { sale: 'gala', limit: 20 })) orders.push(order);
    expect(new Set(orders).size).toBe(ORDERS + 1);
    await expect(client.page('orders', { sale: 'a.b' })).rejects.toMatchObject({ pointers: ['query:sale'] });
  }, 300_000);

  it('a starting ledger answers so too, and serves as soon as Postgres is available', async () => {
    await ledger.postgres.part.stop();
    const later = await ledger.another();
    try {
      const caller = await HttpCaller.of(later, 'demo');
      await expectAway(caller);
      await ledger.postgres.part.start();
      await back(caller, ORDERS + 1);
    } finally {
      await later.close();
    }
  }, 300_000);

  it('killed without a word, it fails no query for longer than it is away', async () => {
    const asking = new AbortController();
    const told = new Map<number, number>();
    const askers = Array.from({ length: 8 }, async () => {
      while (!asking.signal.aborted) {
        const { status } = await ledger.demo.get('/v1/ledger/balances');
        told.set(status, (told.get(status) ?? 0) + 1);
      }
    });
    await waitFor(() => (told.get(200) ?? 0) > 20, { what: 'queries are answered', timeoutMs: WAIT_MS });
    await ledger.postgres.kill9();
    await waitFor(() => (told.get(503) ?? 0) > 0, { what: 'a query gets no response', timeoutMs: WAIT_MS });
    await ledger.postgres.restart();
    await back(ledger.demo, ORDERS + 1);
    asking.abort();
    await Promise.all(askers);
    expect([...told.keys()].sort()).toEqual([200, 503]);
  }, 300_000);
});
