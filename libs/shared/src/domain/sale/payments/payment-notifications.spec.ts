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
const told = (amount = '10000', payment = 'pay_1', currency = 'EUR') => ({ payment: payment as PaymentId, order, amount, currency });

const OPENED: SaleEvent = { type: 'SaleOpened', data: TERMS };
const PLACED: OrderPlaced = {
  type: 'OrderPlaced',
  data: { order, buyer: 'b-1' as BuyerId, wallet, tickets: priced(BOTH), total: EUR('10000'), expiresAt: 600_000 },
};
const placedToo = (buyer: string, ...units: string[]): SaleEvent => ({
  type: 'OrderPlaced',
  data: { order: another, buyer: buyer as BuyerId, tickets: priced(units.map(ticket)), total: EUR(`${5000 * units.length}`) },
});
const received = (money = told(), matched = true): SaleEvent => ({ type: 'PaymentReceived', data: { ...money, matched } });
const failed = (payment = 'pay_1'): SaleEvent => ({ type: 'PaymentFailed', data: { order, payment: payment as PaymentId } });
const owed = (reason: RefundReason, money = told()): SaleEvent => ({ type: 'RefundOwed', data: { ...money, reason } });
const refund = 're_1' as RefundId;
/** By one refund. */
const back = (money = told()): SaleEvent => ({ type: 'RefundPaid', data: { ...money, refund } });
/** As the total so far. */
const inAll = (refundedTotal: string): SaleEvent => ({
  type: 'RefundPaid',
  data: { payment: 'pay_1' as PaymentId, order, currency: 'EUR', refundedTotal },
});
const of = <T extends string>(type: T) => ({ type, data: { order } });
const CONFIRMED: SaleEvent = { type: 'OrderConfirmed', data: { order, payment: 'pay_1' as PaymentId } };
const aside = (report: PaymentReport, amount: string, id?: RefundId): SaleEvent => ({
  type: 'PaymentReportSetAside',
  data: { ...told(amount), report, ...(id !== undefined && { id }) },
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
  received(told('10000', 'pay_2')),
  { type: 'OrderConfirmed', data: { order, payment: 'pay_2' as PaymentId } },
  back(told('10000', 'pay_2')),
];

function saleOf(history: readonly SaleEvent[]): Sale {
  const sale = new Sale();
  for (const event of history) sale.evolve(event, 0);
  return sale;
}
const happens = (decision: Decision<SaleEvent>) => ('events' in decision ? decision.events : decision.refusal);

describe('money that is received', () => {
  it.each<[string, readonly SaleEvent[], SaleEvent[]]>([
    ['pays for its order while it is held', HELD, [received(), CONFIRMED]],
    ['pays although an earlier try failed', [...HELD, failed()], [received(), CONFIRMED]],
    ['pays when a part of it went back before it was told of', [...HELD, back(told('4000'))], [received(), CONFIRMED]],
    ['waits for an order that is not known', [OPENED], [received(told(), false)]],
    ['counts once', PAID, []],
    [
      'pays for an order that was refunded at the provider: its units are taken again',
      [...PAID.slice(0, 2), ...PAID2, REFUNDED, released(...BOTH)],
      [received(), RESTORED, CONFIRMED],
    ],
    ['counts once, also while its order is not known', [OPENED, received(told(), false)], []],
    ['pays for an order that expired: its units are taken again', [...HELD, EXPIRED], [received(), RESTORED, CONFIRMED]],
    ['goes back when one of the units has gone meanwhile', [...HELD, EXPIRED, placedToo('b-2', 'A-2')], [received(), owed('expired')]],
    [
      'pays for an order that expired when the buyer then has as much as is allowed',
      [...HELD, EXPIRED, placedToo('b-1', 'A-3')],
      [received(), RESTORED, CONFIRMED],
    ],
    [
      'goes back when the buyer would have more than is allowed',
      [...HELD, EXPIRED, placedToo('b-1', 'A-3', 'A-4')],
      [received(), owed('expired')],
    ],
    ['goes back when its order was cancelled', [...HELD, CANCELLED], [received(), owed('cancelled')]],
    [
      'ends its order when all of it had gone back before it was reported',
      [...HELD, back()],
      [received(), CONFIRMED, REFUNDED, released(...BOTH)],
    ],
    ['has nothing more to end when its order was refunded before it was told of', [...HELD, back(), REFUNDED], [received()]],
  ])('%s', (_, history, events) => {
    expect(happens(confirmPayment(saleOf(history), { sale: TERMS.sale, ...told() }))).toEqual(events);
  });

  it.each<[string, ReturnType<typeof told>, RefundReason]>([
    ['too little', told('9999'), 'wrong-amount'],
    ['too much', told('10001'), 'wrong-amount'],
    ['another currency', told('10000', 'pay_1', 'USD'), 'wrong-amount'],
  ])('goes back when it is %s, and the order stays held', (_, money, reason) => {
    expect(happens(confirmPayment(saleOf(HELD), { sale: TERMS.sale, ...money }))).toEqual([received(money), owed(reason, money)]);
  });

  it.each<[string, readonly SaleEvent[]]>([
    ['paid for', PAID],
    ['being refunded', [...PAID, owed('requested'), released(...BOTH)]],
    ['refunded by the organiser', [...PAID, owed('requested'), released(...BOTH), back(), REFUNDED]],
  ])('goes back as paid twice when its order is %s', (_, history) => {
    const second = told('10000', 'pay_2');
    expect(happens(confirmPayment(saleOf(history), { sale: TERMS.sale, ...second }))).toEqual([
      received(second),
      owed('paid-twice', second),
    ]);
  });

  it('asks for the mints where the sale mints what is confirmed', () => {
    const terms: SaleEvent = { type: 'SaleOpened', data: { ...TERMS, mint: 'on-confirm' } };
    const tickets = BOTH.map((one) => ({ ...one, request: 1 }));
    expect(happens(confirmPayment(saleOf([terms, PLACED]), { sale: TERMS.sale, ...told() }))).toEqual([
      received(),
      CONFIRMED,
      { type: 'MintsRequested', data: { order, name: 'Gala', wallet, tickets, revocable: true } },
    ]);
  });
});

it('no mint is asked for where the order named no wallet', () => {
  const { wallet: _, ...data } = PLACED.data;
  const history: SaleEvent[] = [
    { type: 'SaleOpened', data: { ...TERMS, mint: 'on-confirm' } },
    { ...PLACED, data },
  ];
  expect(happens(confirmPayment(saleOf(history), { sale: TERMS.sale, ...told() }))).toEqual([received(), CONFIRMED]);
});

describe('what is known of a payment', () => {
  const known = (...events: SaleEvent[]) => saleOf([...HELD, ...events]).open?.payments.ofId('pay_1' as PaymentId)[0];
  const unheard: Payment = {
    ...{ payment: 'pay_1' as PaymentId, order, currency: 'EUR' },
    ...{ received: undefined, foreign: false, matched: false, receivedAt: 0 },
    ...{ refunds: 0n, refundsFailed: 0n, refundedTotal: 0n, disputesLost: 0n, disputesOpen: 0n, owed: undefined, facts: new Map() },
  };

  it.each<[string, SaleEvent[], Payment | undefined]>([
    ['nothing when a try failed', [failed()], undefined],
    ['what came', [received()], { ...unheard, received: 10000n, matched: true }],
    [
      'what came before its order, and the order since',
      [received(told(), false), received()],
      { ...unheard, received: 10000n, matched: true },
    ],
    ['what has to go back, and why', [owed('expired')], { ...unheard, owed: { amount: 10000n, reason: 'expired' } }],
    ['the largest total of what went back', [inAll('4000'), inAll('3000')], { ...unheard, refundedTotal: 4000n }],
    ['each refund of it', [back(told('4000'))], { ...unheard, refunds: 4000n, facts: new Map([['refunded re_1', 4000n]]) }],
  ])('is %s', (_, events, payment) => {
    expect(known(...events)).toEqual(payment);
  });

  it('is not what came for another order, nor when it was told again', () => {
    const sale = saleOf(HELD);
    sale.evolve(received(told(), false), 7);
    sale.evolve(received(), 9);
    expect(sale.open?.payments.ofOrder(another)).toEqual([]);
    expect(sale.open?.payments.ofOrder(order)).toMatchObject([{ payment: 'pay_1', receivedAt: 7 }]);
  });

  it('is due until it went back', () => {
    const dueAfter = (...events: SaleEvent[]) =>
      saleOf([...HELD, received(), ...events])
        .open?.payments.due()
        .map(({ payment }) => payment);
    expect([dueAfter(), dueAfter(owed('expired')), dueAfter(owed('expired'), inAll('9999'))]).toEqual([[], ['pay_1'], ['pay_1']]);
    expect(dueAfter(owed('expired'), back())).toEqual([]);
  });
});

describe('a try to pay that failed', () => {
  it.each<[string, readonly SaleEvent[], SaleEvent[]]>([
    ['is written down', HELD, [failed()]],
    ['is written down also when its order is not known', [OPENED], [failed()]],
    ['is written down once', [...HELD, failed()], []],
    ['is no news of a payment that came after all', PAID, []],
  ])('%s', (_, history, events) => {
    expect(happens(failPayment(saleOf(history), { sale: TERMS.sale, ...told() }))).toEqual(events);
  });
});

describe('money that went back', () => {
  it.each<[string, readonly SaleEvent[], string, SaleEvent[]]>([
    ['in part changes nothing else', PAID, '9999', [back(told('9999'))]],
    ['in full ends the order, and its units can be had again', PAID, '10000', [back(), REFUNDED, released(...BOTH)]],
    ['and more than came ends the order too', PAID, '10001', [back(told('10001')), REFUNDED, released(...BOTH)]],
    [
      'takes back first what is being minted',
      [...PAID, minting('A-2')],
      '10000',
      [back(), REFUNDED, released(ticket('A-1')), revoking(ticket('A-2'))],
    ],
    [
      'ends what the organiser gave up, whose units are given back already',
      [...PAID, owed('requested'), released(...BOTH)],
      '10000',
      [back(), REFUNDED],
    ],
    ['ends no hold of which nothing was received', HELD, '10000', [back()]],
    ['ends no hold after a try that failed', [...HELD, failed()], '10000', [back()]],
    ['is kept for an order that is not known', [OPENED], '10000', [back()]],
    ['counts once by its id', [...PAID, back(told('4000'))], '4000', []],
    ['is what was reported first under its id', [...PAID, back(told('4000'))], '5000', [aside('refunded', '5000', refund)]],
    ['ends an order once', [...PAID, back(), REFUNDED, released(...BOTH)], '10000', []],
  ])('%s', (_, history, amount, events) => {
    expect(happens(refundPayment(saleOf(history), { sale: TERMS.sale, ...told(amount), refund }, 'n-1'))).toEqual(events);
  });

  it('has the key of its notification for an id where it has none', () => {
    const [event] = happens(refundPayment(saleOf(PAID), { sale: TERMS.sale, ...told('1') }, 'n-1')) as SaleEvent[];
    expect(event?.data).toMatchObject({ refund: 'n-1', amount: '1' });
  });

  it.each<[string, readonly SaleEvent[], string, SaleEvent[]]>([
    ['the same again is no news', [...PAID, inAll('4000')], '4000', []],
    ['less is old news', [...PAID, inAll('4000')], '3999', []],
    ['more is news', [...PAID, inAll('4000')], '4001', [inAll('4001')]],
    ['all of it ends the order', [...PAID, inAll('4000')], '10000', [inAll('10000'), REFUNDED, released(...BOTH)]],
  ])('may be told in all so far: %s', (_, history, refundedTotal, events) => {
    const { amount: __, ...of } = told();
    expect(happens(refundPayment(saleOf(history), { sale: TERMS.sale, ...of, refundedTotal }, 'n-1'))).toEqual(events);
  });

  it('is one refund of so much in all where it has an id, and else only the total of it', () => {
    const [sale, both] = [TERMS.sale, { ...told('1000'), refundedTotal: '3000' }];
    expect(happens(refundPayment(saleOf(PAID), { sale, ...both, refund }, 'n-1'))).toEqual([
      { type: 'RefundPaid', data: { ...both, refund } },
    ]);
    expect(happens(refundPayment(saleOf(PAID), { sale, ...both }, 'n-1'))).toEqual([inAll('3000')]);
  });
});

describe('what the organiser gives back', () => {
  const end = { sale: TERMS.sale, order };
  it('is owed to the payment that paid, and its units can be had again', () => {
    expect(happens(refundOrder(saleOf(PAID), end))).toEqual([owed('requested'), released(...BOTH)]);
  });

  it('is revoked first where it is being minted', () => {
    expect(happens(refundOrder(saleOf([...PAID, minting('A-1')]), end))).toEqual([
      owed('requested'),
      released(ticket('A-2')),
      revoking(ticket('A-1')),
    ]);
  });

  it('is not revoked a second time, nor given back twice, when the provider says that the money went', () => {
    const history = [...PAID, minting('A-1'), owed('requested'), released(ticket('A-2')), revoking(ticket('A-1'))];
    expect(happens(refundPayment(saleOf(history), { sale: TERMS.sale, ...told(), refund }, 'n-1'))).toEqual([back(), REFUNDED]);
  });

  it('can cost nothing: then it is cancelled', () => {
    const free: readonly SaleEvent[] = [...HELD, of('OrderConfirmed')];
    expect(happens(cancelOrder(saleOf(free), end))).toEqual([CANCELLED, released(...BOTH)]);
  });
});

it('no money is told of in a sale that nobody opened', () => {
  for (const decide of [confirmPayment, failPayment, refundPayment])
    expect(decide(new Sale(), { sale: TERMS.sale, ...told() }, 'n-1')).toEqual({ refusal: { code: 'sale-unknown', pointers: ['/sale'] } });
});
