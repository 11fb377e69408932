import { UnitOfWork } from '../unit-of-work.js';
import { type LedgerEvent, postCommit } from './post.js';

const [tenant, sale, order] = ['demo', 'gala', 'ord_1'];
const event = (type: string, data: object): LedgerEvent => ({ type, at: 0, data }) as unknown as LedgerEvent;
const money = (amount: string) => ({ order, payment: 'pay_1', amount, currency: 'EUR' });
const owed = event('RefundOwed', { ...money('10000'), reason: 'requested' });
const back = (refundedTotal: string) => event('RefundPaid', { order, payment: 'pay_1', currency: 'EUR', refundedTotal });
const disputed = (what: 'Opened' | 'Won' | 'Lost', amount: string, opened?: string) =>
  event(`Dispute${what}`, { ...money(amount), dispute: 'dp_1', ...(opened !== undefined && { opened }) });

const SOLD = [
  event('SaleOpened', { sale, name: 'Gala', units: { areas: [{ quota: 5 }] }, currency: 'EUR', prices: [{ amount: '10000' }] }),
  event('OrderPlaced', {
    order,
    buyer: 'b-1',
    tickets: [{ ticket: 'tkt_1', unit: '1', price: '10000' }],
    total: { amount: '10000', currency: 'EUR' },
  }),
  event('PaymentReceived', { ...money('10000'), matched: true }),
  event('OrderConfirmed', { order, payment: 'pay_1' }),
];

it.each<[string, LedgerEvent[], string[], Record<string, number>]>([
  ['leaves revenue', [disputed('Opened', '4000')], ['4000 revenue < disputed'], { revenue: 6000, disputed: 4000 }],
  ['leaves the refund due', [owed, disputed('Opened', '4000')], ['4000 refunds-owed < disputed'], { 'refunds-owed': 6000, disputed: 4000 }],
  ['is at most the received money', [disputed('Opened', '20000')], ['10000 revenue < disputed'], { disputed: 10000 }],
  [
    'is at most the money that was not returned',
    [disputed('Opened', '20000'), back('4000')],
    ['4000 disputed < provider'],
    { disputed: 6000 },
  ],
  [
    'is earned again when the dispute is won',
    [disputed('Opened', '4000'), disputed('Won', '4000', '4000')],
    ['4000 disputed < revenue'],
    { revenue: 10000 },
  ],
  [
    'is due for refund again when the dispute is won',
    [owed, disputed('Opened', '4000'), disputed('Won', '4000', '4000')],
    ['4000 disputed < refunds-owed'],
    { 'refunds-owed': 10000 },
  ],
  [
    'is returned, or earned again, when the dispute is lost in part',
    [disputed('Opened', '4000'), disputed('Lost', '3000', '4000')],
    ['3000 disputed < provider', '1000 disputed < revenue'],
    { revenue: 7000 },
  ],
  ['is returned when a dispute is lost that was never opened', [disputed('Lost', '3000')], ['3000 revenue < provider'], { revenue: 7000 }],
])('disputed money %s', (_, reports, moved, where) => {
  const book = new UnitOfWork();
  const rows = [SOLD, ...reports.map((one) => [one])].map((events, index) =>
    postCommit(book, { tenant, sale, sequence: index + 1, events }),
  );
  expect(rows.at(-1)?.map(({ debit, credit, amount }) => `${amount} ${debit} < ${credit}`)).toEqual(moved);
  const held = ['clearing', 'revenue', 'refunds-owed', 'disputed'] as const;
  const balances = held.map((account) => [account, Number(book.balances.of(tenant, sale, 'EUR', account))] as const);
  expect(Object.fromEntries(balances.filter(([, amount]) => amount > 0))).toEqual(where);
  const inHand = balances.reduce((sum, [, amount]) => sum + amount, 0);
  expect(Number(book.balances.of(tenant, sale, 'EUR', 'provider'))).toBe(inHand);
});
