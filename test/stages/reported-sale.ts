import fc from 'fast-check';
import { postCommit } from '#shared/domain/ledger/posting/post.js';
import { UnitOfWork } from '#shared/domain/ledger/unit-of-work.js';
import type { Decision } from '#shared/domain/refusal.js';
import type { SaleEvent } from '#shared/domain/sale/events.js';
import { openSale } from '#shared/domain/sale/open-sale.js';
import { cancelOrder, refundOrder } from '#shared/domain/sale/orders/end-order.js';
import { expireHolds } from '#shared/domain/sale/orders/expire-holds.js';
import { placeOrder } from '#shared/domain/sale/orders/place-order.js';
import { DisputeNotification, PaymentNotification, RefundFailure, RefundNotification } from '#shared/domain/sale/payments/commands.js';
import { dueOf, type Payment } from '#shared/domain/sale/payments/payment.js';
import {
  confirmPayment,
  disputePayment,
  failPayment,
  failRefund,
  refundPayment,
} from '#shared/domain/sale/payments/payment-notifications.js';
import { problemsOf } from '#shared/domain/sale/payments/payment-problems.js';
import { Sale } from '#shared/domain/sale/sale.js';
import { type BuyerId, type OrderId, orderId, type SaleId, type TenantId, type UnitId } from '#shared/kernel/ids.js';

export const tenant = 'demo' as TenantId;
export const sale = 'gala' as SaleId;
export const PRICE = 2_500n;
/** Two seats. */
export const TOTAL = 2n * PRICE;
/** 17 digits: the largest amount that a payment report can have. */
const MAXIMUM = '99999999999999999';
export const KEYS = ['k-1', 'k-2'] as const;
const orderOf = (key: string): OrderId => orderId(tenant, sale, key);
export const ORDERS = KEYS.map(orderOf);
export const seatsOf = (key: string): UnitId[] => [`A-${key}`, `B-${key}`] as UnitId[];
const UNKNOWN = orderOf('k-9');
const MINUTES = 60_000;

/** Any possible report or request, by its operation. */
export interface Told {
  readonly what:
    | 'place'
    | 'wait'
    | 'received'
    | 'failed'
    | 'refunded'
    | 'refund-failed'
    | 'disputed'
    | 'cancel'
    | 'refund'
    | 'rival'
    | 'end';
  readonly key: string;
  readonly body?: Readonly<Record<string, string>>;
}

/** A sale of two seats an order, and its ledger, after any sequence of reports. */
export class ReportedSale {
  readonly state = new Sale();
  readonly book = new UnitOfWork();
  private readonly currencies = new Set<string>();
  private sequence = 0;
  private minute = 0;

  constructor(told: readonly Told[] = []) {
    const units = { seats: KEYS.flatMap(seatsOf) };
    const terms = { sale, name: 'Gala', units, price: { amount: `${PRICE}`, currency: 'EUR' }, maxPerBuyer: 2, holdSeconds: 600 } as const;
    this.commit(openSale(this.state, { ...terms, payment: 'webhook', mint: 'on-request' }));
    for (const one of told) this.hears(one);
  }

  hears(told: Told): void {
    if (told.what === 'wait') this.minute += 11;
    const swept = expireHolds(this.state, this.minute * MINUTES);
    if (swept.length > 0) this.commit({ events: swept });
    this.commit(this.decide(told));
    if (told.body?.currency !== undefined) this.currencies.add(told.body.currency);
  }

  private decide({ what, key, body = {} }: Told): Decision<SaleEvent> {
    const { state } = this;
    const order = orderOf(key);
    switch (what) {
      case 'place':
        return this.place(order, `b-${key}`, seatsOf(key));
      case 'rival':
        return this.place(orderOf(`rival-${key}`), 'b-rival', seatsOf(key).slice(0, 1));
      case 'received':
        return confirmPayment(state, PaymentNotification.parse({ sale, ...body }));
      case 'failed':
        return failPayment(state, PaymentNotification.parse({ sale, ...body }));
      case 'refunded':
        return refundPayment(state, RefundNotification.parse({ sale, ...body }), key);
      case 'refund-failed':
        return failRefund(state, RefundFailure.parse({ sale, ...body }));
      case 'disputed':
        return disputePayment(state, DisputeNotification.parse({ sale, ...body }));
      case 'cancel':
        return cancelOrder(state, { sale, order });
      case 'refund':
        return refundOrder(state, { sale, order });
      case 'end':
        return this.endTicket(order, body.ticket);
      default:
        return { events: [] };
    }
  }

  /** Refunds one ticket of an order that is paid, and cancels it in a hold. */
  private endTicket(order: OrderId, unit: string | undefined): Decision<SaleEvent> {
    const tickets = this.open.orders.get(order)?.tickets.filter((own) => own.unit === unit) ?? [];
    const part = { sale, order, tickets: tickets.map(({ ticket }) => ticket) };
    const refunded = refundOrder(this.state, part);
    return 'events' in refunded ? refunded : cancelOrder(this.state, part);
  }

  private place(order: OrderId, buyer: string, units: UnitId[]): Decision<SaleEvent> {
    if (this.state.open?.orders.has(order)) return { events: [] };
    const command = { sale, buyer: buyer as BuyerId, units };
    return placeOrder(this.state, { tenant, order, command }, this.minute * MINUTES);
  }

  private commit(decision: Decision<SaleEvent>): void {
    const events = ('events' in decision ? decision.events : []).map((event) => ({ ...event, at: this.minute * MINUTES }));
    for (const event of events) this.state.evolve(event, event.at);
    postCommit(this.book, { tenant, sale, sequence: ++this.sequence, events });
  }

  get open() {
    if (this.state.open === undefined) throw new Error('the sale is open');
    return this.state.open;
  }

  status(order: OrderId): string | undefined {
    return this.open.orders.get(order)?.status;
  }

  /** Which of its tickets were ended one by one, and whether its seller ended all of it. */
  endedOf(id: OrderId): readonly unknown[] {
    const order = this.open.orders.get(id);
    return [order?.ended !== undefined, order?.tickets.map(({ ticket }) => order.progressOf(ticket).ended)];
  }

  /** By currency, sorted. */
  due(order: OrderId): Record<string, bigint> {
    return this.sum(order, dueOf);
  }

  sum(order: OrderId, amountOf: (payment: Payment) => bigint): Record<string, bigint> {
    const sums: Record<string, bigint> = {};
    for (const payment of this.open.payments.ofOrder(order)) {
      const amount = amountOf(payment);
      if (amount > 0n) sums[payment.currency] = (sums[payment.currency] ?? 0n) + amount;
    }
    return sums;
  }

  /** All accounts with a balance. */
  get balances(): Record<string, bigint> {
    const changed = this.book.balances.changed().filter(({ amount }) => amount !== 0n);
    return Object.fromEntries(changed.map(({ unit, account, amount }) => [`${unit} ${account}`, amount]));
  }

  /** The state that does not depend on the order of reports. Of two equal payments either may pay. */
  get end() {
    const { orders, payments, units } = this.open;
    const ofOrder = [...ORDERS, UNKNOWN].map((id) => {
      const order = orders.get(id);
      const tickets = order?.tickets.map(({ ticket, unit }) => [order.progressOf(ticket).state, units.orderOf(unit)]);
      return [id, order?.status, order?.payment !== undefined, tickets, this.due(id)];
    });
    const problems = problemsOf(payments).map(({ payment, order, amount, currency, reason }) => [payment, order, amount, currency, reason]);
    const texts = problems.map((problem) => JSON.stringify(problem, (_, value) => (typeof value === 'bigint' ? `${value}` : value)));
    return { ofOrder, problems: texts.sort(), counts: this.state.counts(), balances: this.balances };
  }
}

export const amount = fc.constantFrom('5000', '5000', '5000', '2500', '1000', '1', '0', '4999', '5001', MAXIMUM);
const currency = fc.constantFrom('EUR', 'EUR', 'EUR', 'EUR', 'USD', 'JPY');
const someOrder = fc.constantFrom(ORDERS[0] as string, ORDERS[0] as string, ORDERS[0] as string, ORDERS[1] as string, UNKNOWN);
const payment = fc.constantFrom('p1', 'p1', 'p2', 'p3');
export const about = { payment, order: someOrder, currency };

const uniqueBy = <T>(one: fc.Arbitrary<T>, name: (value: T) => string, maxLength: number): fc.Arbitrary<T[]> =>
  fc.uniqueArray(one, { selector: name, maxLength });

/** One receipt for each payment: for any order, in any currency. */
const receipts = uniqueBy(
  fc.record({ ...about, amount }).map((body): Told => ({ what: 'received', key: 'r', body })),
  ({ body }) => body?.payment ?? '',
  3,
);
const nameOf =
  (...members: string[]) =>
  ({ body }: Told): string =>
    members.map((member) => body?.[member]).join(' ');
const refunds = uniqueBy(
  fc.record({ ...about, amount, refund: fc.constantFrom('re1', 're2', 're3') }).map((body): Told => ({ what: 'refunded', key: 'n', body })),
  nameOf('payment', 'order', 'currency', 'refund'),
  4,
);
/** Of refunds that are reported, under other amounts too, and of others. */
const failedRefunds = uniqueBy(
  fc
    .record({ ...about, amount, refund: fc.constantFrom('re1', 're2', 're4') })
    .map((body): Told => ({ what: 'refund-failed', key: 'n', body })),
  nameOf('payment', 'order', 'currency', 'refund'),
  3,
);
const totals = fc.array(
  fc.record({ ...about, refundedTotal: amount }).map((body): Told => ({ what: 'refunded', key: 'n', body })),
  { maxLength: 2 },
);
const failures = fc.array(
  fc.record({ ...about, amount }).map((body): Told => ({ what: 'failed', key: 'f', body })),
  { maxLength: 1 },
);
/** Opened, decided, or both, with one verdict. */
const disputes = uniqueBy(
  fc.record({
    ...about,
    amount,
    lost: amount,
    dispute: fc.constantFrom('dp1', 'dp2'),
    course: fc.constantFrom('opened', 'won', 'lost', 'opened won', 'opened lost'),
  }),
  ({ payment: of, order, currency: unit, dispute }) => `${of} ${order} ${unit} ${dispute}`,
  3,
).map((list) =>
  list.flatMap(({ course, lost, ...body }) =>
    course
      .split(' ')
      .map((status): Told => ({ what: 'disputed', key: 'd', body: { ...body, ...(status === 'lost' && { amount: lost }), status } })),
  ),
);
export const asked: Told[] = [...KEYS.map((key): Told => ({ what: 'place', key })), { what: 'wait', key: '' }];

const reports = fc.tuple(receipts, refunds, failedRefunds, totals, failures, disputes).map((lists) => lists.flat());
/** Every report once, and some again. */
export const histories = fc
  .tuple(reports, fc.array(fc.nat(), { maxLength: 3 }))
  .map(([told, again]) => [...told, ...again.flatMap((index) => told[index % Math.max(told.length, 1)] ?? [])]);
export const shuffled = (told: readonly Told[]): fc.Arbitrary<Told[]> =>
  fc.shuffledSubarray([...told], { minLength: told.length, maxLength: told.length });

/** One ticket of an order ends. */
export const endings = fc
  .constantFrom(...KEYS)
  .chain((key) => fc.constantFrom(...seatsOf(key)).map((ticket): Told => ({ what: 'end', key, body: { ticket } })));
