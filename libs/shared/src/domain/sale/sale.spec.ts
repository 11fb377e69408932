import type { BuyerId, OrderId, PaymentId, SaleId, TicketId, UnitId, Wallet } from '../../kernel/ids.js';
import { closeSale } from './close-sale.js';
import type { SaleEvent } from './events.js';
import { Sale } from './sale.js';
import type { SaleTerms } from './terms.js';

const TERMS: SaleTerms = {
  sale: 'gala' as SaleId,
  name: 'Gala',
  units: { areas: [{ quota: 10 }] },
  currency: 'EUR',
  prices: [{ amount: '100' }],
  maxPerBuyer: 10,
  holdSeconds: 600,
  payment: 'none',
  mint: 'on-request',
};
const earliest = ({ open }: Sale, quantity: number) =>
  open?.units
    .ofCategory(undefined)
    ?.earliest(quantity)
    .map(({ block, place }) => block.unitAt(place));
const opened: SaleEvent = { type: 'SaleOpened', data: TERMS };
const placed = (name: string, ...units: string[]): SaleEvent => ({
  type: 'OrderPlaced',
  data: {
    order: name as OrderId,
    buyer: 'b-1' as BuyerId,
    tickets: units.map((unit) => ({ ticket: `tkt_${name}_${unit}` as TicketId, unit: unit as UnitId, price: '100' })),
    total: { amount: `${units.length * 100}`, currency: 'EUR' },
  },
});
const confirmed = (name: string): SaleEvent => ({ type: 'OrderConfirmed', data: { order: name as OrderId } });

function saleAfter(...events: SaleEvent[]): Sale {
  const sale = new Sale();
  for (const [at, event] of events.entries()) sale.evolve(event, at);
  return sale;
}

describe('the fold of a sale', () => {
  it('[L9] moves units from available to held to sold, and loses none', () => {
    expect(saleAfter(opened).counts()).toEqual({ opened: 10, available: 10, held: 0, sold: 0 });
    expect(saleAfter(opened, placed('o1', '1', '2')).counts()).toEqual({ opened: 10, available: 8, held: 2, sold: 0 });
    expect(saleAfter(opened, placed('o1', '1', '2'), confirmed('o1'), placed('o2', '4')).counts()).toEqual({
      opened: 10,
      available: 7,
      held: 1,
      sold: 2,
    });
  });

  it('never lets its clock run backwards', () => {
    const sale = new Sale();
    sale.evolve(opened, 500);
    sale.evolve(placed('o1', '1'), 400);
    expect(sale.clock).toBe(500);
  });

  it('finds the lowest free place although a higher one was taken first', () => {
    expect(earliest(saleAfter(opened, placed('o1', '2', '3')), 3)).toEqual(['1', '4', '5']);
    expect(earliest(saleAfter(opened, placed('o1', '2'), placed('o2', '1')), 2)).toEqual(['3', '4']);
    expect(earliest(saleAfter(opened), 11)).toHaveLength(10);
  });

  it.each([
    ['[L1] a unit that has an order already', [opened, placed('o1', '1'), placed('o2', '1')], /o1 has it/],
    ['[L1] a unit twice in one order', [opened, placed('o1', '1', '1')], /o1 has it/],
    ['a unit that the sale does not have', [opened, placed('o1', '11')], /there is none/],
    ['a place by another spelling', [opened, placed('o1', '01')], /there is none/],
    ['an order twice', [opened, placed('o1', '1'), placed('o1', '2')], /placed twice/],
    ['a confirmation twice', [opened, placed('o1', '1'), confirmed('o1'), confirmed('o1')], /is confirmed: OrderConfirmed cannot follow/],
    ['a confirmation of nothing', [opened, confirmed('o1')], /never placed/],
    ['a second opening', [opened, opened], /opened twice/],
    ['an order before the opening', [placed('o1', '1')], /before it is opened/],
  ] as const)('rejects %s as a broken log, not a refusal', (_, events, words) => {
    expect(() => saleAfter(...events)).toThrow(words);
  });
});

describe('the state after an order', () => {
  const of = <T extends string>(type: T, name: string) => ({ type, data: { order: name as OrderId } });
  const held = (name: string, expiresAt: number, ...units: string[]): SaleEvent => {
    const event = placed(name, ...units) as Extract<SaleEvent, { type: 'OrderPlaced' }>;
    return { ...event, data: { ...event.data, expiresAt } };
  };
  const released = (name: string, unit: string): SaleEvent => ({
    type: 'UnitsReleased',
    data: { order: name as OrderId, tickets: [{ ticket: `tkt_${name}_${unit}` as TicketId, unit: unit as UnitId }] },
  });
  const HELD = [opened, held('o1', 600, '1', '2')];
  const SOLD = [...HELD, confirmed('o1')];
  const EXPIRED = [...HELD, of('OrderExpired', 'o1')];

  it.each<[string, readonly SaleEvent[], { held: number; sold: number; has: number; next: number | undefined }]>([
    ['held: its units, for the buyer, until its time', HELD, { held: 2, sold: 0, has: 2, next: 600 }],
    ['sold: its units, and no time', SOLD, { held: 0, sold: 2, has: 2, next: undefined }],
    ['expired: nothing', EXPIRED, { held: 0, sold: 0, has: 0, next: undefined }],
    ['cancelled: nothing', [...HELD, of('OrderCancelled', 'o1')], { held: 0, sold: 0, has: 0, next: undefined }],
    ['refunded while it was held: nothing', [...HELD, of('OrderRefunded', 'o1')], { held: 0, sold: 0, has: 0, next: undefined }],
    ['restored: all of it again', [...EXPIRED, of('OrderRestored', 'o1')], { held: 2, sold: 0, has: 2, next: 600 }],
    ['sold after it was restored', [...EXPIRED, of('OrderRestored', 'o1'), confirmed('o1')], { held: 0, sold: 2, has: 2, next: undefined }],
    ['refunded after it expired: no more', [...EXPIRED, of('OrderRefunded', 'o1')], { held: 0, sold: 0, has: 0, next: undefined }],
    [
      'refunded: sold units stay sold until each is released',
      [...SOLD, of('OrderRefunded', 'o1')],
      { held: 0, sold: 2, has: 2, next: undefined },
    ],
    [
      'released in part: the rest',
      [...SOLD, of('OrderRefunded', 'o1'), released('o1', '2')],
      { held: 0, sold: 1, has: 1, next: undefined },
    ],
    ['beside another: only its own', [...SOLD, held('o2', 700, '3')], { held: 1, sold: 2, has: 3, next: 700 }],
  ])('%s', (_, events, { has, next, ...counts }) => {
    const sale = saleAfter(...events);
    expect(sale.counts()).toEqual({ opened: 10, available: 10 - counts.held - counts.sold, ...counts });
    expect([sale.open?.usage.unitsOf('b-1' as BuyerId), sale.open?.holds.next]).toEqual([has, next]);
  });

  it('is found by each of its tickets', () => {
    const sale = saleAfter(opened, placed('o1', '1', '2'), placed('o2', '3'));
    const orderOf = (ticket: string) => sale.open?.tickets.orderWith(ticket as TicketId)?.order;
    expect(['tkt_o1_1', 'tkt_o1_2', 'tkt_o2_3', 'tkt_o3_4'].map(orderOf)).toEqual(['o1', 'o1', 'o2', undefined]);
    sale.evolve(placed('o3', '4'), 9);
    expect(['tkt_o1_1', 'tkt_o3_4'].map(orderOf)).toEqual(['o1', 'o3']);
  });

  it('records when each of its points was reached, and at which version of the sale', () => {
    const sale = new Sale();
    const minting = { name: 'Gala', wallet: 'w' as Wallet, tickets: [] };
    const events = [
      opened,
      placed('o1', '1'),
      confirmed('o1'),
      { type: 'MintsRequested', data: { order: 'o1' as OrderId, ...minting } },
    ] as const;
    for (const [index, event] of events.entries()) sale.evolve(event, 10 * index, index + 1);
    const placing = { at: 10, version: 2 };
    expect(sale.open?.orders.get('o1' as OrderId)?.points).toEqual({
      received: placing,
      decided: placing,
      held: placing,
      paid: { at: 20, version: 3 },
      'mint-asked': { at: 30, version: 4 },
    });
  });

  it('distinguishes moments by their time within one commit, and by their commit within one millisecond', () => {
    const sale = new Sale();
    const steps = [
      [opened, 10, 1],
      [placed('o1', '1'), 20, 2],
      [placed('o2', '2'), 20, 3],
      [confirmed('o1'), 30, 4],
      [confirmed('o2'), 31, 4],
    ] as const;
    for (const [event, at, version] of steps) sale.evolve(event, at, version);
    const momentsOf = (order: string) => Object.values(sale.open?.orders.get(order as OrderId)?.points ?? {}).slice(-2);
    expect(['o1', 'o2'].map(momentsOf)).toEqual([
      [
        { at: 20, version: 2 },
        { at: 30, version: 4 },
      ],
      [
        { at: 20, version: 3 },
        { at: 31, version: 4 },
      ],
    ]);
  });

  it('is changed by returned money only if the organiser requested it', () => {
    const owed = (reason: 'requested' | 'paid-twice'): SaleEvent => ({
      type: 'RefundOwed',
      data: { order: 'o1' as OrderId, payment: 'pay_1' as PaymentId, amount: '200', currency: 'EUR', reason },
    });
    const statusAfter = (event: SaleEvent) => saleAfter(...SOLD, event).open?.orders.get('o1' as OrderId)?.status;
    expect([statusAfter(owed('paid-twice')), statusAfter(owed('requested'))]).toEqual(['confirmed', 'refund-owed']);
  });
});

describe('closing a sale', () => {
  const close = { sale: TERMS.sale };
  it('ends selling, once', () => {
    expect(closeSale(saleAfter(opened), close)).toEqual({ events: [{ type: 'SaleClosed', data: close }] });
    const closed = saleAfter(opened, { type: 'SaleClosed', data: close });
    expect([closed.open?.closed, closeSale(closed, close)]).toEqual([true, { events: [] }]);
  });

  it('is refused in a sale that was not opened', () => {
    expect(closeSale(new Sale(), close)).toEqual({ refusal: { code: 'sale-unknown', pointers: ['/sale'] } });
  });
});
