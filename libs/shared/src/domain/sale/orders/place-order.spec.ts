import type { BuyerId, OrderId, PaymentId, RefundId, SaleId, TenantId, UnitId } from '../../../kernel/ids.js';
import { orderId, ticketId } from '../../../kernel/ids.js';
import type { Decision } from '../../refusal.js';
import { REFUSALS } from '../../refusal.js';
import { OpenSale, PlaceOrder } from '../commands.js';
import type { RefundReason, SaleEvent } from '../events.js';
import { openSale } from '../open-sale.js';
import { Sale } from '../sale.js';
import { placeOrder } from './place-order.js';

const TENANT = 'demo' as TenantId;
const WALLET = 'GmaDrppBC7P5ARKV8g3djiwP89vz1jLK23V2GBjuAEGB';
const OPENS = Date.parse('2027-01-01T09:00:00Z');
const CLOSES = Date.parse('2027-01-01T18:00:00Z');
const SEATS = { seats: ['A-1', 'A-2', 'A-3'] };

const opening = (units: object, more: object = {}) =>
  OpenSale.parse({ sale: 'gala', name: 'Gala', units, price: { amount: '5000', currency: 'EUR' }, mint: 'on-request', ...more });

/** A sale after some decisions, each applied as from the log. */
class Given {
  readonly sale = new Sale();
  private orders = 0;

  static aSale(units: object, more: object = {}): Given {
    const given = new Given();
    given.apply(openSale(given.sale, opening(units, more)), 0);
    return given;
  }

  ordered(more: object, at = 0): this {
    this.apply(this.when(more, at), at);
    return this;
  }

  when(more: object, at = 0): Decision<SaleEvent> {
    this.orders += 1;
    const command = PlaceOrder.parse({ sale: 'gala', buyer: 'b-1', ...more });
    return placeOrder(this.sale, { tenant: TENANT, order: orderId(TENANT, 'gala' as SaleId, `key-${this.orders}`), command }, at);
  }

  private apply(decision: Decision<SaleEvent>, at: number): void {
    if ('refusal' in decision) throw new Error(`given what was refused: ${decision.refusal.code}`);
    for (const event of decision.events) this.sale.evolve(event, at);
  }
}

const unitsOf = (decision: Decision<SaleEvent>): readonly string[] =>
  'refusal' in decision
    ? []
    : decision.events.flatMap((event) => (event.type === 'OrderPlaced' ? event.data.tickets.map(({ unit }) => unit) : []));
const typesOf = (decision: Decision<SaleEvent>): readonly string[] =>
  'refusal' in decision ? [] : decision.events.map(({ type }) => type);

describe('opening a sale', () => {
  it.each([
    ['named seats', SEATS, 3],
    [
      'rows',
      {
        rows: [
          { row: 'A', from: 1, to: 40 },
          { row: 'B', from: 5, to: 5 },
        ],
      },
      41,
    ],
    ['a quota', { quota: 500 }, 500],
  ])('[L9] makes all units of %s available', (_, units, opened) => {
    expect(Given.aSale(units).sale.counts()).toEqual({ opened, available: opened, held: 0, sold: 0 });
  });

  it('names the seats of a row by row and number', () => {
    const { sale } = Given.aSale({ rows: [{ row: 'A', from: 9, to: 11 }] });
    expect(['A-8', 'A-9', 'A-10', 'A-11', 'A-12', 'A-09', 'A'].filter((unit) => sale.open?.units.has(unit as UnitId))).toEqual([
      'A-9',
      'A-10',
      'A-11',
    ]);
  });

  it('is refused a second time: its terms are facts', () => {
    const { sale } = Given.aSale(SEATS);
    expect(openSale(sale, opening({ quota: 5 }))).toEqual({ refusal: { code: 'sale-exists', pointers: ['/sale'] } });
  });

  it.each([
    ['0', undefined, 'on-request'],
    ['0', 'on-confirm', 'on-confirm'],
    ['1', undefined, 'on-confirm'],
    ['1', 'on-request', 'on-request'],
  ])('at price %s with mint %s mints %s: the rent of free tickets can be farmed', (amount, mint, becomes) => {
    const { sale } = Given.aSale(SEATS, { price: { amount, currency: 'EUR' }, mint });
    expect(sale.open?.terms.mint).toBe(becomes);
  });

  it('fills in defaults', () => {
    const { sale } = Given.aSale(SEATS);
    expect(sale.open?.terms).toMatchObject({ maxPerBuyer: 100, holdSeconds: 600, payment: 'none' });
    for (const left of ['opensAt', 'closesAt', 'tickets']) expect(sale.open?.terms).not.toHaveProperty(left);
  });
});

describe('placing an order', () => {
  it('takes one seat and confirms it at once, with a ticket and a total that anyone can compute', () => {
    const order = orderId(TENANT, 'gala' as SaleId, 'key-1');
    const ticket = ticketId(TENANT, 'gala' as SaleId, order, 'A-1' as UnitId);
    expect(Given.aSale(SEATS).when({ units: ['A-1'] })).toStrictEqual({
      events: [
        {
          type: 'OrderPlaced',
          data: { order, buyer: 'b-1', tickets: [{ ticket, unit: 'A-1', price: '5000' }], total: { amount: '5000', currency: 'EUR' } },
        },
        { type: 'OrderConfirmed', data: { order } },
      ],
    });
  });

  it('takes many seats in the requested order, at the price of each', () => {
    const decision = Given.aSale(SEATS, { price: { amount: '999999999999999', currency: 'JPY' } }).when({ units: ['A-3', 'A-1'] });
    expect(unitsOf(decision)).toEqual(['A-3', 'A-1']);
    expect(decision).toMatchObject({ events: [{ data: { total: { amount: '1999999999999998', currency: 'JPY' } } }, {}] });
  });

  it('[L1] refuses a taken seat, and all others of the request', () => {
    const given = Given.aSale(SEATS).ordered({ units: ['A-2'] });
    expect(given.when({ units: ['A-1', 'A-2', 'A-3'] })).toEqual({ refusal: { code: 'unit-taken', pointers: ['/units/1'] } });
    expect(given.sale.counts()).toEqual({ opened: 3, available: 2, held: 0, sold: 1 });
    expect(unitsOf(given.when({ units: ['A-1', 'A-3'] }))).toEqual(['A-1', 'A-3']);
  });

  it('points at every unknown unit', () => {
    expect(Given.aSale(SEATS).when({ units: ['A-1', 'Z-1', 'A-4'] })).toEqual({
      refusal: { code: 'unit-unknown', pointers: ['/units/1', '/units/2'] },
    });
  });

  it('gives the lowest free places of a quota', () => {
    const given = Given.aSale({ quota: 5 }).ordered({ quantity: 2 });
    expect(unitsOf(given.when({ quantity: 3 }))).toEqual(['3', '4', '5']);
    expect(given.when({ quantity: 4 })).toEqual({ refusal: { code: 'sold-out', pointers: ['/quantity'], facts: { available: 3 } } });
  });

  it('sells the last place of a quota and no more', () => {
    const given = Given.aSale({ quota: 1 }).ordered({ quantity: 1 });
    expect(given.when({ quantity: 1 })).toMatchObject({ refusal: { code: 'sold-out', facts: { available: 0 } } });
  });

  it('adds up the units of a buyer over all orders, for seats and for places', () => {
    const seats = Given.aSale(SEATS, { maxPerBuyer: 2 }).ordered({ units: ['A-1'] });
    expect(seats.when({ units: ['A-2', 'A-3'] })).toEqual({
      refusal: { code: 'buyer-limit', pointers: ['/units'], facts: { maxPerBuyer: 2, has: 1 } },
    });
    expect(unitsOf(seats.when({ units: ['A-2'] }))).toEqual(['A-2']);
    expect(unitsOf(seats.when({ units: ['A-2', 'A-3'], buyer: 'b-2' as BuyerId }))).toEqual(['A-2', 'A-3']);
    const places = Given.aSale({ quota: 9 }, { maxPerBuyer: 2 });
    expect(places.when({ quantity: 3 })).toEqual({
      refusal: { code: 'buyer-limit', pointers: ['/quantity'], facts: { maxPerBuyer: 2, has: 0 } },
    });
  });

  it('enforces the window: from opensAt, and before closesAt', () => {
    const given = Given.aSale({ quota: 9 }, { opensAt: new Date(OPENS).toISOString(), closesAt: new Date(CLOSES).toISOString() });
    const at = (time: number) => {
      const decision = given.when({ quantity: 1 }, time);
      return 'refusal' in decision ? decision.refusal : 'sold';
    };
    expect(at(OPENS - 1)).toEqual({ code: 'sale-not-yet-open', facts: { opensAt: '2027-01-01T09:00:00.000Z' } });
    expect([at(OPENS), at(CLOSES - 1)]).toEqual(['sold', 'sold']);
    expect(at(CLOSES)).toEqual({ code: 'sale-closed', facts: { closesAt: '2027-01-01T18:00:00.000Z' } });
  });

  it('needs names for a sale of seats, and a quantity for one of places', () => {
    expect(Given.aSale(SEATS).when({ quantity: 1 })).toEqual({ refusal: { code: 'units-needed', pointers: ['/quantity'] } });
    expect(Given.aSale({ quota: 5 }).when({ units: ['1'] })).toEqual({ refusal: { code: 'quantity-needed', pointers: ['/units'] } });
  });

  it('needs a wallet only if tickets are minted when sold, and requests one mint per ticket', () => {
    const minting = Given.aSale(SEATS, { mint: 'on-confirm' });
    expect(minting.when({ units: ['A-1'] })).toEqual({ refusal: { code: 'wallet-needed', pointers: ['/wallet'] } });
    const decision = minting.when({ units: ['A-1', 'A-2'], wallet: WALLET });
    expect(typesOf(decision)).toEqual(['OrderPlaced', 'OrderConfirmed', 'MintsRequested']);
    expect(decision).toMatchObject({
      events: [
        {},
        {},
        {
          data: {
            name: 'Gala',
            wallet: WALLET,
            tickets: [
              { unit: 'A-1', request: 1 },
              { unit: 'A-2', request: 1 },
            ],
          },
        },
      ],
    });
    expect(typesOf(Given.aSale(SEATS).when({ units: ['A-1'], wallet: WALLET }))).toEqual(['OrderPlaced', 'OrderConfirmed']);
  });

  it('holds the units for the hold time of the sale if payment is required, and keeps the wallet', () => {
    const given = Given.aSale(SEATS, { payment: 'webhook', holdSeconds: 60 });
    const decision = given.when({ units: ['A-1'], wallet: WALLET }, 5_000);
    expect(typesOf(decision)).toEqual(['OrderPlaced']);
    expect(decision).toMatchObject({ events: [{ data: { wallet: WALLET, expiresAt: 65_000 } }] });
  });

  it('names every unknown unit before taken ones', () => {
    const given = Given.aSale(SEATS).ordered({ units: ['A-2'] });
    expect(given.when({ units: ['A-2', 'B-1', 'A-3', 'B-2'] })).toEqual({
      refusal: { code: 'unit-unknown', pointers: ['/units/1', '/units/3'] },
    });
  });

  it('is refused in a closed sale', () => {
    const given = Given.aSale(SEATS);
    given.sale.evolve({ type: 'SaleClosed', data: { sale: 'gala' as SaleId } }, 0);
    expect(given.when({ units: ['A-1'] })).toEqual({ refusal: { code: 'sale-closed' } });
  });

  it('is refused in a sale that was not opened', () => {
    const command = PlaceOrder.parse({ sale: 'gala', buyer: 'b-1', quantity: 1 });
    expect(placeOrder(new Sale(), { tenant: TENANT, order: 'ord_x' as OrderId, command }, 0)).toEqual({
      refusal: { code: 'sale-unknown', pointers: ['/sale'] },
    });
  });
});

describe('an order whose payment was reported first', () => {
  const order = orderId(TENANT, 'gala' as SaleId, 'key-1');
  const money = (payment: string, amount = '5000') => ({ payment: payment as PaymentId, order, amount, currency: 'EUR' });
  const received = (payment: string, matched: boolean, amount?: string): SaleEvent => ({
    type: 'PaymentReceived',
    data: { ...money(payment, amount), matched },
  });
  const owed = (payment: string, reason: RefundReason, amount?: string): SaleEvent => ({
    type: 'RefundOwed',
    data: { ...money(payment, amount), reason },
  });
  const back = (payment: string): SaleEvent => ({ type: 'RefundPaid', data: { ...money(payment), refund: 're_1' as RefundId } });
  const failed: SaleEvent = { type: 'PaymentFailed', data: { order, payment: 'a' as PaymentId } };
  const confirmed: SaleEvent = { type: 'OrderConfirmed', data: { order, payment: 'a' as PaymentId } };
  const refunded: SaleEvent = { type: 'OrderRefunded', data: { order } };
  const ticket = { ticket: ticketId(TENANT, 'gala' as SaleId, order, 'A-1' as UnitId), unit: 'A-1' as UnitId };
  const released: SaleEvent = { type: 'UnitsReleased', data: { order, tickets: [ticket] } };

  it.each<[string, SaleEvent[], SaleEvent[]]>([
    ['is confirmed by it', [received('a', false)], [received('a', true), confirmed]],
    ['waits after only a failed attempt', [failed], []],
    [
      'waits after a payment that is too small, and a refund without a receipt',
      [received('a', false, '1'), back('b')],
      [received('a', true, '1'), owed('a', 'wrong-amount', '1')],
    ],
    [
      'waits after a payment that is too small, which is due for refund',
      [received('a', false, '1')],
      [received('a', true, '1'), owed('a', 'wrong-amount', '1')],
    ],
    [
      '[L6] is confirmed by the first of two, and the other is due for refund',
      [received('a', false), received('b', false)],
      [received('a', true), received('b', true), confirmed, owed('b', 'paid-twice')],
    ],
    ['[L6] waits if the payment was too early and is due for refund', [received('a', false), owed('a', 'unmatched')], []],
    ['is refunded after a receipt and a refund', [received('a', false), back('a')], [received('a', true), confirmed, refunded, released]],
    ['waits after only a refund', [back('a')], []],
    ['is confirmed if another payment was refunded', [received('a', false), back('b')], [received('a', true), confirmed]],
    [
      '[L6] is confirmed by the payment that was not refunded',
      [back('b'), received('b', false), received('a', false)],
      [received('b', true), received('a', true), confirmed],
    ],
  ])('%s', (_, history, events) => {
    const given = Given.aSale(SEATS, { payment: 'webhook' });
    for (const event of history) given.sale.evolve(event, 0);
    const decision = given.when({ units: ['A-1'] });
    expect(typesOf(decision)[0]).toBe('OrderPlaced');
    expect('events' in decision && decision.events.slice(1)).toEqual(events);
  });
});

describe('a refusal', () => {
  it('has a sentence for the caller, for every code', () => {
    for (const sentence of Object.values(REFUSALS)) expect(sentence).toMatch(/^[A-Z].* .*\.$/);
  });
});
