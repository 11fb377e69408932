import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { WEBHOOK_PATH } from '../../apps/purchase/src/api/http/payment-webhook.js';
import { recordedIn } from '../harness/recorded.js';
import { decidedBefore, takenBefore } from '../stages/earlier-version.js';
import { Shop } from '../stages/shop.js';

const shop = Shop.forTests('reported-ids');
let secret: string;
beforeAll(async () => {
  const tenants = await (await TenantRegister.on(shop.log.admin)).list();
  secret = tenants.find(({ tenant }) => tenant === 'demo')?.webhookSecrets[0]?.secret ?? '';
});

interface Paid {
  readonly sale: string;
  readonly order: string;
  readonly payment: string;
  readonly amount: string;
  readonly currency: string;
}

async function placed(sale: string, payment: string): Promise<Paid> {
  await shop.demo.open(sale, { quota: 5 }, { payment: 'webhook' });
  const { body } = await shop.demo.place(sale, { quantity: 1 });
  return { sale, order: String(body.order), payment, amount: '5000', currency: 'EUR' };
}

async function tell(paid: Paid, id: string, type = 'payment.succeeded'): Promise<number> {
  const [body, at] = [JSON.stringify({ type, data: { tenant: 'demo', ...paid } }), new Date()];
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': `${Math.floor(at.getTime() / 1_000)}`,
    'webhook-signature': new Webhook(secret).sign(id, at, body),
  };
  return (await shop.demoWeb.ask('POST', WEBHOOK_PATH, { headers, body })).status;
}

const logOf = async (sale: string): Promise<string> => JSON.stringify(await recordedIn(shop.log, `ev.demo.sale.${sale}`));
const statusOf = async ({ sale, order }: Paid): Promise<unknown> => (await shop.demo.ask('order.get', { sale, order })).body.status;

const refund = (id: string): object => ({ refund: id, amount: '1000' });
const dispute = (id: string): object => ({ dispute: id, amount: '1000' });
/** What else is reported of a payment, with an id of the provider. */
const REPORTS: readonly (readonly [string, (id: string) => object])[] = [
  ['payment.fail', () => ({})],
  ['payment.refunded', refund],
  ['payment.disputed', (id) => ({ ...dispute(id), status: 'opened' })],
  ['payment.disputed', (id) => ({ ...dispute(id), status: 'won' })],
  ['payment.disputed', (id) => ({ ...dispute(id), status: 'lost' })],
];
const EVENTS: readonly (readonly [string, (id: string) => object])[] = [
  ['payment.failed', () => ({})],
  ['payment.refunded', refund],
  ['payment.dispute.opened', dispute],
  ['payment.dispute.won', dispute],
  ['payment.dispute.lost', dispute],
];

/** The log has one event of the latest report, and nowhere the id as sent. */
async function recordedOnce(sale: string, id: string): Promise<boolean> {
  const log = await logOf(sale);
  const events = log.match(/"(PaymentFailed|RefundPaid|DisputeOpened|DisputeWon|DisputeLost)"/g) ?? [];
  return events.length === 1 && !log.includes(id);
}

const SUSPICIOUS = ['4111111111111111', 'ann@example.org', 'card:4111-1111-1111-1111', 'a payment / with more', 'ä', 'p'.repeat(300)];

describe('money is never refused for the id that it is reported with: the id is kept as a hash', () => {
  it.each(SUSPICIOUS.map((id, index) => [id, `hook-${index}`]))('by webhook: %s', async (payment, sale) => {
    const paid = await placed(sale, payment);
    expect(await tell(paid, `evt-${sale}`)).toBe(200);
    expect(await statusOf(paid)).toBe('confirmed');
    expect(await tell(paid, `evt-${sale}-again`)).toBe(200); // found under the same hash: not paid twice
    expect((await shop.demo.ask('sale.refunds-due', { sale })).body.refundsDue).toEqual([]);
    expect(await logOf(sale)).not.toContain(payment);
  });

  it.each(SUSPICIOUS.map((id, index) => [id, `nats-${index}`]))('over NATS: %s', async (payment, sale) => {
    const { sale: of, order, ...more } = await placed(sale, payment);
    const request = { sale: of, order, ...more };
    const first = await shop.demo.ask('payment.confirm', request, 'bob@example.org');
    expect(first).toMatchObject({ status: 200, body: { status: 'confirmed' } });
    expect(await shop.demo.ask('payment.confirm', request, 'bob@example.org')).toMatchObject({ text: first.text, replayed: true });
    const log = await logOf(sale);
    expect([log.includes(payment), log.includes('bob@example.org')]).toEqual([false, false]);
  });

  it('[L4] and the same request under an ordinary key gets the same answer', async () => {
    const request = await placed('ordinary-key', 'ann@example.org');
    const first = await shop.demo.ask('payment.confirm', request, 'report-1');
    expect(first).toMatchObject({ status: 200, body: { status: 'confirmed' } });
    expect(await shop.demo.ask('payment.confirm', request, 'report-1')).toMatchObject({ status: 200, text: first.text, replayed: true });
  });

  it.each(
    REPORTS.flatMap(([operation, more], report) => SUSPICIOUS.map((id, index) => [operation, id, `${report}-${index}`, more] as const)),
  )('[L4] [minting WI6] a repeated %s of %s under an ordinary key has the same answer, and counts once (%s)', async (operation, id, place, more) => {
    const { sale, order, ...paid } = await placed(`repeated-${place}`, id);
    if (operation !== 'payment.fail') await shop.demo.ask('payment.confirm', { sale, order, ...paid }, 'paid');
    const report = { sale, order, ...paid, ...more(id) };
    const first = await shop.demo.ask(operation, report, 'report');
    expect(first.status).toBe(200);
    expect(await shop.demo.ask(operation, report, 'report')).toMatchObject({ status: 200, text: first.text, replayed: true });
    expect((await shop.demo.ask(operation, report, 'told-by-another')).status).toBe(200);
    expect(await recordedOnce(sale, id)).toBe(true);
  });

  it.each(
    EVENTS.flatMap(([type, more], event) => SUSPICIOUS.map((id, index) => [type, id, `${event}-${index}`, more] as const)),
  )('[L4] [minting WI6] a redelivered %s with ids and an event id of %s counts once (%s)', async (type, id, place, more) => {
    const paid = await placed(`redelivered-${place}`, id);
    const header = id.includes(' ') || /[^ -~]/.test(id) ? `evt-${place}` : id; // a header is ASCII, and a key with blanks is kept as it is
    if (type !== 'payment.failed') expect(await tell(paid, 'paid')).toBe(200);
    for (let copies = 0; copies < 3; copies++) expect(await tell({ ...paid, ...more(id) }, header, type)).toBe(200);
    expect(await tell({ ...paid, ...more(id) }, `${place}-another`, type)).toBe(200);
    expect(await recordedOnce(paid.sale, id)).toBe(true);
  });

  it('and so is the id of the event', async () => {
    const paid = await placed('event-id', 'pay-1');
    for (let copies = 0; copies < 2; copies++) expect(await tell(paid, 'ann@example.org')).toBe(200);
    expect(await statusOf(paid)).toBe('confirmed');
    expect(await logOf('event-id')).not.toContain('ann@example.org');
  });

  it("[L4] but an earlier version's decision under the id itself is still found", async () => {
    const paid = await placed('earlier', '5555555555554444');
    await decidedBefore(shop.log, takenBefore('payment.confirm', 'evt-earlier', paid, 'webhook'));
    expect(await tell(paid, 'evt-earlier')).toBe(200);
    expect(await tell(paid, randomUUID())).toBe(200);
    expect([await statusOf(paid), (await shop.demo.ask('sale.refunds-due', { sale: 'earlier' })).body.refundsDue]).toEqual([
      'confirmed',
      [],
    ]);
    expect((await logOf('earlier')).match(/"PaymentReceived"/g)).toHaveLength(1);
  });
});
