import type { BuyerId, OrderId, PaymentId, SaleId, TicketId, UnitId, Wallet } from '../../../kernel/ids.js';
import type { Decision } from '../../refusal.js';
import type { SaleEvent } from '../events.js';
import { Sale } from '../sale.js';
import type { SaleTerms } from '../terms.js';
import { cancelOrder, refundOrder } from './end-order.js';

const price = { amount: '5000', currency: 'EUR' };
const rules = { maxPerBuyer: 9, holdSeconds: 600, payment: 'webhook', mint: 'on-request' } as const;
const TERMS: SaleTerms = {
  sale: 'gala' as SaleId,
  name: 'Gala',
  units: { areas: [{ quota: 9 }] },
  currency: 'EUR',
  prices: [{ amount: '5000' }],
  ...rules,
};
const order = 'ord_1' as OrderId;
const tickets = [{ ticket: 'tkt_1' as TicketId, unit: '1' as UnitId }];
const priced = tickets.map((ticket) => ({ ...ticket, price: price.amount }));
const money = { payment: 'pay_1' as PaymentId, order, ...price };

const OPENED: SaleEvent = { type: 'SaleOpened', data: TERMS };
const of = <T extends string>(type: T) => ({ type, data: { order } });
const [EXPIRED, CANCELLED, REFUNDED, CONFIRMED] = [of('OrderExpired'), of('OrderCancelled'), of('OrderRefunded'), of('OrderConfirmed')];
const RELEASED: SaleEvent = { type: 'UnitsReleased', data: { order, tickets } };
const OWED: SaleEvent = { type: 'RefundOwed', data: { ...money, reason: 'requested' } };

const HELD: readonly SaleEvent[] = [
  OPENED,
  { type: 'OrderPlaced', data: { order, buyer: 'b-1' as BuyerId, tickets: priced, total: price } },
];
const PAID: readonly SaleEvent[] = [
  ...HELD,
  { type: 'PaymentReceived', data: { ...money, matched: true } },
  { type: 'OrderConfirmed', data: { order, payment: money.payment } },
];
const FREE: readonly SaleEvent[] = [...HELD, CONFIRMED];
const ENDED: readonly [string, readonly SaleEvent[]][] = [
  ['expired', [...HELD, EXPIRED]],
  ['cancelled', [...HELD, CANCELLED]],
  ['refund-owed', [...PAID, OWED, RELEASED]],
  ['refunded', [...PAID, OWED, RELEASED, REFUNDED]],
];

type End = typeof cancelOrder;
function ending(end: End, history: readonly SaleEvent[]): Decision<SaleEvent> {
  const sale = new Sale();
  for (const event of history) sale.evolve(event, 0);
  return end(sale, { sale: TERMS.sale, order });
}
const refused = (code: string, more: object = { pointers: ['/order'] }) => ({ refusal: { code, ...more } });
const over = (orderStatus: string) => refused('order-ended', { pointers: ['/order'], facts: { orderStatus } });

describe('cancelling an order', () => {
  it.each<[string, readonly SaleEvent[], object]>([
    ['gives up a hold', HELD, { events: [CANCELLED] }],
    ['gives up units sold without payment', FREE, { events: [CANCELLED, RELEASED] }],
    ['is refused for a paid order', PAID, refused('order-paid')],
    ['changes nothing when it is repeated', [...HELD, CANCELLED], { events: [] }],
    ['changes nothing when it is repeated for a sold order', [...FREE, CANCELLED, RELEASED], { events: [] }],
    ['is refused for an unknown order', [OPENED], refused('order-unknown')],
    ['is refused in a sale that was not opened', [], refused('sale-unknown', { pointers: ['/sale'] })],
  ])('%s', (_, history, decision) => {
    expect(ending(cancelOrder, history)).toEqual(decision);
  });

  it.each(ENDED.filter(([status]) => status !== 'cancelled'))('is refused for an order that is %s', (status, history) => {
    expect(ending(cancelOrder, history)).toEqual(over(status));
  });
});

it('a unit whose mint failed permanently is given up like one without a mint request', () => {
  const { ticket, unit } = tickets[0] as (typeof tickets)[number];
  const asked = { order, name: 'Gala', wallet: 'wallet' as Wallet, tickets: [{ ticket, unit, request: 1 }] };
  const failed: SaleEvent = { type: 'MintFailureNoted', data: { order, ticket, request: 1 } };
  expect(ending(refundOrder, [...PAID, { type: 'MintsRequested', data: asked }, failed])).toEqual({ events: [OWED, RELEASED] });
});

describe('refunding an order', () => {
  it.each<[string, readonly SaleEvent[], object]>([
    ['makes the paid amount due, and gives up the units', PAID, { events: [OWED, RELEASED] }],
    ['is refused without a payment', FREE, refused('order-not-paid')],
    ['is refused for a hold: it has ended nothing yet', HELD, over('held')],
    ['changes nothing when it is repeated', [...PAID, OWED, RELEASED], { events: [] }],
    ['changes nothing when the money was returned already', [...PAID, OWED, RELEASED, REFUNDED], { events: [] }],
    ['is refused for an unknown order', [OPENED], refused('order-unknown')],
    ['is refused in a sale that was not opened', [], refused('sale-unknown', { pointers: ['/sale'] })],
  ])('%s', (_, history, decision) => {
    expect(ending(refundOrder, history)).toEqual(decision);
  });

  it.each(ENDED.filter(([status]) => !status.startsWith('refund')))('is refused for an order that is %s', (status, history) => {
    expect(ending(refundOrder, history)).toEqual(over(status));
  });
});
