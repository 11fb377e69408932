import type { BuyerId, DisputeId, OrderId, PaymentId, RefundId, SaleId, TicketId, UnitId, Wallet } from '../../kernel/ids.js';
import type { SaleEvent, TicketOfUnit } from './events.js';
import { type OpenedSale, Sale } from './sale.js';
import { type SalePart, SaleRestorer, snapshotOf } from './sale-snapshot.js';
import type { SaleTerms } from './terms.js';

const WALLET = 'wallet' as Wallet;
const price = { amount: '5000', currency: 'EUR' };
const orderNo = (number: number): OrderId => `ord_${number}` as OrderId;
const payment = (number: number): PaymentId => `pay_${number}` as PaymentId;
const seats = (...units: string[]): TicketOfUnit[] => units.map((unit) => ({ ticket: `tkt_${unit}` as TicketId, unit: unit as UnitId }));
/** A ticket of another order. */
const AGAIN: TicketOfUnit = { ticket: 'tkt_again' as TicketId, unit: 'A-1' as UnitId };
const terms: SaleTerms = {
  sale: 'gala' as SaleId,
  name: 'Gala',
  units: { seats: (['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'A-6'] as UnitId[]).map((unit) => ({ unit })) },
  currency: 'EUR',
  prices: [{ amount: '5000' }],
  maxPerBuyer: 4,
  holdSeconds: 60,
  payment: 'webhook',
  mint: 'on-confirm',
};

type Applied = readonly [event: SaleEvent, at: number, version: number];
const opened: Applied = [{ type: 'SaleOpened', data: terms }, 1, 1];
const placed = (number: number, at: number, version: number, units: TicketOfUnit[], more: object = {}): Applied => {
  const tickets = units.map((one) => ({ ...one, price: '5000' }));
  const total = { amount: `${5_000 * tickets.length}`, currency: 'EUR' };
  return [
    { type: 'OrderPlaced', data: { order: orderNo(number), buyer: `b-${number % 2}` as BuyerId, tickets, total, ...more } },
    at,
    version,
  ];
};
const held = { expiresAt: 60, wallet: WALLET };
const of = (
  type: 'OrderConfirmed' | 'OrderExpired' | 'OrderRestored' | 'OrderCancelled' | 'OrderRefunded',
  number: number,
  at: number,
  version: number,
): Applied => [{ type, data: { order: orderNo(number), ...(type === 'OrderConfirmed' && { payment: payment(number) }) } }, at, version];
const requested = (number: number, at: number, version: number, ...tickets: TicketOfUnit[]): Applied => {
  const requested = tickets.map((ticket, index) => ({ ...ticket, request: index + 1 }));
  return [{ type: 'MintsRequested', data: { order: orderNo(number), name: 'Gala', wallet: WALLET, tickets: requested } }, at, version];
};
const received = (number: number, order: number, matched: boolean, at: number): Applied => [
  { type: 'PaymentReceived', data: { payment: payment(number), order: orderNo(order), ...price, matched } },
  at,
  at,
];

const refunded = (number: number, order: number, refund: string, at: number): Applied => [
  { type: 'RefundPaid', data: { payment: payment(number), order: orderNo(order), ...price, amount: '10', refund: refund as RefundId } },
  at,
  at,
];
const disputed = (type: 'DisputeOpened' | 'DisputeWon' | 'DisputeLost', dispute: string, at: number, amount?: string): Applied => [
  {
    type,
    data: {
      payment: payment(1),
      order: orderNo(1),
      ...price,
      dispute: dispute as DisputeId,
      ...(amount !== undefined && { opened: amount }),
    },
  },
  at,
  at,
];
const released = (number: number, at: number, ...tickets: TicketOfUnit[]): Applied => [
  { type: 'UnitsReleased', data: { order: orderNo(number), tickets } },
  at,
  at,
];

const HISTORIES: readonly (readonly [string, readonly Applied[]])[] = [
  ['that was opened, and nothing more', [opened]],
  ['that is closed', [opened, [{ type: 'SaleClosed', data: { sale: terms.sale } }, 9, 2]]],
  [
    'of a quota',
    [
      [{ type: 'SaleOpened', data: { ...terms, units: { areas: [{ quota: 5 }] } } }, 1, 1],
      placed(1, 2, 2, seats('1', '2')),
      placed(2, 3, 3, seats('3')),
    ],
  ],
  [
    'with holds that began in another order than their orders',
    [
      ...[opened, placed(1, 2, 2, seats('A-1'), held), placed(2, 3, 3, seats('A-2'), { expiresAt: 90 }), of('OrderExpired', 1, 4, 4)],
      of('OrderRestored', 1, 5, 5),
    ],
  ],
  [
    'with an order that was paid and requested to be minted at once',
    [...[opened, placed(1, 2, 2, seats('A-1', 'A-2'), held), of('OrderConfirmed', 1, 2, 2), requested(1, 2, 2, ...seats('A-1', 'A-2'))]],
  ],
  ['with an order that was paid later in one commit', [opened, placed(1, 2, 2, seats('A-1'), held), of('OrderConfirmed', 1, 3, 2)]],
  [
    'with an order that was paid in a later commit of one time',
    [opened, placed(1, 2, 2, seats('A-1')), of('OrderConfirmed', 1, 2, 3), requested(1, 2, 4)],
  ],
  [
    'with tickets that were released, are void, or could not be minted',
    [
      ...[
        opened,
        placed(1, 2, 2, seats('A-1', 'A-2', 'A-3', 'A-4')),
        of('OrderConfirmed', 1, 2, 2),
        requested(1, 2, 2, ...seats('A-1', 'A-2', 'A-3')),
      ],
      [{ type: 'RevocationsRequested', data: { order: orderNo(1), tickets: seats('A-1', 'A-2'), override: true } }, 3, 3],
      [{ type: 'UnitsReleased', data: { order: orderNo(1), tickets: seats('A-1'), void: true } }, 4, 4],
      [{ type: 'UnitsReleased', data: { order: orderNo(1), tickets: seats('A-4') } }, 5, 5],
      [{ type: 'MintFailureNoted', data: { order: orderNo(1), ticket: 'tkt_A-3' as TicketId, request: 3 } }, 6, 6],
      placed(2, 7, 7, [AGAIN], held),
      placed(3, 8, 8, seats('A-5'), { wallet: WALLET }),
    ],
  ],
  [
    'with tickets that differ by the override alone',
    [
      ...[opened, placed(1, 2, 2, seats('A-1', 'A-2')), of('OrderConfirmed', 1, 2, 2)],
      [{ type: 'RevocationsRequested', data: { order: orderNo(1), tickets: seats('A-1'), override: true } }, 3, 3],
      [{ type: 'RevocationsRequested', data: { order: orderNo(1), tickets: seats('A-2') } }, 4, 4],
    ],
  ],
  [
    'with orders that ended and whose units were sold again',
    [
      ...[
        opened,
        placed(1, 2, 2, seats('A-1'), held),
        of('OrderExpired', 1, 70, 3),
        placed(2, 71, 4, seats('A-1'), held),
        of('OrderCancelled', 2, 72, 5),
      ],
    ],
  ],
  [
    'with payments of every kind, reported in any order',
    [
      ...[opened, placed(1, 2, 2, seats('A-1'), held)],
      [{ type: 'PaymentFailed', data: { payment: payment(9), order: orderNo(8) } }, 3, 3],
      ...[received(7, 7, false, 4), received(9, 8, false, 5), received(1, 1, true, 6), received(6, 6, false, 7)],
      [{ type: 'RefundOwed', data: { payment: payment(6), order: orderNo(6), ...price, reason: 'unmatched' } }, 8, 8],
      [{ type: 'RefundPaid', data: { payment: payment(5), order: orderNo(6), refundedTotal: '100', currency: 'USD' } }, 9, 9],
      ...[received(7, 8, false, 10), refunded(7, 7, 're_1', 11), refunded(1, 1, 're_2', 12), refunded(1, 1, 're_3', 13)],
      ...[disputed('DisputeOpened', 'dp_1', 14), disputed('DisputeOpened', 'dp_2', 15), disputed('DisputeLost', 'dp_1', 16, '5000')],
      disputed('DisputeWon', 'dp_3', 17),
      [{ type: 'PaymentReportSetAside', data: { payment: payment(1), order: orderNo(1), ...price, report: 'received' } }, 18, 18],
    ],
  ],
  [
    'with orders that their sellers ended, that another payment pays for, and that were restored',
    [
      ...[opened, placed(1, 2, 2, seats('A-1'), held), received(1, 1, true, 3), of('OrderConfirmed', 1, 3, 3), received(2, 1, true, 4)],
      [{ type: 'RefundOwed', data: { payment: payment(2), order: orderNo(1), ...price, reason: 'paid-twice' } }, 4, 4],
      [{ type: 'OrderPaymentChanged', data: { payment: payment(2), order: orderNo(1) } }, 5, 5],
      ...[of('OrderRefunded', 1, 6, 6), released(1, 6, ...seats('A-1')), of('OrderRestored', 1, 7, 7), of('OrderConfirmed', 1, 7, 7)],
      [{ type: 'RefundOwed', data: { payment: payment(1), order: orderNo(1), ...price, reason: 'requested' } }, 8, 8],
      ...[placed(2, 9, 9, seats('A-2'), held), of('OrderCancelled', 2, 10, 10)],
    ],
  ],
];

function fold(history: readonly Applied[], sale = new Sale()): Sale {
  for (const [event, at, version] of history) sale.evolve(event, at, version);
  return sale;
}

const partsOf = (sale: Sale): SalePart[] => snapshotOf(sale, sale.open as OpenedSale);

function restored(parts: readonly SalePart[]): Sale {
  const restorer = new SaleRestorer();
  for (const part of JSON.parse(JSON.stringify(parts)) as SalePart[]) restorer.add(part);
  return restorer.end();
}

const stateOf = (sale: Sale): unknown => [sale.clock, sale.open, sale.counts(), partsOf(sale)];

describe('a sale', () => {
  it.each(HISTORIES)('%s: is the same after a snapshot', (_, history) => {
    const sale = fold(history);
    const again = restored(partsOf(sale));
    expect(stateOf(again)).toEqual(stateOf(sale));
    expect(again.open?.payments.withoutOrder()).toEqual(sale.open?.payments.withoutOrder());
    expect(again.open?.payments.ofOrder(orderNo(6))).toEqual(sale.open?.payments.ofOrder(orderNo(6)));
    expect(again.open?.holds.orders()).toEqual(sale.open?.holds.orders());
    for (const { ticket } of seats('A-1', 'A-5'))
      expect(again.open?.tickets.orderWith(ticket)).toEqual(sale.open?.tickets.orderWith(ticket));
  });

  it.each(HISTORIES)('%s: reaches the same end from a snapshot at any place', (_, history) => {
    for (let at = 1; at <= history.length; at++) {
      const half = restored(partsOf(fold(history.slice(0, at))));
      expect(stateOf(fold(history.slice(at), half))).toEqual(stateOf(fold(history)));
    }
  });
});

describe('a snapshot', () => {
  const [, history] = HISTORIES.find(([name]) => name.startsWith('with tickets')) as (typeof HISTORIES)[number];

  it('has one row for each order, with its state and that of its tickets', () => {
    const rows = partsOf(fold(history)).flatMap((part) => (part.kind === 'orders' ? part.rows : []));
    expect(rows).toEqual([
      [
        ...['ord_1', 'b-1', 0, '20000', 'EUR', 0, 'confirmed', 'pay_1', 2, 2, 1, 1, 0, 1, 0],
        ...['tkt_A-1', 'A-1', '5000', 0, 0, 0, 1, 'void', 1, 'tkt_A-2', 'A-2', '5000', 0, 0, 1, 2, 'revoking', 1],
        ...['tkt_A-3', 'A-3', '5000', 0, 0, 1, 3, 'failed', 0, 'tkt_A-4', 'A-4', '5000', 0, 0, 0, 0, 'released', 0],
      ],
      ['ord_2', 'b-0', 'wallet', '5000', 'EUR', 60, 'held', 0, 7, 7, 0, 0, 0, 0, 0, 'tkt_again', 'A-1', '5000', 0, 0, 1, 0, 'unasked', 0],
      ['ord_3', 'b-1', 'wallet', '5000', 'EUR', 0, 'held', 0, 8, 8, 0, 0, 0, 0, 0, 'tkt_A-5', 'A-5', '5000', 0, 0, 1, 0, 'unasked', 0],
    ]);
  });

  it('may come in pieces', () => {
    const parts = partsOf(fold(history));
    const pieces = parts.flatMap((part): SalePart[] =>
      part.kind === 'orders' ? part.rows.map((row) => ({ ...part, rows: [row] })) : [part],
    );
    expect(stateOf(restored(pieces))).toEqual(stateOf(fold(history)));
  });

  it('shares equal values among orders', () => {
    const sale = restored(
      partsOf(fold([opened, placed(1, 2, 2, seats('A-1')), placed(2, 2, 2, seats('A-2')), placed(3, 2, 2, seats('A-3', 'A-4'))])),
    );
    const [first, second, third] = [...(sale.open?.orders.values() ?? [])];
    expect(first?.total).toBe(second?.total);
    expect(third?.total).toEqual({ amount: '10000', currency: 'EUR' });
    expect(first?.progressOf('tkt_A-1' as TicketId)).toBe(second?.progressOf('tkt_A-2' as TicketId));
  });

  it.each<readonly [string, SalePart, string]>([
    ['an order twice', { kind: 'orders', rows: [rowOf(1, 'A-6')] }, 'order ord_1 is listed twice'],
    ['a unit twice', { kind: 'orders', rows: [rowOf(4, 'A-2')] }, 'ord_1 has it'],
    ['a hold of no order', { kind: 'holds', rows: [orderNo(9)] }, 'order ord_9 has no hold that could end'],
    ['a hold of an order without end', { kind: 'holds', rows: [orderNo(3)] }, 'order ord_3 has no hold that could end'],
    ['a payment twice', { kind: 'payments', rows: [paid(), paid()] }, 'payment pay_1 is listed twice'],
  ])('is refused with %s', (_, more, why) => {
    expect(() => restored([...partsOf(fold(history)), more])).toThrow(why);
  });

  it('begins with its terms', () => {
    expect(() => restored(partsOf(fold(history)).slice(1))).toThrow('a snapshot begins with the terms of its sale');
    expect(() => restored([])).toThrow('a snapshot begins with the terms of its sale');
  });
});

function rowOf(number: number, unit: string): Extract<SalePart, { kind: 'orders' }>['rows'][number] {
  const order = [orderNo(number), 'b-1' as BuyerId, 0, '5000', 'EUR', 0, 'held', 0, 9, 9, 0, 0, 0, 0, 0] as const;
  return [...order, `tkt_${unit}` as TicketId, unit as UnitId, '5000', 0, 0, 1, 0, 'unasked', 0];
}

function paid(): Extract<SalePart, { kind: 'payments' }>['rows'][number] {
  return [payment(1), orderNo(1), 'EUR', '5000', 0, 1, 9, '0', '0', '0', '0', '0', null];
}
