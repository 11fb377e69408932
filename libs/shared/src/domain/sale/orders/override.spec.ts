import {
  type BuyerId,
  orderId,
  type PaymentId,
  type SaleId,
  type TenantId,
  type TicketId,
  type UnitId,
  type Wallet,
} from '../../../kernel/ids.js';
import type { Decision } from '../../refusal.js';
import type { SaleEvent, TicketOfUnit } from '../events.js';
import { noteMintFailure, releaseUnit } from '../mint-result.js';
import { openSale } from '../open-sale.js';
import { confirmPayment, refundPayment } from '../payments/payment-notifications.js';
import { Sale } from '../sale.js';
import { cancelOrder, refundOrder } from './end-order.js';
import { ticketOfUnit } from './order.js';
import { placeOrder } from './place-order.js';
import { requestMints } from './request-mints.js';

const tenant = 'demo' as TenantId;
const sale = 'gala' as SaleId;
const order = orderId(tenant, sale, 'k-1');
const wallet = 'wallet' as Wallet;
const money = { sale, order, payment: 'pay_1' as PaymentId, amount: '10000', currency: 'EUR' };
const units = ['A-1', 'A-2'] as UnitId[];
const OVERRIDE = { sale, order, override: true } as const;

/** A sale of two seats, both sold to one order; mints are requested by hand. */
class Scene {
  readonly state = new Sale();

  constructor(
    private readonly payment: 'none' | 'webhook' = 'webhook',
    tickets?: 'revocable',
  ) {
    const price = { amount: '5000', currency: 'EUR' };
    const terms = { sale, name: 'Gala', units: { seats: units }, price, maxPerBuyer: 4, holdSeconds: 600, payment, tickets } as const;
    this.does((state) => openSale(state, { ...terms, mint: 'on-request' })).does((state) => this.place(state, 'k-1'));
    if (this.payment === 'webhook') this.does((state) => confirmPayment(state, money));
  }

  does(decide: (state: Sale) => Decision<SaleEvent>): this {
    this.events(decide);
    return this;
  }

  /** The events of a decision; empty for a refusal. */
  events(decide: (state: Sale) => Decision<SaleEvent>): readonly SaleEvent[] {
    const decision = decide(this.state);
    const events = 'events' in decision ? decision.events : [];
    for (const event of events) this.state.evolve(event, 0);
    return events;
  }

  place(state: Sale, key: string): Decision<SaleEvent> {
    return placeOrder(state, { tenant, order: orderId(tenant, sale, key), command: { sale, buyer: 'b-1' as BuyerId, units } }, 0);
  }

  asks(...nth: number[]): this {
    return this.does((state) => requestMints(state, { sale, wallet, tickets: nth.map((n) => this.ticket(n)) }));
  }

  /** The revocation request as an earlier version recorded it. */
  asksBackAsOfOld(): this {
    const data = { order, tickets: this.tickets };
    return this.does(() => ({
      events: [
        { type: 'RefundOwed', data: { ...money, reason: 'requested' } },
        { type: 'RevocationsRequested', data },
      ],
    }));
  }

  get tickets(): readonly TicketOfUnit[] {
    return this.state.open?.orders.get(order)?.tickets.map(ticketOfUnit) ?? [];
  }

  ticket(nth: number): TicketId {
    return this.tickets[nth]?.ticket as TicketId;
  }

  progress(nth: number): string | undefined {
    return this.state.open?.orders.get(order)?.progressOf(this.ticket(nth)).state;
  }

  voids(nth: number): this {
    return this.does((state) => releaseUnit(state, { ticket: this.ticket(nth), request: 0, void: true }));
  }
}

const typesOf = (events: readonly SaleEvent[]): string => events.map(({ type }) => type).join(' ');

describe('ending an order whose transferable tickets are minted or about to be', () => {
  it.each([
    ['webhook', refundOrder],
    ['none', cancelOrder],
  ] as const)('is refused without an override, and names the tickets that prevent it (payment %s)', (payment, end) => {
    const scene = new Scene(payment).asks(1);
    expect(end(scene.state, { sale, order })).toEqual({
      refusal: { code: 'irrevocable', pointers: ['/override'], facts: { tickets: [scene.ticket(1)] } },
    });
    expect(scene.state.open?.orders.get(order)?.status).toBe('confirmed');
  });

  it.each([
    ['webhook', refundOrder, 'RefundOwed'],
    ['none', cancelOrder, 'OrderCancelled'],
  ] as const)("succeeds with an override: tickets without a request are released at once, the rest after the minter's report (payment %s)", (payment, end, first) => {
    const scene = new Scene(payment).asks(1);
    const events = scene.events((state) => end(state, OVERRIDE));
    expect(typesOf(events)).toBe(`${first} UnitsReleased RevocationsRequested`);
    expect(events.at(-1)?.data).toEqual({ order, tickets: [scene.tickets[1]], override: true });
    expect(scene.state.counts()).toMatchObject({ available: 1, sold: 1 });
    expect(scene.voids(1).state.counts()).toMatchObject({ available: 2, sold: 0 });
    expect([scene.progress(0), scene.progress(1)]).toEqual(['released', 'void']);
  });

  it('[L1] releases a void ticket once, and no later report takes its unit from the next order', () => {
    const scene = new Scene()
      .asks(0, 1)
      .does((state) => refundOrder(state, OVERRIDE))
      .voids(0)
      .voids(1);
    expect(typesOf(scene.events((state) => scene.place(state, 'k-2')))).toBe('OrderPlaced');
    expect(scene.voids(0).state.counts()).toMatchObject({ available: 0, held: 2 });
    expect(scene.events((state) => refundPayment(state, money, 'n-1')).map(({ type }) => type)).toEqual(['RefundPaid', 'OrderRefunded']);
    expect(scene.events((state) => requestMints(state, { sale, wallet, tickets: [scene.ticket(0)] }))).toEqual([]);
  });

  it('needs no override without mint requests, or after permanent failures', () => {
    expect(typesOf(new Scene().events((state) => refundOrder(state, { sale, order })))).toBe('RefundOwed UnitsReleased');
    const failed = new Scene().asks(0);
    failed.does((state) => noteMintFailure(state, { ticket: failed.ticket(0), request: 1 }));
    expect(typesOf(failed.events((state) => refundOrder(state, { sale, order })))).toBe('RefundOwed UnitsReleased');
  });

  it('needs none in a revocable sale, where it burns with or without it', () => {
    for (const end of [{ sale, order }, OVERRIDE]) {
      const scene = new Scene('webhook', 'revocable').asks(0, 1);
      const events = scene.events((state) => refundOrder(state, end));
      expect(events.at(-1)).toEqual({ type: 'RevocationsRequested', data: { order, tickets: scene.tickets } });
      expect(scene.events((state) => refundOrder(state, OVERRIDE))).toEqual([]);
    }
  });

  it('changes nothing when it is repeated, with or without an override', () => {
    const scene = new Scene().asks(0, 1).does((state) => refundOrder(state, OVERRIDE));
    for (const end of [{ sale, order }, OVERRIDE]) expect(refundOrder(scene.state, end)).toEqual({ events: [] });
    scene.does((state) => refundPayment(state, money, 'n-1'));
    expect(refundOrder(scene.state, OVERRIDE)).toEqual({ events: [] });
    const free = new Scene('none').asks(0).does((state) => cancelOrder(state, OVERRIDE));
    expect(cancelOrder(free.state, OVERRIDE)).toEqual({ events: [] });
  });

  it('reports first that the order is unpaid, or paid', () => {
    expect(refundOrder(new Scene('none').asks(0).state, { sale, order })).toMatchObject({ refusal: { code: 'order-not-paid' } });
    expect(cancelOrder(new Scene().asks(0).state, OVERRIDE)).toMatchObject({ refusal: { code: 'order-paid' } });
  });
});

describe('money that the provider returned', () => {
  it('[L6] overrides: the money is gone whatever the decision', () => {
    const scene = new Scene().asks(0, 1);
    const events = scene.events((state) => refundPayment(state, money, 'n-1'));
    expect(typesOf(events)).toBe('RefundPaid OrderRefunded RevocationsRequested');
    expect(events.at(-1)?.data).toMatchObject({ override: true });
    expect(scene.voids(0).voids(1).state.counts()).toMatchObject({ available: 2 });
  });

  it('overrides nothing after a partial refund', () => {
    expect(typesOf(new Scene().asks(0).events((state) => refundPayment(state, { ...money, amount: '1' }, 'n-1')))).toBe('RefundPaid');
  });
});

describe('revocations that an earlier version requested without an override', () => {
  const again = (scene: Scene): SaleEvent => ({
    type: 'RevocationsRequested',
    data: { order, tickets: scene.tickets, override: true },
  });

  it('[L6] end when the refund is repeated with an override, once', () => {
    const scene = new Scene().asks(0, 1).asksBackAsOfOld();
    expect(refundOrder(scene.state, { sale, order })).toEqual({ events: [] });
    expect(scene.events((state) => refundOrder(state, OVERRIDE))).toEqual([again(scene)]);
    expect(refundOrder(scene.state, OVERRIDE)).toEqual({ events: [] });
    expect(scene.voids(0).voids(1).state.counts()).toMatchObject({ available: 2 });
  });

  it('[L6] end when the money is returned', () => {
    const scene = new Scene().asks(0, 1).asksBackAsOfOld();
    expect(scene.events((state) => refundPayment(state, money, 'n-1')).at(-1)).toEqual(again(scene));
  });

  it('are burned in a revocable sale, as requested', () => {
    const scene = new Scene('webhook', 'revocable').asks(0, 1).asksBackAsOfOld();
    expect(refundOrder(scene.state, OVERRIDE)).toEqual({ events: [] });
  });
});
