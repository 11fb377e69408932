import type { Account } from '#shared/domain/ledger/account.js';
import { postCommit } from '#shared/domain/ledger/posting/post.js';
import { UnitOfWork } from '#shared/domain/ledger/unit-of-work.js';
import type { Decision } from '#shared/domain/refusal.js';
import type { SaleEvent } from '#shared/domain/sale/events.js';
import { openSale } from '#shared/domain/sale/open-sale.js';
import { cancelOrder, refundOrder } from '#shared/domain/sale/orders/end-order.js';
import { expireHolds } from '#shared/domain/sale/orders/expire-holds.js';
import { placeOrder } from '#shared/domain/sale/orders/place-order.js';
import { requestMints } from '#shared/domain/sale/orders/request-mints.js';
import { dueOf } from '#shared/domain/sale/payments/payment.js';
import { confirmPayment, disputePayment, refundPayment } from '#shared/domain/sale/payments/payment-notifications.js';
import { Sale } from '#shared/domain/sale/sale.js';
import type { SaleTerms } from '#shared/domain/sale/terms.js';
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
} from '#shared/kernel/ids.js';

export const tenant = 'demo' as TenantId;
export const sale = 'gala' as SaleId;
export const order = orderId(tenant, sale, 'k-1');
export const wallet = 'wallet' as Wallet;
const SEATS = ['A-1', 'A-2', 'A-3'] as UnitId[];
export const ALL = 15_000;
const MINUTE_MS = 60_000;
type Rules = Partial<Pick<SaleTerms, 'payment' | 'mint' | 'tickets'>>;

/** A sale of three seats at 50.00 EUR and its ledger; one order has all three. */
export class OrderOfThree {
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
