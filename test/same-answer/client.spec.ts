import { AdmitClient } from '../../libs/client/src/client.js';
import { MemoryKeys } from '../../libs/client/src/keys.js';
import { CuttingProxy } from '../harness/cutting-proxy.js';
import { type Frame, LossyProxy } from '../harness/lossy-proxy.js';
import { counted, toldOf } from '../stages/crash-stage.js';
import { apiKeyOf } from '../stages/selling.js';
import { Shop } from '../stages/shop.js';

/** Short tries, so that a lost message costs this and not seconds. */
const RETRIES = { tryMs: 500, firstPauseMs: 20, longestPauseMs: 200 };

/** Nothing listens there. */
const NO_SERVER = 'nats://127.0.0.1:1';
const shop = Shop.forTests('client');
let proxy: LossyProxy;
let client: AdmitClient;

const throughProxy = (options: object = {}): Promise<AdmitClient> => {
  const servers = `${proxy.url},${NO_SERVER}`; // two addresses in one text, as NATS_URL has them
  const access = { ...shop.log.server.connection('demo'), servers, reconnectTimeWait: 50 };
  return AdmitClient.overNats(access, { tenant: 'demo', retryPolicy: RETRIES, ...options });
};

beforeAll(async () => {
  proxy = await shop.keep(LossyProxy.before(shop.log.server.port));
  client = await shop.keep(throughProxy());
  const terms = { name: 'Gala', price: { amount: '5000', currency: 'EUR' }, mint: 'on-request' } as const;
  for (const sale of ['lossy', 'cable', 'crash', 'away', 'http']) await client.openSale({ sale, units: { quota: 100 }, ...terms });
});

const isRequestOf =
  (buyer: string) =>
  ({ line, payload }: Frame): boolean =>
    line.startsWith('HPUB admit.') && payload.includes(`"buyer":"${buyer}"`);
const isAnswerTo =
  (buyer: string) =>
  ({ line, payload }: Frame): boolean =>
    line.startsWith('HMSG ') && payload.includes(`"buyer":"${buyer}"`);

it('[L1] orders exactly once over a network that loses requests and answers', async () => {
  const buyers = Array.from({ length: 60 }, (_, number) => `b-${number}`);
  const losses = buyers.flatMap((buyer, number) => [
    ...(number % 3 === 0 ? [] : [proxy.loseNext('down', isAnswerTo(buyer))]),
    ...(number % 2 === 0 ? [] : [proxy.loseNext('up', isRequestOf(buyer))]),
    ...(number % 5 === 0 ? [proxy.loseNext('down', isAnswerTo(buyer))] : []),
  ]);
  const outcomes = await Promise.all(buyers.map((buyer) => client.placeOrder({ sale: 'lossy', buyer, quantity: 1 })));
  await Promise.all(losses);
  expect(losses.length).toBeGreaterThan(60);
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(buyers.map(() => 'done'));
  const orders = outcomes.flatMap((outcome) => (outcome.outcome === 'done' ? [outcome.value.order] : []));
  const told = await toldOf(shop.log, 'lossy');
  expect([counted(told.decisions), counted(told.units)]).toEqual([
    [60, 60],
    [60, 60],
  ]);
  expect([...told.orders].sort()).toEqual(orders.sort());
});

it('orders exactly once when the cable is pulled again and again', async () => {
  const buyers = Array.from({ length: 40 }, (_, number) => `b-${number}`);
  let cuts = 0;
  const order = async (buyer: string, number: number): Promise<string> => {
    const asked = client.placeOrder({ sale: 'cable', buyer, quantity: 1 }, { intent: buyer });
    if (number % 4 === 0) {
      proxy.cut();
      proxy.mend();
      cuts += 1;
    }
    return (await asked).outcome;
  };
  for (let first = 0; first < buyers.length; first += 10) {
    const wave = buyers.slice(first, first + 10);
    expect(await Promise.all(wave.map((buyer, number) => order(buyer, number)))).toEqual(wave.map(() => 'done'));
  }
  expect([cuts, counted((await toldOf(shop.log, 'cable')).orders)]).toEqual([12, [40, 40]]);
});

it('has the answer of the process before it when that died without hearing it', async () => {
  const keys = new MemoryKeys(); // simulates a store on disk
  const lost = proxy.loseNext('down', isAnswerTo('b-crash'));
  const before = await throughProxy({ keys, retryPolicy: { ...RETRIES, totalMs: 100 } });
  const body = { sale: 'crash', buyer: 'b-crash', quantity: 1 };
  const first = await before.placeOrder(body, { intent: 'cart-1' });
  await lost;
  await before.close();
  expect(first).toMatchObject({ outcome: 'unknown', reason: expect.stringContaining('no answer in time') });
  const after = await throughProxy({ keys });
  const second = await after.placeOrder(body, { intent: 'cart-1' });
  expect(second).toMatchObject({ outcome: 'done', replayed: true, key: first.key, value: { status: 'confirmed' } });
  expect((await toldOf(shop.log, 'crash')).orders).toHaveLength(1);
  expect(await after.placeOrder({ ...body, quantity: 2 }, { intent: 'cart-1' }).catch((thrown: unknown) => thrown)).toMatchObject({
    name: 'RequestRejected',
    pointers: ['/quantity'],
  });
  await after.close();
});

it('waits for a service that is away', async () => {
  await shop.stopApp();
  const asked = client.placeOrder({ sale: 'away', buyer: 'b-1', quantity: 1 });
  await shop.startApp();
  expect(await asked).toMatchObject({ outcome: 'done', value: { sale: 'away' } });
});

it('returns refusals and reads as values', async () => {
  expect(await client.placeOrder({ sale: 'away', buyer: 'b-2', quantity: 100 })).toMatchObject({
    outcome: 'refused',
    problem: { code: 'sold-out', available: 99 },
  });
  expect(await client.sale({ sale: 'away' })).toMatchObject({ outcome: 'done', value: { units: { sold: 1 } } });
  expect(await client.order({ sale: 'away', order: `ord_${'a'.repeat(26)}` })).toMatchObject({
    outcome: 'refused',
    problem: { code: 'order-unknown' },
  });
  await expect(client.placeOrder({ sale: 'away', buyer: 'no name@example.org', quantity: 1 })).rejects.toMatchObject({
    pointers: ['/buyer'],
  });
});

describe('over HTTP', () => {
  const portOf = (url: string): number => Number(new URL(url).port);
  const overHttp = (url: string, tenant = 'demo', apiKey = apiKeyOf(tenant)): AdmitClient =>
    AdmitClient.overHttp({ url, apiKey }, { tenant, retryPolicy: RETRIES });

  it('[L1] orders exactly once over connections that break before and after the service received the request', async () => {
    const breaking = await CuttingProxy.before(portOf(await shop.app.getUrl()), { everyRequest: 3, everyAnswer: 4 });
    const caller = overHttp(breaking.url);
    const buyers = Array.from({ length: 40 }, (_, number) => `b-${number}`);
    const outcomes = await Promise.all(buyers.map((buyer) => caller.placeOrder({ sale: 'http', buyer, quantity: 1 })));
    await breaking.stop();
    expect(breaking.cut).toBeGreaterThan(20);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(buyers.map(() => 'done'));
    expect(outcomes.some((outcome) => outcome.outcome === 'done' && outcome.replayed)).toBe(true);
    expect(counted((await toldOf(shop.log, 'http')).orders)).toEqual([40, 40]);
  });

  it('asks all that can be asked, with the same keys and answers as over NATS', async () => {
    const caller = overHttp(await shop.app.getUrl());
    const terms = { name: 'Gala', price: { amount: '5000', currency: 'EUR' }, mint: 'on-request' } as const;
    const opened = await caller.openSale({ sale: 'http-2', units: { quota: 5 }, ...terms }, { key: 'same-open' });
    expect(await client.openSale({ sale: 'http-2', units: { quota: 5 }, ...terms }, { key: 'same-open' })).toEqual({
      ...opened,
      replayed: true,
    });
    const placed = await caller.placeOrder({ sale: 'http-2', buyer: 'b-1', quantity: 1 }, { key: 'same-order' });
    if (placed.outcome !== 'done') throw new Error(placed.outcome);
    const [{ order }, [first]] = [placed.value, placed.value.tickets];
    expect(await caller.order({ sale: 'http-2', order })).toEqual(await client.order({ sale: 'http-2', order }));
    expect(await caller.ticket({ sale: 'http-2', ticket: first?.ticket ?? '' })).toMatchObject({ outcome: 'done', value: { order } });
    expect(await caller.refundOrder({ sale: 'http-2', order })).toMatchObject({ outcome: 'refused', problem: { code: 'order-not-paid' } });
    const wallet = '4Nd1mYQp8gVJ6tYFvMZTvGtTb2vAYHRkLBgYDmUDUyHm';
    await caller.mintTickets({ sale: 'http-2', tickets: [first?.ticket ?? ''], wallet });
    expect(await caller.cancelOrder({ sale: 'http-2', order })).toMatchObject({ outcome: 'refused', problem: { code: 'irrevocable' } });
    expect(await caller.cancelOrder({ sale: 'http-2', order, override: true })).toMatchObject({
      outcome: 'done',
      value: { status: 'cancelled', tickets: [{ status: 'revoking' }] },
    });
    expect(await caller.closeSale({ sale: 'http-2' })).toMatchObject({ outcome: 'done', value: { closed: true } });
    expect(await caller.refundsDue({ sale: 'http-2' })).toMatchObject({ outcome: 'done', value: { refundsDue: [], problems: [] } });
    expect(await caller.sale({ sale: 'none' })).toMatchObject({ outcome: 'refused', problem: { code: 'sale-unknown' } });
    await expect(caller.placeOrder({ sale: 'http-2', buyer: 'b-1', quantity: 0 })).rejects.toMatchObject({ pointers: ['/quantity'] });
    await expect(caller.mintTickets({ sale: 'http-2', tickets: [first?.ticket ?? ''], wallet: 'nowhere' })).rejects.toMatchObject({
      pointers: ['/wallet'],
    });
  });

  it('gets an error at once for an invalid API key, or an address without a service', async () => {
    await expect(overHttp(await shop.app.getUrl(), 'demo', 'admit_not_a_key_of_anybody').sale({ sale: 'http' })).rejects.toMatchObject({
      problem: { status: 401, code: 'unauthorized' },
    });
    await expect(overHttp(`${await shop.app.getUrl()}/elsewhere`).sale({ sale: 'http' })).rejects.toMatchObject({
      problem: { code: 'route-unknown' },
    });
    await expect(
      overHttp(await shop.app.getUrl()).failPayment({ sale: 'http', order: 'o', payment: 'p', amount: '1', currency: 'EUR' }),
    ).rejects.toThrow('not available over HTTP');
  });
});
