import { jetstreamManager } from '@nats-io/jetstream';
import { saleSubject } from '#shared/event-store/event-store.js';
import { JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { WEBHOOK_PATH } from '../../apps/purchase/src/api/http/payment-webhook.js';
import type { PaymentEvent, PaymentOrder } from '../../dev/payments/event.js';
import { type PaymentProvider, startPaymentProvider } from '../../dev/payments/provider.js';
import { waitFor } from '../../dev/processes/wait.js';
import { commitsOf } from '../conformance/event-store-suite.js';
import { type Frame, LossyProxy } from '../harness/lossy-proxy.js';
import { startAt } from '../stages/crash-stage.js';
import { Shop } from '../stages/shop.js';

const WAIT_MS = 60_000;
const STORM_MS = 150_000; // 5 s on a machine with nothing else to do
const HOUR_MS = 3_600_000;

const shop = Shop.forTests('webhooks');
let provider: PaymentProvider;
let register: TenantRegister;

const secretOf = async (tenant: string): Promise<string> => {
  const found = (await register.list()).find((one) => one.tenant === tenant);
  return found?.webhookSecrets[0]?.secret ?? '';
};

beforeAll(async () => {
  register = await TenantRegister.on(shop.log.admin);
  provider = await shop.keep(
    startPaymentProvider({
      webhookUrl: `${await shop.app.getUrl()}${WEBHOOK_PATH}`,
      secret: await secretOf('demo'),
      retries: { firstMs: 50, longestMs: 500 },
    }),
  );
});

const open = (sale: string, places: number): Promise<unknown> =>
  shop.demo.open(sale, { quota: places }, { payment: 'webhook', holdSeconds: 3_600, maxPerBuyer: 100 });

async function placed(sale: string): Promise<PaymentOrder & { readonly payment: string }> {
  const { body } = await shop.demo.place(sale, { quantity: 1 });
  const order = String(body.order);
  return { tenant: 'demo', sale, order, payment: `pay_${order}`, amount: '5000', currency: 'EUR' };
}

const statusOf = async ({ sale, order }: PaymentOrder): Promise<unknown> => (await shop.demo.ask('order.get', { sale, order })).body.status;
const countsOf = async (sale: string): Promise<unknown> => (await shop.demo.ask('sale.get', { sale })).body.units;
const dueIn = async (sale: string): Promise<unknown> => (await shop.demo.ask('sale.refunds-due', { sale })).body.refundsDue;

/** How many events of each type the log has for an order. */
async function told(sale: string, order: string): Promise<Readonly<Record<string, number>>> {
  const commits = await commitsOf(await JetStreamEventStore.on(shop.log.admin), saleSubject('demo', sale));
  const types = commits.flatMap(({ events }) =>
    events.flatMap(({ type, data }) => ('order' in data && data.order === order ? [type] : [])),
  );
  return Object.fromEntries([...new Set(types)].map((type) => [type, types.filter((one) => one === type).length]));
}

async function taken(events: readonly PaymentEvent[], timeoutMs = WAIT_MS): Promise<void> {
  const ids = new Set(events.map(({ id }) => id));
  const states = (): string[] => provider.deliveries.filter(({ id }) => ids.has(id)).map(({ state }) => state);
  await waitFor(() => states().every((state) => state === 'taken'), { what: 'every event is taken', timeoutMs });
}

it('confirms a paid order, and reveals nothing of it to the provider', async () => {
  await open('paid', 10);
  const order = await placed('paid');
  await taken([provider.pay(order)]);
  expect(await statusOf(order)).toBe('confirmed');
  expect(provider.deliveries.at(-1)?.tries).toEqual([200]);
});

it('counts a payment once that the provider reports and the back end confirms', async () => {
  await open('both', 10);
  const order = await placed('both');
  const { tenant: _, ...report } = order;
  const [, confirmed] = await Promise.all([
    taken([provider.pay(order)]),
    shop.demo.askUntilSettled('payment.confirm', report, 'back-end-1'),
  ]);
  expect(confirmed.body).toMatchObject({ status: 'confirmed' });
  expect(await told('both', order.order)).toMatchObject({ PaymentReceived: 1, OrderConfirmed: 1 });
});

describe('an event without a valid signature', () => {
  it.each(['bad-signature', 'flipped-byte', 'old-timestamp'] as const)('is refused and stores nothing: %s', async (lie) => {
    await open(lie, 1);
    const order = await placed(lie);
    const before = await shop.log.settledSequences();
    const { id } = provider.pay(order, { lie });
    const tries = (): readonly (number | string)[] => provider.deliveries.find((one) => one.id === id)?.tries ?? [];
    await waitFor(() => tries().length >= 2, { what: 'two attempts of the delivery', timeoutMs: WAIT_MS });
    expect(new Set(tries())).toEqual(new Set([401]));
    expect(await shop.log.settledSequences()).toEqual(before);
    expect(await statusOf(order)).toBe('held');
  });

  it('is refused when it is signed by the secret of another tenant, or unsigned', async () => {
    await open('foreign', 1);
    const order = await placed('foreign');
    const before = await shop.log.settledSequences();
    const url = `${await shop.app.getUrl()}${WEBHOOK_PATH}`;
    const other = await startPaymentProvider({ webhookUrl: url, secret: await secretOf('acme'), retries: { attempts: 1 } });
    other.pay(order);
    await other.settled();
    const body = JSON.stringify({ type: 'payment.succeeded', data: order });
    const bare = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
    expect([other.deliveries[0]?.tries, bare.status, ((await bare.json()) as { readonly code: string }).code]).toEqual([
      [401],
      401,
      'signature-refused',
    ]);
    expect(await shop.log.settledSequences()).toEqual(before);
    await other.stop();
  });
});

it('takes the old secret and the new one while they rotate, and a wrong one never', async () => {
  await open('rotated', 3);
  const orders = [await placed('rotated'), await placed('rotated')] as const;
  const { webhookSecret = '' } = await register.rotate('demo', { apiKey: false, webhookSecret: true, natsUser: false, overlapMs: HOUR_MS });
  await taken([provider.pay(orders[0])]);
  provider.rotate(webhookSecret);
  provider.endRotation();
  await taken([provider.pay(orders[1])]); // sent again until this process has seen the new secret
  expect(await Promise.all(orders.map(statusOf))).toEqual(['confirmed', 'confirmed']);
});

it('owes back what does not fit, and confirms nothing by it', async () => {
  await open('lies', 3);
  const [short, foreign, unknown] = [await placed('lies'), await placed('lies'), await placed('lies')];
  await taken([
    provider.pay(short, { lie: 'wrong-amount' }),
    provider.pay(foreign, { lie: 'wrong-currency' }),
    provider.pay(unknown, { lie: 'unknown-order' }),
  ]);
  expect(await Promise.all([short, foreign, unknown].map(statusOf))).toEqual(['held', 'held', 'held']);
  expect(await dueIn('lies')).toMatchObject([{ amount: '5001' }, { currency: 'XTS' }]);
});

it('[L4] confirms 20 orders once each out of a storm: 50 copies of each payment, shuffled with failures and refunds', async () => {
  await open('storm', 20);
  const orders = await Promise.all(Array.from({ length: 20 }, () => placed('storm')));
  const refunded = orders.slice(0, 5);
  const events = [
    ...orders.map((order) => provider.pay(order, { copies: 50, hold: true })),
    ...orders.map((order) => provider.fail({ ...order, payment: `${order.payment}-declined` }, { copies: 5, hold: true })),
    ...orders.map((order) => provider.fail(order, { copies: 2, hold: true })),
    ...refunded.map((order) => provider.refund(order, { copies: 10, hold: true })),
  ];
  expect(provider.release('shuffled')).toBe(20 * 57 + 50);
  await taken(events, STORM_MS);
  for (const order of orders) {
    const counts = await told('storm', order.order);
    const isBack = refunded.includes(order);
    expect([await statusOf(order), counts.PaymentReceived]).toEqual([isBack ? 'refunded' : 'confirmed', 1]);
    expect(isBack ? (counts.OrderConfirmed ?? 0) <= 1 && counts.OrderRefunded === 1 : counts.OrderConfirmed === 1).toBe(true);
  }
  expect([await countsOf('storm'), await dueIn('storm')]).toEqual([{ opened: 20, available: 5, held: 0, sold: 15 }, []]);
}, 180_000);

function permutations<T>(all: readonly T[]): T[][] {
  if (all.length < 2) return [[...all]];
  return all.flatMap((one, index) => permutations([...all.slice(0, index), ...all.slice(index + 1)]).map((rest) => [one, ...rest]));
}

describe('in any order of arrival', () => {
  const kept = permutations(['failed', 'succeeded', 'succeeded'] as const);
  const back = permutations(['failed', 'succeeded', 'refunded', 'succeeded'] as const);

  it.each([
    ['is confirmed', 'kept', kept, 'confirmed', { PaymentReceived: 1, OrderConfirmed: 1 }, 1],
    ['is refunded', 'back', back, 'refunded', { RefundPaid: 1, OrderRefunded: 1 }, 0],
  ] as const)(
    'an order %s',
    async (_, sale, orderings, status, counts, sold) => {
      await open(sale, orderings.length);
      for (const ordering of orderings) {
        const order = await placed(sale);
        for (const outcome of ordering) await taken([provider.tell(outcome, order)]);
        expect([ordering, await statusOf(order), await told(sale, order.order)]).toEqual([
          ordering,
          status,
          expect.objectContaining(counts),
        ]);
      }
      const all = orderings.length;
      expect(await countsOf(sale)).toEqual({ opened: all, available: all - sold * all, held: 0, sold: sold * all });
      expect(await dueIn(sale)).toEqual([]);
    },
    300_000,
  );
});

it('changes nothing when it is sent again on day 4, after COMMANDS has dropped it', async () => {
  await open('day-4', 2);
  const order = await placed('day-4');
  const event = provider.pay(order);
  await taken([event]);
  await (await jetstreamManager(shop.log.admin)).streams.purge('COMMANDS');
  await shop.stopApp();
  await shop.log.server.kill9(); // removes the broker's own duplicate window with it
  await shop.log.server.restart();
  await waitFor(async () => (await shop.log.admin.rtt()) >= 0, { what: 'the server is back', timeoutMs: WAIT_MS });
  await shop.startApp();
  provider.moveTo(`${await shop.app.getUrl()}${WEBHOOK_PATH}`);
  await shop.demo.connected();
  const { EVENTS } = await shop.log.settledSequences();
  provider.send(event, { copies: 3 });
  await taken([event]);
  expect([(await shop.log.settledSequences()).EVENTS, await told('day-4', order.order)]).toEqual([
    EVENTS,
    expect.objectContaining({ PaymentReceived: 1, OrderConfirmed: 1 }),
  ]);
}, 300_000);

it('[L3] completes a payment whose process was lost between storing and deciding it', async () => {
  await open('killed', 1);
  const order = await placed('killed');
  await shop.stopApp();
  const proxy = await LossyProxy.before(shop.log.server.port);
  const doomed = await startAt(shop.log.server, proxy.url);
  provider.moveTo(`${await doomed.getUrl()}${WEBHOOK_PATH}`);
  const stored = proxy.loseNext(
    'down',
    ({ line, payload }: Frame) => line.startsWith('HMSG ') && payload.includes('"operation":"payment.confirm"'),
  );
  const event = provider.pay(order);
  await stored; // it is stored in COMMANDS, unread
  proxy.cut();
  expect(await told('killed', order.order)).not.toHaveProperty('PaymentReceived');
  await shop.startApp();
  provider.moveTo(`${await shop.app.getUrl()}${WEBHOOK_PATH}`);
  await taken([event]);
  await waitFor(async () => (await statusOf(order)) === 'confirmed', { what: 'the order is confirmed', timeoutMs: WAIT_MS });
  expect(await told('killed', order.order)).toMatchObject({ PaymentReceived: 1, OrderConfirmed: 1 });
  proxy.mend();
  await doomed.close();
  await proxy.stop();
}, 300_000);
