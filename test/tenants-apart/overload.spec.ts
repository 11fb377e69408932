import { randomUUID } from 'node:crypto';
import { type Admission, isAdmitted, TenantLimits, WAITING } from '#shared/platform/tenants/tenant-limits.js';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { WEBHOOK_PATH } from '../../apps/purchase/src/api/http/payment-webhook.js';
import { startPaymentProvider } from '../../dev/payments/provider.js';
import { waitFor } from '../../dev/processes/wait.js';
import { addressOfApp } from '../harness/scrape.js';
import { Shop } from '../stages/shop.js';

/** Bodies that no parser accepts: an answer other than 400 is given before they are read. */
const UNREADABLE = '{"sale":';
const WAIT_MS = 60_000;
const TOO_MANY = { status: 429, body: { code: 'too-many-waiting' } };

const shop = Shop.forTests('overload');
const waiting: Admission[] = [];

/** As many requests of demo wait as may, over either transport: both ask the same limits. */
function fill(): void {
  const limits = shop.app.get(TenantLimits, { strict: false });
  for (let count = 0; count < WAITING.most; count += 1) {
    const admission = limits.enter('demo', 'decision');
    if (!isAdmitted(admission)) throw new Error(`rejected: ${admission.why}`);
    waiting.push(admission);
  }
}

/** A payment received for an order of a sale with payment by webhook. */
async function unpaid(key: string) {
  const { body } = await shop.demo.place('paid', { quantity: 1 }, key);
  const order = String(body.order);
  return { tenant: 'demo', sale: 'paid', order, payment: `pay_${order}`, amount: '5000', currency: 'EUR' };
}

beforeAll(async () => {
  for (const shopper of [shop.demo, shop.acme]) await shopper.open('gala', { quota: 100 }, { maxPerBuyer: 100 });
  await shop.demo.open('paid', { quota: 10 }, { payment: 'webhook', holdSeconds: 3_600, maxPerBuyer: 10 });
});
afterEach(() => {
  for (const admission of waiting.splice(0)) admission.end();
});

describe('[L13] while as many requests of a tenant wait as may', () => {
  it('one more is rejected before it is read, over both transports, and its key is free', async () => {
    fill();
    expect(await shop.demo.ask('order.place', UNREADABLE)).toMatchObject({ ...TOO_MANY, retryAfter: '1' });
    const late = await shop.demoWeb.post('/v1/sales/gala/orders', UNREADABLE, 'late');
    expect(late).toMatchObject(TOO_MANY);
    expect(late.headers.get('Retry-After')).toBe('1');
    for (const admission of waiting.splice(0)) admission.end();
    expect(await shop.demo.place('gala', { quantity: 1 }, 'late')).toMatchObject({ status: 201, replayed: false });
  });

  it('[L4] a retry of a decided key receives 429 or its answer, and nothing else', async () => {
    const first = await shop.demo.place('gala', { quantity: 1 }, 'decided');
    fill();
    expect(await shop.demo.place('gala', { quantity: 1 }, 'decided')).toMatchObject(TOO_MANY);
    expect(await shop.demoWeb.place('gala', { quantity: 1 }, 'decided')).toMatchObject(TOO_MANY);
    for (const admission of waiting.splice(0)) admission.end();
    expect(await shop.demo.place('gala', { quantity: 1 }, 'decided')).toMatchObject({ status: 201, replayed: true, text: first.text });
  });

  it('its reads are answered, and its payments are recorded, by command and by webhook', async () => {
    const [confirmed, reported] = [await unpaid('confirmed'), await unpaid('reported')];
    const secrets = (await (await TenantRegister.on(shop.log.admin)).list()).find(({ tenant }) => tenant === 'demo')?.webhookSecrets;
    const webhookUrl = `${await addressOfApp(shop.app)}${WEBHOOK_PATH}`;
    const provider = await shop.keep(
      startPaymentProvider({ webhookUrl, secret: secrets?.[0]?.secret ?? '', retries: { firstMs: 50, longestMs: 500 } }),
    );
    fill();
    expect((await shop.demo.ask('sale.get', { sale: 'gala' })).status).toBe(200);
    expect((await shop.demoWeb.get('/v1/sales/gala')).status).toBe(200);
    const { tenant: _, ...payment } = confirmed;
    expect((await shop.demo.ask('payment.confirm', payment, randomUUID())).status).toBe(200);
    provider.pay(reported);
    await waitFor(() => provider.deliveries[0]?.state === 'taken', { what: 'the event is taken', timeoutMs: WAIT_MS });
    expect(provider.deliveries[0]?.tries.at(-1)).toBe(200);
    const stateOf = async (order: string): Promise<unknown> => (await shop.demo.ask('order.get', { sale: 'paid', order })).body.status;
    expect([await stateOf(confirmed.order), await stateOf(reported.order)]).toEqual(['confirmed', 'confirmed']);
  });

  it('another tenant is served over both transports', async () => {
    fill();
    expect((await shop.acme.place('gala', { quantity: 1 })).status).toBe(201);
    expect((await shop.acmeWeb.place('gala', { quantity: 1 })).status).toBe(201);
  });
});
