import { randomBytes } from 'node:crypto';
import { unmatchedEvents } from '#shared/platform/lookups/unmatched-events.js';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { STRIPE_PATH } from '../../apps/purchase/src/payments/stripe/stripe-webhook.js';
import type { PaymentEvent, PaymentOrder } from '../../dev/payments/event.js';
import { type PaymentProvider, startPaymentProvider } from '../../dev/payments/provider.js';
import { stripeEvent, stripeSignature } from '../../dev/payments/stripe.js';
import { waitFor } from '../../dev/processes/wait.js';
import { Shop } from '../stages/shop.js';

/** Stripe's events at the running app. There is no Postgres: a refund finds its order all the same. */

const WAIT_MS = 60_000;
const HOUR_MS = 3_600_000;
const newSecret = (): string => `whsec_${randomBytes(24).toString('hex')}`;
const [secret, ofAcme] = [newSecret(), newSecret()];
const shop = Shop.forTests('stripe');
let register: TenantRegister;
let stripe: PaymentProvider;

const urlOf = async (tenant: string): Promise<string> => `${await shop.app.getUrl()}${STRIPE_PATH.replace(':tenant', tenant)}`;
const startStripe = async (tenant: string, signedBy: string): Promise<PaymentProvider> =>
  shop.keep(
    startPaymentProvider({ webhookUrl: await urlOf(tenant), secret: signedBy, form: 'stripe', retries: { firstMs: 50, longestMs: 500 } }),
  );

beforeAll(async () => {
  register = await TenantRegister.on(shop.log.admin);
  await register.setStripeSecret('demo', secret, HOUR_MS);
  await register.setStripeSecret('acme', ofAcme, HOUR_MS);
  stripe = await startStripe('demo', secret);
  const answered = async (): Promise<boolean> => {
    const event = stripeEvent('succeeded', { tenant: 'demo', sale: 'none', order: `ord_${'a'.repeat(26)}`, amount: '1', currency: 'EUR' });
    return (await post('demo', event.body, secret)).status !== 401;
  };
  await waitFor(answered, { what: 'the app knows the secret', timeoutMs: WAIT_MS });
});

async function post(tenant: string, body: string, signedBy: string): Promise<Response> {
  const headers = { 'Content-Type': 'application/json', 'Stripe-Signature': stripeSignature(body, [signedBy], new Date()) };
  return fetch(await urlOf(tenant), { method: 'POST', headers, body });
}

async function placed(sale: string, currency = 'EUR', amount = '5000'): Promise<PaymentOrder & { readonly payment: string }> {
  await shop.demo.open(sale, { quota: 5 }, { payment: 'webhook', price: { amount, currency } });
  const order = String((await shop.demo.place(sale, { quantity: 1 })).body.order);
  return { tenant: 'demo', sale, order, payment: `pi_${sale}`, amount, currency };
}

const statusOf = async ({ sale, order }: PaymentOrder): Promise<unknown> => (await shop.demo.ask('order.get', { sale, order })).body.status;
const moneyOf = async (sale: string): Promise<object> => {
  const { refundsDue, problems } = (await shop.demo.ask('sale.refunds-due', { sale })).body;
  return { refundsDue, problems };
};
const triesOf = ({ id }: PaymentEvent): readonly (number | string)[] =>
  stripe.deliveries.filter((one) => one.id === id).flatMap(({ tries }) => tries);

async function taken(...events: readonly PaymentEvent[]): Promise<void> {
  const isTaken = ({ id }: PaymentEvent): boolean => stripe.deliveries.some((one) => one.id === id && one.state === 'taken');
  await waitFor(() => events.every(isTaken), { what: 'every event is taken', timeoutMs: WAIT_MS });
}

it('confirms a paid order, counts a refund by its id, and holds a disputed order', async () => {
  const order = await placed('stripe-paid');
  await taken(stripe.pay(order));
  expect(await statusOf(order)).toBe('confirmed');
  const part = { ...order, amount: '1000', refund: 're_1' };
  await taken(stripe.refund(part), stripe.refund(part), stripe.refund({ ...order, refundedTotal: '1000' }));
  expect([await statusOf(order), await moneyOf(order.sale)]).toEqual(['confirmed', { refundsDue: [], problems: [] }]);
  await taken(stripe.tell('dispute.opened', { ...order, amount: '4000', dispute: 'du_1' }));
  await taken(stripe.tell('dispute.lost', { ...order, amount: '4000', dispute: 'du_1' }));
  expect([await statusOf(order), await moneyOf(order.sale)]).toEqual(['refunded', { refundsDue: [], problems: [] }]);
});

it('[L6] makes the money due again when a refund failed, though the order is over', async () => {
  const order = await placed('stripe-failed');
  await taken(stripe.pay(order));
  await shop.demo.askUntilSettled('order.refund', { sale: order.sale, order: order.order }, 'give-back');
  const refund = { ...order, refund: 're_1' };
  await taken(stripe.refund(refund));
  expect([await statusOf(order), await moneyOf(order.sale)]).toEqual(['refunded', { refundsDue: [], problems: [] }]);
  await taken(stripe.tell('refund.failed', refund));
  expect(await moneyOf(order.sale)).toMatchObject({ refundsDue: [{ payment: order.payment, amount: '5000' }], problems: [] });
});

it('[minting WI5] answers 503 to a refund of an unknown payment, and Stripe resends it until it counts', async () => {
  const order = await placed('stripe-early');
  const refund = stripe.refund({ ...order, refund: 're_early' });
  await waitFor(() => triesOf(refund).length >= 2, { what: 'the refund was tried twice', timeoutMs: WAIT_MS });
  expect(new Set(triesOf(refund))).toEqual(new Set([503]));
  await taken(stripe.pay(order), refund);
  expect(await statusOf(order)).toBe('refunded');
});

it('takes zero-decimal and other currencies to the minor unit', async () => {
  for (const [currency, amount] of [
    ['JPY', '5000'],
    ['ISK', '50'],
    ['KWD', '5120'],
    ['UGX', '3'],
  ] as const) {
    const order = await placed(`stripe-${currency}`, currency, amount);
    await taken(stripe.pay(order));
    expect([currency, await statusOf(order)]).toEqual([currency, 'confirmed']);
  }
});

it('confirms once when fifty copies of one event arrive at once', async () => {
  const order = await placed('stripe-storm');
  const event = stripe.pay(order, { copies: 50 });
  await waitFor(() => stripe.deliveries.filter(({ id, state }) => id === event.id && state === 'taken').length === 50, {
    what: 'all copies are taken',
    timeoutMs: WAIT_MS,
  });
  expect([await statusOf(order), await moneyOf(order.sale)]).toEqual(['confirmed', { refundsDue: [], problems: [] }]);
});

describe('[L8] an event of another tenant, or not of Stripe', () => {
  it.each(['bad-signature', 'flipped-byte', 'old-timestamp'] as const)('is refused and stores nothing: %s', async (lie) => {
    const order = await placed(`stripe-${lie}`);
    const before = await shop.log.settledSequences();
    const event = stripe.pay(order, { lie });
    await waitFor(() => triesOf(event).length >= 2, { what: 'the event was sent twice', timeoutMs: WAIT_MS });
    expect([new Set(triesOf(event)), await statusOf(order)]).toEqual([new Set([401]), 'held']);
    expect(await shop.log.settledSequences()).toEqual(before);
  });

  it('reaches no order of another tenant by its own endpoint, its metadata or its payments', async () => {
    const order = await placed('stripe-theirs');
    await taken(stripe.pay(order));
    const before = await moneyOf(order.sale);
    const paid = stripeEvent('succeeded', { ...order, payment: 'pi_theirs' }).body;
    const named = JSON.parse(paid) as { data: { object: { metadata: Record<string, string> } } };
    named.data.object.metadata.admit_tenant = 'acme';
    const refund = stripeEvent('refunded', { ...order, refund: 're_theirs' }).body;
    const answer = [
      await post('acme', paid, ofAcme), // of tenant demo, as its metadata show
      await post('acme', JSON.stringify(named), ofAcme), // of a sale that acme does not have
      await post('acme', refund, ofAcme), // of a payment that acme does not have
      await post('demo', refund, ofAcme), // signed by acme
      await post('unknown', refund, ofAcme),
    ];
    expect(answer.map(({ status }) => status)).toEqual([200, 404, 503, 401, 401]);
    expect([await statusOf(order), await moneyOf(order.sale)]).toEqual(['confirmed', before]);
  });
});

it('takes the old secret and the new one while they roll, and the old one no more', async () => {
  const next = newSecret();
  const ping = JSON.stringify({ id: 'evt_ping', type: 'ping', created: 1, data: { object: {} } });
  const hears = (status: number, signedBy: string): Promise<unknown> =>
    waitFor(async () => (await post('acme', ping, signedBy)).status === status, {
      what: `the secret is answered ${status}`,
      timeoutMs: WAIT_MS,
    });
  await register.setStripeSecret('acme', next, HOUR_MS);
  await hears(200, next);
  await hears(200, ofAcme);
  await register.setStripeSecret('acme', newSecret(), 0);
  await hears(401, next);
  await register.setStripeSecret('acme', undefined, 0);
  expect((await register.list()).find(({ tenant }) => tenant === 'acme')?.stripeSecrets).toBeUndefined();
});

it('lists the events whose payment is not known', async () => {
  const listed: string[] = [];
  for await (const { tenant, event, type } of unmatchedEvents(shop.log.admin)) listed.push(`${tenant} ${type} ${event.slice(0, 4)}`);
  expect(listed).toEqual(['acme refund.created evt_']);
});
