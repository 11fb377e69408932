import { randomBytes } from 'node:crypto';
import { jetstreamManager } from '@nats-io/jetstream';
import { Webhook } from 'standardwebhooks';
import { saleSubject } from '#shared/event-store/event-store.js';
import type { Tenant } from '#shared/platform/tenants/tenant.js';
import { PaymentWebhook } from '../../apps/purchase/src/api/http/payment-webhook.js';
import { PurchaseMetrics } from '../../apps/purchase/src/metrics.js';
import { PaymentReports } from '../../apps/purchase/src/payments/payment-reports.js';
import { Intake } from '../../apps/purchase/src/requests/intake.js';
import { waitFor } from '../../dev/processes/wait.js';
import { recordedIn } from '../harness/recorded.js';
import { SILENT, settingsAt } from '../stages/crash-stage.js';
import { becomesPending, heldDeciders } from '../stages/held-deciders.js';
import { purchaseContext } from '../stages/purchase-context.js';
import { Shop } from '../stages/shop.js';

const SALE = 'paid';
const secret = `whsec_${randomBytes(32).toString('base64')}`;
const shop = Shop.forTests('audit-webhooks');
let webhook: PaymentWebhook;

beforeAll(async () => {
  const { server } = shop.log;
  const app = await purchaseContext(settingsAt(server, server.url));
  shop.onClose(() => app.close());
  const tenants = { active: () => ({ tenant: 'demo', webhookSecrets: [{ secret }] }) as unknown as Tenant };
  const [intake, metrics] = [app.get(Intake, { strict: false }), app.get(PurchaseMetrics, { strict: false })];
  webhook = new PaymentWebhook(new PaymentReports(intake, metrics, SILENT), tenants);
  await shop.demo.open(SALE, { quota: 100 }, { payment: 'webhook', maxPerBuyer: 100 });
});

const placed = async (): Promise<string> => String((await shop.demo.place(SALE, { quantity: 1 })).body.order);

/** The provider's report of an order's payment, signed now. */
function tell(id: string, order: string, type = 'payment.succeeded') {
  const data = { tenant: 'demo', sale: SALE, order, payment: `pay-${order}`, amount: '5000', currency: 'EUR' };
  const body = JSON.stringify({ type, data });
  const at = new Date();
  const signature = new Webhook(secret).sign(id, at, body);
  const headers = { 'webhook-id': id, 'webhook-timestamp': `${Math.floor(at.getTime() / 1_000)}`, 'webhook-signature': signature };
  return webhook.receive(headers, Buffer.from(body));
}

const told = async (order: string): Promise<string[]> => {
  const recorded = await recordedIn(shop.log, saleSubject('demo', SALE));
  return recorded.flatMap((event) => (JSON.stringify(event.data).includes(order) ? [event.type] : []));
};
const confirmations = async (order: string) => (await told(order)).filter((type) => type === 'OrderConfirmed');
const statusOf = async (order: string): Promise<unknown> => (await shop.demo.ask('order.get', { sale: SALE, order })).body.status;
const becomes = (order: string, status: string) =>
  waitFor(async () => (await statusOf(order)) === status, { what: `the order is ${status}`, timeoutMs: 60_000 });

it('[minting WI2] [minting WI5] [minting WI6] confirms once when 50 copies of one event arrive at once, and answers each with 2xx', async () => {
  const order = await placed();
  const answer = await Promise.all(Array.from({ length: 50 }, () => tell('evt-storm', order)));
  expect(new Set(answer.map(({ status }) => status))).toEqual(new Set([200]));
  expect(await statusOf(order)).toBe('confirmed');
  expect((await tell('evt-storm', order)).status).toBe(200);
  expect((await tell('evt-another-id', order)).status).toBe(200);
  const decided = 'CommandDecided'; // of the order, of the event, and of the other event, which changes nothing
  expect(await told(order)).toEqual([decided, 'OrderPlaced', decided, 'PaymentReceived', 'OrderConfirmed', decided]);
});

it('[minting WI4] shows the reported payment on the order', async () => {
  const order = await placed();
  expect(await statusOf(order)).toBe('held');
  await tell('evt-status', order);
  await becomes(order, 'confirmed');
  expect((await shop.demo.ask('order.get', { sale: SALE, order })).body.payment).toBe(`pay-${order}`);
  await tell('evt-status-back', order, 'payment.refunded');
  expect(await statusOf(order)).toBe('refunded');
});

it('[minting WI6] has no effect again four days later, when nothing but the log knows it', async () => {
  const order = await placed();
  await tell('evt-late', order);
  await becomes(order, 'confirmed');
  const before = await told(order);
  await (await jetstreamManager(shop.log.admin)).streams.purge('COMMANDS');
  expect((await tell('evt-late', order)).status).toBe(200);
  expect(await told(order)).toEqual(before);
});

it('[minting WI5] answers 2xx to a copy that comes while the first is under way, once that is decided', async () => {
  const order = await placed();
  const release = await heldDeciders(shop.log);
  const first = tell('evt-copied', order);
  await becomesPending(shop.log, 'evt-copied', 'webhook');
  const copy = tell('evt-copied', order);
  await release();
  expect([(await first).status, (await copy).status]).toEqual([200, 200]);
  expect(await confirmations(order)).toHaveLength(1);
});

it('[minting WI3] [minting WI5] [blockchain TP-6] promises nothing of an event that is not decided, and completes it when it is sent again', async () => {
  const order = await placed();
  await shop.stopApp();
  expect(await tell('evt-orphan', order)).toMatchObject({
    status: 503,
    retryAfterSeconds: 1,
    body: expect.stringContaining('"not-decided"'),
  });
  expect(await tell('evt-orphan', order)).toMatchObject({ status: 503, retryAfterSeconds: 1 }); // a copy of it
  expect(await confirmations(order)).toEqual([]);
  await shop.startApp();
  await shop.demo.connected();
  await waitFor(async () => (await tell('evt-orphan', order)).status === 200, { what: 'its decision is in the log', timeoutMs: 60_000 });
  expect(await statusOf(order)).toBe('confirmed');
  expect(await confirmations(order)).toHaveLength(1);
});
