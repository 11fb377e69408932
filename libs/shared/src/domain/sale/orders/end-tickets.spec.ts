import {
  type BuyerId,
  type DisputeId,
  type OrderId,
  orderId,
  type PaymentId,
  type RefundId,
  type SaleId,
  type TenantId,
  type TicketId,
  type UnitId,
  type Wallet,
} from '../../../kernel/ids.js';
import type { Account } from '../../ledger/account.js';
import { postCommit } from '../../ledger/posting/post.js';
import { UnitOfWork } from '../../ledger/unit-of-work.js';
import type { Decision } from '../../refusal.js';
import type { SaleEvent, SaleTerms } from '../events.js';
import { releaseUnit } from '../mint-result.js';
import { openSale } from '../open-sale.js';
import { dueOf } from '../payments/payment.js';
import { confirmPayment, disputePayment, refundPayment } from '../payments/payment-notifications.js';
import { Sale } from '../sale.js';
import { cancelOrder, refundOrder } from './end-order.js';
import { expireHolds } from './expire-holds.js';
import { placeOrder } from './place-order.js';
import { requestMints } from './request-mints.js';

const tenant = 'demo' as TenantId;
const sale = 'gala' as SaleId;
const order = orderId(tenant, sale, 'k-1');
const wallet = 'wallet' as Wallet;
const SEATS = ['A-1', 'A-2', 'A-3'] as UnitId[];
const ALL = 15_000;
const MINUTE_MS = 60_000;
type Rules = Partial<Pick<SaleTerms, 'payment' | 'mint' | 'tickets'>>;

/** A sale of three seats at 50.00 EUR and its ledger; one order has all three. */
class Scene {
  readonly state = new Sale();
  readonly book = new UnitOfWork();
  private minute = 0;
  private sequence = 0;

  constructor({ payment = 'webhook', mint = 'on-request', tickets }: Rules = {}) {
    const terms = { sale, name: 'Gala', units: { seats: SEATS }, price: { amount: '5000', currency: 'EUR' }, maxPerBuyer: 3 } as const;
    this.does((state) => openSale(state, { ...terms, holdSeconds: 600, payment, mint, ...(tickets && { tickets }) })).places();
  }

  /** @returns its events, or its refusal */
  hears(decide: (state: Sale) => Decision<SaleEvent>): Decision<SaleEvent> {
    const at = this.minute * MINUTE_MS;
    this.commit(expireHolds(this.state, at), at);
    const decision = decide(this.state);
    this.commit('events' in decision ? decision.events : [], at);
    return decision;
  }

  does(decide: (state: Sale) => Decision<SaleEvent>): this {
    expect(this.hears(decide)).toHaveProperty('events');
    return this;
  }

  private commit(events: readonly SaleEvent[], at: number): void {
    const recorded = events.map((event) => ({ ...event, at }));
    for (const event of recorded) this.state.evolve(event, at);
    if (recorded.length > 0) postCommit(this.book, { tenant, sale, sequence: ++this.sequence, events: recorded });
  }

  after(minutes: number): this {
    this.minute += minutes;
    return this;
  }

  places(key = 'k-1', units: readonly UnitId[] = SEATS): this {
    const placing = {
      tenant,
      order: orderId(tenant, sale, key),
      command: { sale, buyer: `b-${key}` as BuyerId, units: [...units], wallet },
    };
    return this.does((state) => placeOrder(state, placing, this.minute * MINUTE_MS));
  }

  pays(amount = ALL, payment = 'pay_1'): this {
    return this.does((state) =>
      confirmPayment(state, { sale, order, payment: payment as PaymentId, amount: `${amount}`, currency: 'EUR' }),
    );
  }

  gotBack(amount: number, refund = 're_1', payment = 'pay_1'): this {
    const told = { sale, order, payment: payment as PaymentId, currency: 'EUR', amount: `${amount}`, refund: refund as RefundId };
    return this.does((state) => refundPayment(state, told, 'key'));
  }

  disputes(status: 'opened' | 'won' | 'lost'): this {
    const money = { payment: 'pay_1' as PaymentId, amount: `${ALL}`, currency: 'EUR' };
    return this.does((state) => disputePayment(state, { sale, order, ...money, dispute: 'dp_1' as DisputeId, status }));
  }

  mints(...nth: number[]): this {
    return this.does((state) => requestMints(state, { sale, wallet, tickets: this.tickets(nth) }));
  }

  cancels(...nth: number[]): this {
    return this.does((state) => cancelOrder(state, { sale, order, tickets: this.tickets(nth) }));
  }

  refunds(...nth: number[]): this {
    return this.does((state) => refundOrder(state, { sale, order, tickets: this.tickets(nth) }));
  }

  tickets(nth: readonly number[]): TicketId[] {
    return nth.map((n) => this.order.tickets[n - 1]?.ticket ?? ('tkt_none' as TicketId));
  }

  get order() {
    const found = this.state.open?.orders.get(order);
    if (found === undefined) throw new Error('the order was placed');
    return found;
  }

  get status(): string {
    return this.order.status;
  }

  get due(): Record<string, number> {
    return Object.fromEntries(this.state.open?.payments.due().map((payment) => [payment.payment, Number(dueOf(payment))]) ?? []);
  }

  /** Whose the seats are, in their order. */
  get holders(): (OrderId | undefined)[] {
    return SEATS.map((unit) => this.state.open?.units.orderOf(unit));
  }

  get states(): string[] {
    return this.order.tickets.map(({ ticket }) => this.order.progressOf(ticket).state);
  }

  balance(account: Account): number {
    return Number(this.book.balances.of(tenant, sale, 'EUR', account));
  }
}

const typesOf = (decision: Decision<SaleEvent>) => ('events' in decision ? decision.events.map(({ type }) => type) : decision.refusal.code);

describe('cancelling tickets of a hold', () => {
  it('gives their seats to others at once, and keeps the others', () => {
    const scene = new Scene().cancels(2).places('k-2', ['A-2' as UnitId]);
    expect([scene.status, scene.holders]).toEqual(['held', [order, orderId(tenant, sale, 'k-2'), order]]);
    expect(scene.state.counts()).toEqual({ opened: 3, available: 0, held: 3, sold: 0 });
  });

  it('leaves the total as placed to be paid: their price is due back of it, to the unit', () => {
    const scene = new Scene().cancels(2).pays();
    expect([scene.status, scene.due, scene.balance('revenue'), scene.balance('refunds-owed')]).toEqual([
      'confirmed',
      { pay_1: 5_000 },
      10_000,
      5_000,
    ]);
    expect(scene.gotBack(5_000)).toMatchObject({ status: 'confirmed', due: {} });
    expect([scene.balance('revenue'), scene.balance('provider')]).toEqual([10_000, 10_000]);
  });

  it('is not paid by what the other tickets cost: all of that is due back', () => {
    expect(new Scene().cancels(2).pays(10_000)).toMatchObject({ status: 'held', due: { pay_1: 10_000 } });
  });

  it('does not mint them when the order is paid', () => {
    const scene = new Scene({ mint: 'on-confirm' }).cancels(1).pays();
    expect(scene.states).toEqual(['released', 'asked', 'asked']);
    expect(typesOf(scene.hears((state) => requestMints(state, { sale, wallet, tickets: scene.tickets([1]) })))).toBe('ticket-not-sold');
  });

  it('lets the rest expire, and a late payment bring back the rest alone', () => {
    const scene = new Scene()
      .cancels(2)
      .after(11)
      .places('k-2', ['A-2' as UnitId]);
    expect(scene.status).toBe('expired');
    expect(scene.pays()).toMatchObject({ status: 'confirmed', due: { pay_1: 5_000 } });
    expect(scene.holders).toEqual([order, orderId(tenant, sale, 'k-2'), order]);
  });

  it('ends the order with its last ticket, whether one after the other or at once', () => {
    const [oneByOne, atOnce] = [new Scene().cancels(1).cancels(2).cancels(3), new Scene().cancels(3, 1, 2)];
    for (const scene of [oneByOne, atOnce]) {
      expect([scene.status, scene.state.counts().available]).toEqual(['cancelled', 3]);
      expect(scene.pays().due).toEqual({ pay_1: ALL });
    }
  });
});

describe('refunding tickets of a paid order', () => {
  it('owes what they cost, and frees their seats', () => {
    const scene = new Scene().pays().refunds(1);
    expect([scene.status, scene.due, scene.holders]).toEqual(['confirmed', { pay_1: 5_000 }, [undefined, order, order]]);
    expect(scene.refunds(3).due).toEqual({ pay_1: 10_000 });
    expect([scene.balance('revenue'), scene.balance('refunds-owed')]).toEqual([5_000, 10_000]);
  });

  it('comes to the whole, ticket by ticket', () => {
    const whole = new Scene().pays().does((state) => refundOrder(state, { sale, order }));
    const parts = [
      new Scene().pays().refunds(2).refunds(1, 3),
      new Scene()
        .pays()
        .refunds(2)
        .does((state) => refundOrder(state, { sale, order })),
    ];
    for (const scene of parts) {
      expect([scene.status, scene.due, scene.states, scene.holders]).toEqual([whole.status, whole.due, whole.states, whole.holders]);
      expect(scene.gotBack(ALL).status).toBe('refunded');
      expect([scene.balance('provider'), scene.balance('revenue'), scene.balance('refunds-owed')]).toEqual([0, 0, 0]);
    }
  });

  it.each([
    ['reported before', (scene: Scene) => scene.pays().gotBack(5_000).refunds(1)],
    ['reported after', (scene: Scene) => scene.pays().refunds(1).gotBack(5_000)],
    ['reported in two parts around it', (scene: Scene) => scene.pays().gotBack(2_000).refunds(1).gotBack(3_000, 're_2')],
  ])('is met by a refund of the provider that is %s, without a double payment', (_, happens) => {
    const scene = new Scene();
    happens(scene);
    expect([scene.status, scene.due, scene.balance('revenue')]).toEqual(['confirmed', {}, 10_000]);
  });

  it('is not due while all of the payment is disputed, and is due again when the dispute is won', () => {
    const scene = new Scene().pays().refunds(1).disputes('opened');
    expect(scene.due).toEqual({});
    expect(scene.disputes('won').due).toEqual({ pay_1: 5_000 });
  });

  it('ends with the order when a dispute over all of it is lost', () => {
    const scene = new Scene().pays().refunds(1).disputes('opened').disputes('lost');
    expect([scene.status, scene.due, scene.state.counts().available]).toEqual(['refunded', {}, 3]);
  });

  it('is owed by the payment that takes the place of the one that paid, and the other owes all', () => {
    const scene = new Scene().pays().pays(ALL, 'pay_2').refunds(1);
    expect(scene.due).toEqual({ pay_1: 5_000, pay_2: ALL });
    expect(scene.gotBack(ALL)).toMatchObject({ status: 'confirmed', due: { pay_2: 5_000 } });
    expect(scene.balance('revenue')).toBe(10_000);
  });

  it('leaves the rest to come back with new money after the provider gave all of it back', () => {
    const scene = new Scene().pays().refunds(1).gotBack(ALL);
    expect([scene.status, scene.state.counts().available]).toEqual(['refunded', 3]);
    expect(scene.pays(ALL, 'pay_2')).toMatchObject({ status: 'confirmed', due: { pay_2: 5_000 } });
    expect(scene.holders).toEqual([undefined, order, order]);
  });

  it('counts the tickets that are left for the buyer', () => {
    const scene = new Scene().pays();
    const more = (key: string) => ({
      tenant,
      order: orderId(tenant, sale, key),
      command: { sale, buyer: 'b-k-1' as BuyerId, units: ['A-1' as UnitId], wallet },
    });
    scene.refunds(1).does((state) => placeOrder(state, more('k-2'), 0));
    expect(scene.state.open?.usage.unitsOf('b-k-1' as BuyerId)).toBe(3);
  });
});

describe('tickets that are minted, or about to be', () => {
  it('are revoked one by one before their unit is free, where they are revocable', () => {
    const scene = new Scene({ tickets: 'revocable' }).pays().mints(1, 2, 3);
    const [ticket] = scene.tickets([1]) as [TicketId];
    expect(typesOf(scene.hears((state) => refundOrder(state, { sale, order, tickets: [ticket] })))).toEqual([
      'TicketsEnded',
      'RefundOwed',
      'RevocationsRequested',
    ]);
    expect([scene.due, scene.states, scene.holders[0]]).toEqual([{ pay_1: 5_000 }, ['revoking', 'asked', 'asked'], order]);
    scene.does((state) => releaseUnit(state, { ticket, request: 0 }));
    expect([scene.status, scene.states, scene.holders[0]]).toEqual(['confirmed', ['released', 'asked', 'asked'], undefined]);
  });

  it('are refused by name where they are transferable, and only those that are meant', () => {
    const scene = new Scene().pays().mints(1);
    expect(scene.hears((state) => refundOrder(state, { sale, order, tickets: scene.tickets([1, 2]) }))).toEqual({
      refusal: { code: 'irrevocable', pointers: ['/override'], facts: { tickets: scene.tickets([1]) } },
    });
    expect(scene.refunds(2).due).toEqual({ pay_1: 5_000 });
  });

  it('become void with an override, and a repetition asks for nothing more', () => {
    const scene = new Scene().pays().mints(1, 2);
    const command = { sale, order, tickets: scene.tickets([1]), override: true } as const;
    scene.does((state) => refundOrder(state, command));
    expect([scene.due, scene.states]).toEqual([{ pay_1: 5_000 }, ['revoking', 'asked', 'unasked']]);
    expect(scene.hears((state) => refundOrder(state, command))).toEqual({ events: [] });
  });

  it('are given back in a sale without payment, and the ledger reverses their price alone', () => {
    const scene = new Scene({ payment: 'none' }).cancels(1);
    expect([scene.status, scene.balance('settled-outside'), scene.balance('revenue')]).toEqual(['confirmed', 10_000, 10_000]);
    scene.does((state) => cancelOrder(state, { sale, order }));
    expect([scene.status, scene.balance('settled-outside'), scene.balance('revenue'), scene.state.counts().available]).toEqual([
      'cancelled',
      0,
      0,
      3,
    ]);
  });
});

describe('a part of an order', () => {
  const unknown = 'tkt_unknown' as TicketId;
  const foreign = (scene: Scene) => scene.state.open?.orders.get(orderId(tenant, sale, 'k-2'))?.tickets[0]?.ticket as TicketId;

  it.each([
    ['held', cancelOrder],
    ['paid', refundOrder],
  ] as const)('is refused with its pointer where a ticket of a %s order is unknown or foreign', (status, end) => {
    const scene = new Scene().cancels(3).places('k-2', ['A-3' as UnitId]);
    if (status === 'paid') scene.pays();
    const [own] = scene.tickets([1]) as [TicketId];
    const refused = scene.hears((state) => end(state, { sale, order, tickets: [own, unknown, foreign(scene)] }));
    expect(refused).toEqual({ refusal: { code: 'ticket-unknown', pointers: ['/tickets/1', '/tickets/2'] } });
    expect(scene.holders[0]).toBe(order);
  });

  it.each([
    ['cancelled in a hold', new Scene().cancels(1), cancelOrder],
    ['cancelled before it was paid', new Scene().cancels(1).pays(), cancelOrder],
    ['refunded', new Scene().pays().refunds(1), refundOrder],
    ['refunded, of an order that is refunded now', new Scene().pays().refunds(1).refunds(2, 3), refundOrder],
  ] as const)('changes nothing when the same ticket is named again: %s', (_, scene, end) => {
    expect(scene.hears((state) => end(state, { sale, order, tickets: scene.tickets([1]) }))).toEqual({ events: [] });
  });

  it('ends what is left of what is named', () => {
    expect(new Scene().pays().refunds(1).refunds(1, 2).due).toEqual({ pay_1: 10_000 });
  });

  it('is refused of an order that has expired', () => {
    const scene = new Scene().after(11);
    expect(typesOf(scene.hears((state) => cancelOrder(state, { sale, order, tickets: scene.tickets([1]) })))).toBe('order-ended');
  });
});
