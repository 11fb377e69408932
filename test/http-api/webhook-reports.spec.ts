import { TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { WEBHOOK_PATH } from '../../apps/purchase/src/api/http/payment-webhook.js';
import type { PaymentOrder, PaymentOutcome } from '../../dev/payments/event.js';
import { type PaymentProvider, startPaymentProvider } from '../../dev/payments/provider.js';
import { waitFor } from '../../dev/processes/wait.js';
import { Shop } from '../stages/shop.js';

/** Every report of a payment provider, as signed webhooks in sequence, and the resulting orders and money. */

const WAIT_MS = 60_000;
const shop = Shop.forTests('webhook-reports');
let provider: PaymentProvider;
beforeAll(async () => {
  const tenants = await (await TenantRegister.on(shop.log.admin)).list();
  const secret = tenants.find(({ tenant }) => tenant === 'demo')?.webhookSecrets[0]?.secret ?? '';
  const webhookUrl = `${await shop.app.getUrl()}${WEBHOOK_PATH}`;
  provider = await shop.keep(startPaymentProvider({ webhookUrl, secret, retries: { firstMs: 50, longestMs: 500 } }));
});

type Report = readonly [outcome: PaymentOutcome, payment: string, more?: Partial<PaymentOrder> & { readonly of?: 'A' | 'B' }];
interface End {
  readonly A: unknown;
  readonly B?: unknown;
  readonly due?: readonly object[];
  readonly problems?: readonly object[];
}

/** Two orders at "5000" in EUR, and their reports. */
async function endOf(sale: string, reports: readonly Report[]): Promise<End> {
  await shop.demo.open(sale, { quota: 5 }, { payment: 'webhook' });
  const placed = await Promise.all(['A', 'B'].map((key) => shop.demo.place(sale, { quantity: 1, buyer: `b-${key}` }, `${sale}-${key}`)));
  const [A, B] = placed.map(({ body }) => String(body.order)) as [string, string];
  for (const [outcome, payment, { of = 'A', ...more } = {}] of reports) {
    const order = {
      tenant: 'demo',
      sale,
      order: of === 'A' ? A : B,
      amount: '5000',
      currency: 'EUR',
      payment: `${sale}-${payment}`,
      ...more,
    };
    const { id } = provider.tell(outcome, order);
    const isTaken = (): boolean => provider.deliveries.some((one) => one.id === id && one.state === 'taken');
    await waitFor(isTaken, { what: `${outcome} of ${payment} is taken`, timeoutMs: WAIT_MS });
  }
  const statuses = await Promise.all([A, B].map((order) => shop.demo.ask('order.get', { sale, order })));
  const { refundsDue, problems } = (await shop.demo.ask('sale.refunds-due', { sale })).body as Record<'refundsDue' | 'problems', object[]>;
  return { A: statuses[0]?.body.status, B: statuses[1]?.body.status, due: refundsDue, problems };
}

const dispute = { dispute: 'dp_1' };
it.each<[string, readonly Report[], End]>([
  ['pays', [['succeeded', 'p']], { A: 'confirmed' }],
  [
    'failed-then-paid',
    [
      ['failed', 'p'],
      ['succeeded', 'p'],
    ],
    { A: 'confirmed' },
  ],
  [
    'refund-first',
    [
      ['refunded', 'p', { amount: '1000' }],
      ['succeeded', 'p'],
    ],
    { A: 'confirmed' },
  ],
  [
    'whole-refund-first',
    [
      ['refunded', 'p'],
      ['succeeded', 'p'],
    ],
    { A: 'refunded' },
  ],
  [
    'two-payments',
    [
      ['succeeded', 'p1'],
      ['succeeded', 'p2'],
      ['refunded', 'p1'],
    ],
    { A: 'confirmed' },
  ],
  [
    'two-orders',
    [
      ['succeeded', 'p'],
      ['succeeded', 'p', { of: 'B' }],
    ],
    { A: 'confirmed', B: 'held', due: [{ payment: 'two-orders-p', amount: '5000', currency: 'EUR', reason: 'another-order' }] },
  ],
  [
    'two-refunds',
    [
      ['succeeded', 'p'],
      ['refunded', 'p', { amount: '2500' }],
      ['refunded', 'p', { amount: '2500' }],
    ],
    { A: 'refunded' },
  ],
  [
    'one-refund-twice',
    [
      ['succeeded', 'p'],
      ['refunded', 'p', { amount: '2500', refund: 're_1' }],
      ['refunded', 'p', { amount: '2500', refund: 're_1' }],
    ],
    { A: 'confirmed' },
  ],
  [
    'refund-in-dollars',
    [
      ['succeeded', 'p'],
      ['refunded', 'p', { amount: '1000', currency: 'USD' }],
    ],
    { A: 'confirmed', problems: [{ amount: '1000', currency: 'USD', reason: 'another-currency' }] },
  ],
  [
    'yen-first',
    [
      ['refunded', 'p', { currency: 'JPY' }],
      ['succeeded', 'p'],
    ],
    { A: 'confirmed', problems: [{ amount: '5000', currency: 'JPY', reason: 'another-currency' }] },
  ],
  [
    'refund-for-another',
    [
      ['refunded', 'p', { amount: '1' }],
      ['succeeded', 'p', { of: 'B' }],
    ],
    { A: 'held', B: 'confirmed', problems: [{ amount: '1', reason: 'another-order' }] },
  ],
  [
    'dispute-opened',
    [
      ['succeeded', 'p'],
      ['dispute.opened', 'p', dispute],
    ],
    { A: 'confirmed' },
  ],
  [
    'dispute-won',
    [
      ['succeeded', 'p'],
      ['dispute.opened', 'p', dispute],
      ['dispute.won', 'p', dispute],
    ],
    { A: 'confirmed' },
  ],
  [
    'dispute-lost',
    [
      ['succeeded', 'p'],
      ['dispute.opened', 'p', dispute],
      ['dispute.lost', 'p', dispute],
    ],
    { A: 'refunded' },
  ],
  [
    'dispute-lost-first',
    [
      ['dispute.lost', 'p', dispute],
      ['dispute.opened', 'p', dispute],
      ['succeeded', 'p'],
    ],
    { A: 'refunded' },
  ],
  [
    'two-verdicts',
    [
      ['succeeded', 'p'],
      ['dispute.won', 'p', dispute],
      ['dispute.lost', 'p', dispute],
    ],
    { A: 'confirmed', problems: [{ amount: '5000', reason: 'contradiction', report: 'dispute-lost', id: 'dp_1' }] },
  ],
])('[L12] %s', async (sale, reports, { A, B = 'held', due = [], problems = [] }) => {
  const end = await endOf(sale, reports);
  expect(end).toMatchObject({ A, B, due, problems });
});
