import { isFault } from '../../../kernel/fault.js';
import type { PaymentRow } from '../read-model.js';
import { UnitOfWork } from '../unit-of-work.js';
import { type LedgerEvent, postCommit } from './post.js';

const [tenant, sale, order] = ['demo', 'gala', 'ord_1'];
const event = (type: string, data: object, at = 0): LedgerEvent => ({ type, at, data }) as unknown as LedgerEvent;
const money = (amount: string, currency = 'EUR', payment = 'pay_1') => ({ order, payment, amount, currency });

const OPENED = event('SaleOpened', {
  sale,
  name: 'Gala',
  units: { areas: [{ quota: 5 }] },
  currency: 'EUR',
  prices: [{ amount: '10000' }],
});
const placed = (id = order): LedgerEvent =>
  event('OrderPlaced', {
    order: id,
    buyer: 'b-1',
    tickets: [{ ticket: `tkt_${id}`, unit: id, price: '10000' }],
    total: { amount: '10000', currency: 'EUR' },
  });
const received = (amount = '10000', { currency = 'EUR', payment = 'pay_1', matched = true } = {}) =>
  event('PaymentReceived', { ...money(amount, currency, payment), matched });
const confirmed = (payment = 'pay_1') => event('OrderConfirmed', { order, payment });
const owed = (reason: string, amount = '10000', currency = 'EUR') => event('RefundOwed', { ...money(amount, currency), reason });
const back = (refundedTotal: string, currency = 'EUR') => event('RefundPaid', { order, payment: 'pay_1', currency, refundedTotal });
const backBy = (refund: string, amount: string) => event('RefundPaid', { ...money(amount), refund });
const lost = (amount: string) => event('DisputeLost', { ...money(amount), dispute: 'dp_1' });
const paidBy = (payment: string) => event('OrderPaymentChanged', { order, payment });
const expired = event('OrderExpired', { order });

const HELD = [[OPENED], [placed()]];
const SOLD = [...HELD, [received(), confirmed()]];
const LATE = [...HELD, [expired]];

/** Posts commit after commit; `moved` are the entries of the last one. */
function post(...commits: LedgerEvent[][]) {
  const book = new UnitOfWork();
  const rows = commits.map((events, index) => postCommit(book, { tenant, sale, sequence: index + 1, events }));
  const moved = rows.at(-1)?.map(({ debit, credit, amount }) => `${amount} ${debit} < ${credit}`);
  return { moved, rows: rows.flat(), payment: paymentIn(book), book };
}
const paymentIn = (book: UnitOfWork, payment = 'pay_1', currency = 'EUR') => book.payments.of(tenant, { sale, payment, order, currency });
const wrongs = (...commits: LedgerEvent[][]): unknown => {
  try {
    return post(...commits);
  } catch (thrown) {
    return isFault(thrown, 'projection-refused') && isFault(thrown.cause) ? thrown.cause.context : thrown;
  }
};
const pots = (row: PaymentRow | undefined) =>
  row && [row.receivedMinor, row.clearingMinor, row.revenueMinor, row.owedMinor, row.returnedMinor].map(Number);

describe('the accounts that hold the money of a payment', () => {
  const early = received('10000', { matched: false });
  // received = clearing + revenue + owed + returned
  it.each<[string, LedgerEvent[][], string[], number[]]>([
    ['waits in clearing for its order', [[OPENED], [early]], ['10000 provider < clearing/ord_1'], [10000, 10000, 0, 0, 0]],
    ['is counted once when it is reported twice', [[OPENED], [early], [early]], [], [10000, 10000, 0, 0, 0]],
    ['is counted once when more is reported later', [[OPENED], [early], [received('12000')]], [], [10000, 10000, 0, 0, 0]],
    [
      'is earned when it pays',
      [...HELD, [received(), confirmed()]],
      ['10000 provider < clearing/ord_1', '1 sold/b-1 < held/b-1', '10000 clearing/ord_1 < revenue'],
      [10000, 0, 10000, 0, 0],
    ],
    [
      'is due from revenue when the organiser refunds it',
      [...SOLD, [owed('requested')]],
      ['10000 revenue < refunds-owed'],
      [10000, 0, 0, 10000, 0],
    ],
    [
      'is due from clearing when it never paid',
      [...LATE, [received(), owed('expired')]],
      ['10000 provider < clearing/ord_1', '10000 clearing/ord_1 < refunds-owed'],
      [10000, 0, 0, 10000, 0],
    ],
    ['is due once', [...SOLD, [owed('requested')], [owed('unmatched')]], [], [10000, 0, 0, 10000, 0]],
    ['is earned but for a refund due', [...SOLD, [owed('requested', '3000')]], ['3000 revenue < refunds-owed'], [10000, 0, 7000, 3000, 0]],
    ['is due as far as received', [...SOLD, [owed('requested', '10001')]], ['10000 revenue < refunds-owed'], [10000, 0, 0, 10000, 0]],
    [
      'is returned by each refund',
      [...SOLD, [backBy('re_1', '2500')], [backBy('re_2', '2500')]],
      ['2500 revenue < provider'],
      [10000, 0, 5000, 0, 5000],
    ],
    [
      'is returned by the larger of the sum of refunds and the reported total',
      [...SOLD, [backBy('re_1', '2500')], [back('4000')], [backBy('re_2', '2500')]],
      ['1000 revenue < provider'],
      [10000, 0, 5000, 0, 5000],
    ],
    ['is returned when a dispute is lost', [...SOLD, [lost('4000')]], ['4000 revenue < provider'], [10000, 0, 6000, 0, 4000]],
    [
      'is earned by the current payment, and due of the previous one',
      [...SOLD, [received('10000', { payment: 'pay_2' }), paidBy('pay_2'), owed('paid-twice')]],
      ['10000 provider < clearing/ord_1', '10000 clearing/ord_1 < revenue', '10000 revenue < refunds-owed'],
      [10000, 0, 0, 10000, 0],
    ],
    [
      'is earned again when it pays again',
      [...SOLD, [received('10000', { payment: 'pay_2' }), paidBy('pay_2'), owed('paid-twice')], [paidBy('pay_1')]],
      ['10000 refunds-owed < revenue'],
      [10000, 0, 10000, 0, 0],
    ],
    [
      'is returned from the refund due',
      [...SOLD, [owed('requested')], [back('4000')]],
      ['4000 refunds-owed < provider'],
      [10000, 0, 0, 6000, 4000],
    ],
    [
      'is returned by the excess over the earlier report',
      [...SOLD, [owed('requested')], [back('4000')], [back('9000')]],
      ['5000 refunds-owed < provider'],
      [10000, 0, 0, 1000, 9000],
    ],
    ['stays gone when less is reported', [...SOLD, [owed('requested')], [back('4000')], [back('3000')]], [], [10000, 0, 0, 6000, 4000]],
    ['is returned from revenue when no refund was due', [...SOLD, [back('4000')]], ['4000 revenue < provider'], [10000, 0, 6000, 0, 4000]],
    [
      'is returned from clearing while it waits there',
      [[OPENED], [early], [back('4000')]],
      ['4000 clearing/ord_1 < provider'],
      [10000, 6000, 0, 0, 4000],
    ],
    ['is returned up to the received amount', [...SOLD, [back('12000')]], ['10000 revenue < provider'], [10000, 0, 0, 0, 10000]],
    [
      'is due without the money returned already',
      [...SOLD, [back('4000')], [owed('requested')]],
      ['6000 revenue < refunds-owed'],
      [10000, 0, 0, 6000, 4000],
    ],
    [
      'is received and returned when its return was reported first',
      [...HELD, [back('4000')], [early]],
      ['10000 provider < clearing/ord_1', '4000 clearing/ord_1 < provider'],
      [10000, 6000, 0, 0, 4000],
    ],
    [
      'stays when its return was reported in another currency',
      [...HELD, [back('4000', 'USD')], [early]],
      ['10000 provider < clearing/ord_1'],
      [10000, 10000, 0, 0, 0],
    ],
    ['stays when a refund in another currency is reported', [...SOLD, [back('4000', 'USD')]], [], [10000, 0, 10000, 0, 0]],
    [
      'is returned with its order, which reverses no direct settlement',
      [...SOLD, [back('10000'), event('OrderRefunded', { order })]],
      ['10000 revenue < provider'],
      [10000, 0, 0, 0, 10000],
    ],
    [
      'is not posted when an attempt failed',
      [[OPENED], [early], [event('PaymentFailed', { order, payment: 'pay_1' })]],
      [],
      [10000, 10000, 0, 0, 0],
    ],
    [
      'is not earned when it was returned before it paid',
      [...HELD, [back('10000')], [received(), confirmed()]],
      ['10000 provider < clearing/ord_1', '10000 clearing/ord_1 < provider', '1 sold/b-1 < held/b-1'],
      [10000, 0, 0, 0, 10000],
    ],
  ])('%s', (_, commits, moved, where) => {
    const posted = post(...commits);
    expect(posted.moved).toEqual(moved);
    expect(pots(posted.payment)).toEqual(where);
  });

  it('leaves the refund due first, then revenue', () => {
    const posted = post(...SOLD, [owed('requested', '3000')], [back('8000')]);
    expect(posted.moved).toEqual(['3000 refunds-owed < provider', '5000 revenue < provider']);
    expect(pots(posted.payment)).toEqual([10000, 0, 2000, 0, 8000]);
  });

  it('is posted with its currency and order, and no ticket', () => {
    const { rows } = post(...SOLD, [owed('requested')], [back('1')]);
    const ofMoney = rows.filter(({ unit }) => unit === 'EUR').map((row) => [row.event, row.order, row.ticket]);
    expect(ofMoney).toEqual([
      ['PaymentReceived', order, null],
      ['OrderConfirmed', order, null],
      ['RefundOwed', order, null],
      ['RefundPaid', order, null],
    ]);
  });
});

describe('the row of a payment', () => {
  const nothing = {
    ...{ refundedMinor: 0n, refundsMinor: 0n, refundsFailedMinor: 0n, disputesLostMinor: 0n, disputesOpenMinor: 0n, toReturnMinor: null },
    ...{ revenueMinor: 0n, owedMinor: 0n, disputedMinor: 0n, returnedMinor: 0n },
  };
  const early: PaymentRow = {
    tenant,
    sale,
    payment: 'pay_1',
    order,
    currency: 'EUR',
    matched: false,
    receivedMinor: 10000n,
    clearingMinor: 10000n,
    ...nothing,
    reason: null,
    sequence: 2,
    updatedAt: 7,
  };
  const unmatched = event('PaymentReceived', { ...money('10000'), matched: false }, 7);

  it('holds its balances, and the commit that changed it', () => {
    expect(post([OPENED], [unmatched]).payment).toEqual(early);
    const matched = event('PaymentReceived', { ...money('10000'), matched: true }, 9);
    expect(post([OPENED], [unmatched], [placed(), matched, confirmed()]).payment).toMatchObject({ matched: true, sequence: 3 });
    expect(post([OPENED], [unmatched], [matched], [unmatched]).payment).toEqual({ ...early, matched: true, sequence: 4 });
  });

  it('is separate for each order and currency that it was reported for', () => {
    const { book } = post(
      [OPENED],
      [back('4000', 'USD')],
      [unmatched],
      [event('RefundPaid', { ...money('1'), order: 'ord_2', refund: 're_1' })],
    );
    expect(paymentIn(book)).toMatchObject({ refundedMinor: 0n, receivedMinor: 10000n });
    expect(paymentIn(book, 'pay_1', 'USD')).toMatchObject({ refundedMinor: 4000n, receivedMinor: 0n, matched: false });
    expect(book.payments.of(tenant, { sale, payment: 'pay_1', order: 'ord_2', currency: 'EUR' })).toMatchObject({ refundsMinor: 1n });
    expect([book.payments.knows(tenant, sale, 'pay_1'), book.payments.knows(tenant, sale, 'pay_2')]).toEqual([true, false]);
  });

  it('is not changed by a report that was set aside', () => {
    const aside = event('PaymentReportSetAside', { ...money('9999'), report: 'received' });
    expect(post(...SOLD, [aside]).payment).toEqual(post(...SOLD).payment);
  });

  it('is not changed by an outdated report', () => {
    const sold = [...SOLD, [owed('requested')], [back('4000')]];
    for (const amount of ['3000', '4000']) expect(post(...sold, [back(amount)]).payment).toEqual({ ...post(...sold).payment, sequence: 6 });
    expect(post([OPENED], [unmatched], [unmatched]).payment).toMatchObject({ matched: false });
  });

  it('has the latest reason of a refund due', () => {
    expect(post(...SOLD, [owed('requested')]).payment?.reason).toBe('requested');
    expect(post(...SOLD, [owed('requested')], [owed('unmatched')]).payment?.reason).toBe('unmatched');
  });

  it('moves its order only when the organiser refunds it', () => {
    const statusAfter = (...commits: LedgerEvent[][]) => post(...commits).book.orders.get(tenant, order)?.status;
    expect(statusAfter(...SOLD, [owed('requested')])).toBe('refund-owed');
    expect(statusAfter(...LATE, [received(), owed('expired')])).toBe('expired');
  });
});

describe('impossible money is rejected', () => {
  const about = { payment: 'pay_1', order, of: 'EUR' };
  it.each<[string, LedgerEvent[][], object]>([
    [
      'paying too little',
      [...HELD, [received('9999'), confirmed()]],
      { reason: 'a payment of another amount pays for no order', ...about, total: 10000n },
    ],
    [
      'paying for an order that it was not sent for',
      [...HELD, [event('PaymentReceived', { ...money('10000'), order: 'ord_2', matched: false }), confirmed()]],
      { reason: 'a payment of another amount pays for no order', ...about, total: 10000n },
    ],
    [
      'paying without being received',
      [...HELD, [confirmed()]],
      { reason: 'a payment of another amount pays for no order', ...about, total: 10000n },
    ],
    [
      'left in the clearing of an ended order',
      [...LATE, [received()]],
      { reason: 'the clearing of an ended order is zero', ...about, status: 'expired' },
    ],
  ])('%s', (_, commits, context) => {
    expect(wrongs(...commits)).toEqual(context);
  });

  it('may wait in clearing while its order is held or unknown, or when another order ended', () => {
    const waits = (...commits: LedgerEvent[][]) => pots(post(...commits).payment)?.[1];
    expect(waits(...HELD, [received()])).toBe(10000);
    expect(waits([OPENED], [received()])).toBe(10000);
    expect(waits(...LATE, [received('10000', { matched: false })])).toBe(10000);
    expect(waits([OPENED], [placed()], [placed('ord_2')], [received()], [event('OrderExpired', { order: 'ord_2' })])).toBe(10000);
  });

  it('names the commit in which an order ended before its money', () => {
    expect(() => post(...HELD, [received()], [expired])).toThrow(
      expect.objectContaining({ code: 'projection-refused', context: { tenant, sequence: 4 } }),
    );
  });
});
