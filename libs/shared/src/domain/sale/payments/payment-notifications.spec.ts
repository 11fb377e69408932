import type { BuyerId, OrderId, PaymentId, RefundId, SaleId, TicketId, UnitId, Wallet } from '../../../kernel/ids.js';
import type { Decision } from '../../refusal.js';
import type { Money, OrderPlaced, PaymentReport, RefundReason, SaleEvent, TicketOfUnit } from '../events.js';
import { cancelOrder, refundOrder } from '../orders/end-order.js';
import { Sale } from '../sale.js';
import type { SaleTerms } from '../terms.js';
import type { Payment } from './payment.js';
import { confirmPayment, failPayment, refundPayment } from './payment-notifications.js';

const EUR = (amount: string): Money => ({ amount, currency: 'EUR' });
const TERMS: SaleTerms = {
  sale: 'gala' as SaleId,
  name: 'Gala',
  units: { seats: (['A-1', 'A-2', 'A-3', 'A-4'] as UnitId[]).map((unit) => ({ unit })) },
  currency: 'EUR',
  prices: [{ amount: '5000' }],
  maxPerBuyer: 3,
  holdSeconds: 600,
  payment: 'webhook',
  mint: 'on-request',
  tickets: 'revocable',
};
const wallet = 'wallet' as Wallet;
const [order, another] = ['ord_1' as OrderId, 'ord_2' as OrderId];
const ticket = (unit: string): TicketOfUnit => ({ ticket: `tkt_${unit}` as TicketId, unit: unit as UnitId });
const BOTH = [ticket('A-1'), ticket('A-2')];
const priced = (tickets: readonly TicketOfUnit[]) => tickets.map((one) => ({ ...one, price: '5000' }));
const amountOf = (amount = '10000', payment = 'pay_1', currency = 'EUR') => ({ payment: payment as PaymentId, order, amount, currency });

const OPENED: SaleEvent = { type: 'SaleOpened', data: TERMS };
const PLACED: OrderPlaced = {
  type: 'OrderPlaced',
  data: { order, buyer: 'b-1' as BuyerId, wallet, tickets: priced(BOTH), total: EUR('10000'), expiresAt: 600_000 },
};
const placedToo = (buyer: string, ...units: string[]): SaleEvent => ({
  type: 'OrderPlaced',
  data: { order: another, buyer: buyer as BuyerId, tickets: priced(units.map(ticket)), total: EUR(`${5000 * units.length}`) },
});
const received = (money = amountOf(), matched = true): SaleEvent => ({ type: 'PaymentReceived', data: { ...money, matched } });
const failed = (payment = 'pay_1'): SaleEvent => ({ type: 'PaymentFailed', data: { order, payment: payment as PaymentId } });
const owed = (reason: RefundReason, money = amountOf()): SaleEvent => ({ type: 'RefundOwed', data: { ...money, reason } });
const refund = 're_1' as RefundId;
/** By one refund. */
const back = (money = amountOf()): SaleEvent => ({ type: 'RefundPaid', data: { ...money, refund } });
/** As the total so far. */
const inAll = (refundedTotal: string): SaleEvent => ({
  type: 'RefundPaid',
  data: { payment: 'pay_1' as PaymentId, order, currency: 'EUR', refundedTotal },
});
const of = <T extends string>(type: T) => ({ type, data: { order } });
const CONFIRMED: SaleEvent = { type: 'OrderConfirmed', data: { order, payment: 'pay_1' as PaymentId } };
const aside = (report: PaymentReport, amount: string, id?: RefundId): SaleEvent => ({
  type: 'PaymentReportSetAside',
  data: { ...amountOf(amount), report, ...(id !== undefined && { id }) },
});
const [EXPIRED, CANCELLED, RESTORED, REFUNDED] = [of('OrderExpired'), of('OrderCancelled'), of('OrderRestored'), of('OrderRefunded')];
const released = (...tickets: TicketOfUnit[]): SaleEvent => ({ type: 'UnitsReleased', data: { order, tickets } });
const minting = (unit: string): SaleEvent => ({
  type: 'MintsRequested',
  data: { order, name: 'Gala', wallet, tickets: [{ ...ticket(unit), request: 1 }], revocable: true },
});
const revoking = (...tickets: TicketOfUnit[]): SaleEvent => ({ type: 'RevocationsRequested', data: { order, tickets } });

const HELD: readonly SaleEvent[] = [OPENED, PLACED];
const PAID: readonly SaleEvent[] = [...HELD, received(), CONFIRMED];

/** Paid by another payment, which was refunded. */
const PAID2: readonly SaleEvent[] = [
  received(amountOf('10000', 'pay_2')),
  { type: 'OrderConfirmed', data: { order, payment: 'pay_2' as PaymentId } },
  back(amountOf('10000', 'pay_2')),
];

function saleOf(history: readonly SaleEvent[]): Sale {
  const sale = new Sale();
  for (const event of history) sale.evolve(event, 0);
  return sale;
}
const happens = (decision: Decision<SaleEvent>) => ('events' in decision ? decision.events : decision.refusal);

describe('received money', () => {
  it.each<[string, readonly SaleEvent[], SaleEvent[]]>([
    ['pays for its order while it is held', HELD, [received(), CONFIRMED]],
    ['pays although an earlier attempt failed', [...HELD, failed()], [received(), CONFIRMED]],
    ['pays when a part of it was returned before its report', [...HELD, back(amountOf('4000'))], [received(), CONFIRMED]],
    ['waits for an order that is not known', [OPENED], [received(amountOf(), false)]],
    ['counts once', PAID, []],
    [
      'pays for an order that the provider refunded: its units are taken again',
      [...PAID.slice(0, 2), ...PAID2, REFUNDED, released(...BOTH)],
      [received(), RESTORED, CONFIRMED],
    ],
    ['counts once, also while its order is not known', [OPENED, received(amountOf(), false)], []],
    ['pays for an order that expired: its units are taken again', [...HELD, EXPIRED], [received(), RESTORED, CONFIRMED]],
    ['is due when one of the units is taken meanwhile', [...HELD, EXPIRED, placedToo('b-2', 'A-2')], [received(), owed('expired')]],
    [
      'pays for an expired order when the buyer then reaches the limit',
      [...HELD, EXPIRED, placedToo('b-1', 'A-3')],
      [received(), RESTORED, CONFIRMED],
    ],
    ['is due when the buyer would exceed the limit', [...HELD, EXPIRED, placedToo('b-1', 'A-3', 'A-4')], [received(), owed('expired')]],
    ['is due when its order was cancelled', [...HELD, CANCELLED], [received(), owed('cancelled')]],
    [
      'ends its order when all of it was returned before its report',
      [...HELD, back()],
      [received(), CONFIRMED, REFUNDED, released(...BOTH)],
    ],
    ['ends nothing when its order was refunded before its report', [...HELD, back(), REFUNDED], [received()]],
  ])('%s', (_, history, events) => {
    expect(happens(confirmPayment(saleOf(history), { sale: TERMS.sale, ...amountOf() }))).toEqual(events);
  });

  it.each<[string, ReturnType<typeof amountOf>, RefundReason]>([
    ['too little', amountOf('9999'), 'wrong-amount'],
    ['too much', amountOf('10001'), 'wrong-amount'],
    ['another currency', amountOf('10000', 'pay_1', 'USD'), 'wrong-amount'],
  ])('is due when it is %s, and the order stays held', (_, money, reason) => {
    expect(happens(confirmPayment(saleOf(HELD), { sale: TERMS.sale, ...money }))).toEqual([received(money), owed(reason, money)]);
  });

  it.each<[string, readonly SaleEvent[]]>([
    ['paid for', PAID],
    ['being refunded', [...PAID, owed('requested'), released(...BOTH)]],
    ['refunded by the organiser', [...PAID, owed('requested'), released(...BOTH), back(), REFUNDED]],
  ])('is due as paid twice when its order is %s', (_, history) => {
    const second = amountOf('10000', 'pay_2');
    expect(happens(confirmPayment(saleOf(history), { sale: TERMS.sale, ...second }))).toEqual([
      received(second),
      owed('paid-twice', second),
    ]);
  });

  it('requests the mints if the sale mints on confirm', () => {
    const terms: SaleEvent = { type: 'SaleOpened', data: { ...TERMS, mint: 'on-confirm' } };
    const tickets = BOTH.map((one) => ({ ...one, request: 1 }));
    expect(happens(confirmPayment(saleOf([terms, PLACED]), { sale: TERMS.sale, ...amountOf() }))).toEqual([
      received(),
      CONFIRMED,
      { type: 'MintsRequested', data: { order, name: 'Gala', wallet, tickets, revocable: true } },
    ]);
  });
});

it('requests no mint if the order has no wallet', () => {
  const { wallet: _, ...data } = PLACED.data;
  const history: SaleEvent[] = [
    { type: 'SaleOpened', data: { ...TERMS, mint: 'on-confirm' } },
    { ...PLACED, data },
  ];
  expect(happens(confirmPayment(saleOf(history), { sale: TERMS.sale, ...amountOf() }))).toEqual([received(), CONFIRMED]);
});

describe('the facts of a payment', () => {
  const known = (...events: SaleEvent[]) => saleOf([...HELD, ...events]).open?.payments.ofId('pay_1' as PaymentId)[0];
  const unreported: Payment = {
    ...{ payment: 'pay_1' as PaymentId, order, currency: 'EUR' },
    ...{ received: undefined, foreign: false, matched: false, receivedAt: 0 },
    ...{ refunds: 0n, refundsFailed: 0n, refundedTotal: 0n, disputesLost: 0n, disputesOpen: 0n, owed: undefined, facts: new Map() },
  };

  it.each<[string, SaleEvent[], Payment | undefined]>([
    ['empty after a failed attempt', [failed()], undefined],
    ['what came', [received()], { ...unreported, received: 10000n, matched: true }],
    [
      'money before its order, and the order later',
      [received(amountOf(), false), received()],
      { ...unreported, received: 10000n, matched: true },
    ],
    ['the refund due, and its reason', [owed('expired')], { ...unreported, owed: { amount: 10000n, reason: 'expired' } }],
    ['the largest returned total', [inAll('4000'), inAll('3000')], { ...unreported, refundedTotal: 4000n }],
    ['each refund of it', [back(amountOf('4000'))], { ...unreported, refunds: 4000n, facts: new Map([['refunded re_1', 4000n]]) }],
  ])('are %s', (_, events, payment) => {
    expect(known(...events)).toEqual(payment);
  });

  it('do not include money for another order, nor a repeated report', () => {
    const sale = saleOf(HELD);
    sale.evolve(received(amountOf(), false), 7);
    sale.evolve(received(), 9);
    expect(sale.open?.payments.ofOrder(another)).toEqual([]);
    expect(sale.open?.payments.ofOrder(order)).toMatchObject([{ payment: 'pay_1', receivedAt: 7 }]);
  });

  it('contain a refund due until it was returned', () => {
    const dueAfter = (...events: SaleEvent[]) =>
      saleOf([...HELD, received(), ...events])
        .open?.payments.due()
        .map(({ payment }) => payment);
    expect([dueAfter(), dueAfter(owed('expired')), dueAfter(owed('expired'), inAll('9999'))]).toEqual([[], ['pay_1'], ['pay_1']]);
    expect(dueAfter(owed('expired'), back())).toEqual([]);
  });
});

describe('a failed attempt to pay', () => {
  it.each<[string, readonly SaleEvent[], SaleEvent[]]>([
    ['is recorded', HELD, [failed()]],
    ['is recorded even if its order is unknown', [OPENED], [failed()]],
    ['is recorded once', [...HELD, failed()], []],
    ['changes nothing for a payment that was received', PAID, []],
  ])('%s', (_, history, events) => {
    expect(happens(failPayment(saleOf(history), { sale: TERMS.sale, ...amountOf() }))).toEqual(events);
  });
});

describe('returned money', () => {
  it.each<[string, readonly SaleEvent[], string, SaleEvent[]]>([
    ['in part changes nothing else', PAID, '9999', [back(amountOf('9999'))]],
    ['in full ends the order, and its units are available again', PAID, '10000', [back(), REFUNDED, released(...BOTH)]],
    ['beyond the received amount ends the order too', PAID, '10001', [back(amountOf('10001')), REFUNDED, released(...BOTH)]],
    [
      'first revokes tickets that are being minted',
      [...PAID, minting('A-2')],
      '10000',
      [back(), REFUNDED, released(ticket('A-1')), revoking(ticket('A-2'))],
    ],
    [
      'ends an order that the organiser gave up, whose units are released already',
      [...PAID, owed('requested'), released(...BOTH)],
      '10000',
      [back(), REFUNDED],
    ],
    ['ends no hold without a receipt', HELD, '10000', [back()]],
    ['ends no hold after a failed attempt', [...HELD, failed()], '10000', [back()]],
    ['is kept for an order that is not known', [OPENED], '10000', [back()]],
    ['counts once by its id', [...PAID, back(amountOf('4000'))], '4000', []],
    ['is the first report under its id', [...PAID, back(amountOf('4000'))], '5000', [aside('refunded', '5000', refund)]],
    ['ends an order once', [...PAID, back(), REFUNDED, released(...BOTH)], '10000', []],
  ])('%s', (_, history, amount, events) => {
    expect(happens(refundPayment(saleOf(history), { sale: TERMS.sale, ...amountOf(amount), refund }, 'n-1'))).toEqual(events);
  });

  it('has the key of its notification as its id if it has none', () => {
    const [event] = happens(refundPayment(saleOf(PAID), { sale: TERMS.sale, ...amountOf('1') }, 'n-1')) as SaleEvent[];
    expect(event?.data).toMatchObject({ refund: 'n-1', amount: '1' });
  });

  it.each<[string, readonly SaleEvent[], string, SaleEvent[]]>([
    ['a repetition changes nothing', [...PAID, inAll('4000')], '4000', []],
    ['a smaller total is outdated', [...PAID, inAll('4000')], '3999', []],
    ['a larger total counts', [...PAID, inAll('4000')], '4001', [inAll('4001')]],
    ['all of it ends the order', [...PAID, inAll('4000')], '10000', [inAll('10000'), REFUNDED, released(...BOTH)]],
  ])('may be reported as a total so far: %s', (_, history, refundedTotal, events) => {
    const { amount: __, ...of } = amountOf();
    expect(happens(refundPayment(saleOf(history), { sale: TERMS.sale, ...of, refundedTotal }, 'n-1'))).toEqual(events);
  });

  it('is one refund of the total if it has an id, and else only the total', () => {
    const [sale, both] = [TERMS.sale, { ...amountOf('1000'), refundedTotal: '3000' }];
    expect(happens(refundPayment(saleOf(PAID), { sale, ...both, refund }, 'n-1'))).toEqual([
      { type: 'RefundPaid', data: { ...both, refund } },
    ]);
    expect(happens(refundPayment(saleOf(PAID), { sale, ...both }, 'n-1'))).toEqual([inAll('3000')]);
  });
});

describe('a refund by the organiser', () => {
  const end = { sale: TERMS.sale, order };
  it('is due for the payment that paid, and its units are available again', () => {
    expect(happens(refundOrder(saleOf(PAID), end))).toEqual([owed('requested'), released(...BOTH)]);
  });

  it('is revoked first while it is being minted', () => {
    expect(happens(refundOrder(saleOf([...PAID, minting('A-1')]), end))).toEqual([
      owed('requested'),
      released(ticket('A-2')),
      revoking(ticket('A-1')),
    ]);
  });

  it('revokes and releases nothing a second time when the provider reports the return', () => {
    const history = [...PAID, minting('A-1'), owed('requested'), released(ticket('A-2')), revoking(ticket('A-1'))];
    expect(happens(refundPayment(saleOf(history), { sale: TERMS.sale, ...amountOf(), refund }, 'n-1'))).toEqual([back(), REFUNDED]);
  });

  it('may be of no money: then it is a cancellation', () => {
    const free: readonly SaleEvent[] = [...HELD, of('OrderConfirmed')];
    expect(happens(cancelOrder(saleOf(free), end))).toEqual([CANCELLED, released(...BOTH)]);
  });
});

it('a payment report is refused in a sale that was not opened', () => {
  for (const decide of [confirmPayment, failPayment, refundPayment])
    expect(decide(new Sale(), { sale: TERMS.sale, ...amountOf() }, 'n-1')).toEqual({
      refusal: { code: 'sale-unknown', pointers: ['/sale'] },
    });
});
