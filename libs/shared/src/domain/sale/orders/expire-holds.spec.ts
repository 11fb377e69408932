import type { BuyerId, OrderId, PaymentId, SaleId, UnitId } from '../../../kernel/ids.js';
import type { SaleEvent } from '../events.js';
import { Sale } from '../sale.js';
import type { SaleTerms } from '../terms.js';
import { expireHolds, MATCH_WITHIN_MS, MAX_EXPIRED_AT_ONCE, nextExpiry } from './expire-holds.js';

const TERMS: SaleTerms = {
  sale: 'gala' as SaleId,
  name: 'Gala',
  units: { areas: [{ quota: 2 * MAX_EXPIRED_AT_ONCE }] },
  currency: 'EUR',
  prices: [{ amount: '100' }],
  maxPerBuyer: 2 * MAX_EXPIRED_AT_ONCE,
  holdSeconds: 600,
  payment: 'webhook',
  mint: 'on-request',
};
const opened: SaleEvent = { type: 'SaleOpened', data: TERMS };
const order = (n: number) => `ord_${n}` as OrderId;
const held = (n: number, expiresAt: number): SaleEvent => ({
  type: 'OrderPlaced',
  data: {
    order: order(n),
    buyer: 'b-1' as BuyerId,
    tickets: [{ ticket: `tkt_${n}` as never, unit: `${n}` as UnitId, price: '100' }],
    total: { amount: '100', currency: 'EUR' },
    expiresAt,
  },
});
const money = (n: number) => ({ payment: `pay_${n}` as PaymentId, order: order(n), amount: '100', currency: 'EUR' });
const received = (n: number, matched = false): SaleEvent => ({ type: 'PaymentReceived', data: { ...money(n), matched } });
const expired = (n: number): SaleEvent => ({ type: 'OrderExpired', data: { order: order(n) } });
const unmatched = (n: number): SaleEvent => ({ type: 'RefundOwed', data: { ...money(n), reason: 'unmatched' } });
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);

/** Applies each event at its time. */
function saleAfter(...happened: (readonly [number, SaleEvent])[]): Sale {
  const sale = new Sale();
  sale.evolve(opened, 0);
  for (const [at, event] of happened) sale.evolve(event, at);
  return sale;
}

describe('events caused by time', () => {
  it('end expired holds, oldest first', () => {
    const sale = saleAfter([0, held(1, 600)], [1, held(2, 601)], [2, held(3, 602)]);
    expect([599, 600, 601].map((at) => expireHolds(sale, at))).toEqual([[], [expired(1)], [expired(1), expired(2)]]);
  });

  it('leave out a hold that was paid, cancelled or released', () => {
    const endings: SaleEvent[] = [
      { type: 'OrderConfirmed', data: { order: order(1) } },
      { type: 'OrderCancelled', data: { order: order(1) } },
      { type: 'OrderRefunded', data: { order: order(1) } },
      expired(1),
    ];
    for (const ending of endings) expect([expireHolds(saleAfter([0, held(1, 600)], [1, ending]), 9_999), ending]).toEqual([[], ending]);
  });

  it('[L6] make money due that has no order for a day', () => {
    const sale = saleAfter([5, received(1)], [6, received(2)]);
    const day = MATCH_WITHIN_MS;
    expect([day + 5, day + 6, day + 7].map((at) => expireHolds(sale, at))).toEqual([[], [unmatched(1)], [unmatched(1), unmatched(2)]]);
  });

  it('[L6] leave out money that has an order, or is due already', () => {
    const sale = saleAfter([0, received(1)], [0, received(2, true)], [1, unmatched(1)], [2, received(3)], [3, received(3, true)]);
    expect(expireHolds(sale, 9 * MATCH_WITHIN_MS)).toEqual([]);
  });

  it('[L6] count the day from the receipt of the money, not from the first attempt', () => {
    const tried: SaleEvent = { type: 'PaymentFailed', data: { payment: money(1).payment, order: order(1) } };
    const sale = saleAfter([5, tried], [90, received(1)]);
    expect([nextExpiry(sale), sale.open?.payments.received(money(1).payment)?.receivedAt]).toEqual([MATCH_WITHIN_MS + 90, 90]);
  });

  it('are none after only a failed attempt to pay, or without a hold time', () => {
    const tried: SaleEvent = { type: 'PaymentFailed', data: { payment: money(1).payment, order: order(1) } };
    const placed = held(2, 0) as Extract<SaleEvent, { type: 'OrderPlaced' }>;
    const { expiresAt: _, ...forGood } = placed.data;
    const sale = saleAfter([0, tried], [0, { ...placed, data: forGood }]);
    expect([expireHolds(sale, 9 * MATCH_WITHIN_MS), nextExpiry(sale)]).toEqual([[], undefined]);
  });

  it('are bounded in number: a commit has a size limit', () => {
    const holds = upTo(MAX_EXPIRED_AT_ONCE + 1).map((n) => [0, held(n, 600)] as const);
    const lost = upTo(3).map((n) => [0, received(9_000 + n)] as const);
    const late = 9 * MATCH_WITHIN_MS;
    expect(expireHolds(saleAfter(...holds, ...lost), late)).toEqual(upTo(MAX_EXPIRED_AT_ONCE).map(expired));
    const room = holds.slice(0, MAX_EXPIRED_AT_ONCE - 2);
    expect(expireHolds(saleAfter(...room, ...lost), late).slice(MAX_EXPIRED_AT_ONCE - 2)).toEqual([unmatched(9_001), unmatched(9_002)]);
  });

  it('are none in a sale that was not opened', () => {
    expect([expireHolds(new Sale(), 1), nextExpiry(new Sale())]).toEqual([[], undefined]);
  });
});

describe('the next event caused by time', () => {
  it.each<[string, (readonly [number, SaleEvent])[], number | undefined]>([
    ['never, without holds and unmatched money', [], undefined],
    [
      'at the end of the first hold',
      [
        [0, held(1, 600)],
        [1, held(2, 601)],
      ],
      600,
    ],
    [
      'at the end of the next hold, after the first one ended',
      [
        [0, held(1, 600)],
        [1, held(2, 601)],
        [600, expired(1)],
      ],
      601,
    ],
    [
      'a day after the first money that has no order',
      [
        [5, received(1)],
        [6, received(2)],
      ],
      MATCH_WITHIN_MS + 5,
    ],
    [
      'at the hold, when that is sooner',
      [
        [0, received(1)],
        [1, held(2, 601)],
      ],
      601,
    ],
    [
      'at the money, when that is sooner',
      [
        [0, received(1)],
        [1, held(2, MATCH_WITHIN_MS + 1)],
      ],
      MATCH_WITHIN_MS,
    ],
  ])('%s', (_, happened, time) => {
    expect(nextExpiry(saleAfter(...happened))).toBe(time);
  });
});
