import type { OrderId, PaymentId } from '../../../kernel/ids.js';
import type { DisputeLost, DisputeOpened, DisputeWon, PaymentEvent, PaymentReportSetAside, RefundFailed, RefundPaid } from '../events.js';
import { dueOf, factOf, type Payment } from './payment.js';

/** A report that contradicts an earlier one under its id, and its time: milliseconds since 1970, UTC. */
export interface SetAside {
  readonly data: PaymentReportSetAside['data'];
  readonly at: number;
}

/** Events that change the facts of one payment. */
export type FactEvent = Exclude<PaymentEvent, { type: 'PaymentFailed' | 'PaymentReportSetAside' }>;
type About = Pick<Payment, 'payment' | 'order' | 'currency'>;
const NO_FACTS: Payment['facts'] = new Map();

/** The payments of a sale. A payment that was reported for several orders or currencies has one entry for each. */
export class Payments {
  private readonly byId = new Map<PaymentId, Payment[]>();
  /** Received ones first, in the order of receipt; then the others. */
  private readonly byOrder = new Map<OrderId, Payment[]>();
  /** Received for an unknown order, oldest first. */
  private readonly unmatched = new Set<PaymentId>();
  private readonly failed = new Map<PaymentId, OrderId>();
  private readonly aside = new Map<string, SetAside>();

  find({ payment, order, currency }: About): Payment | undefined {
    return this.ofId(payment).find((known) => known.order === order && known.currency === currency);
  }

  /** One entry for every order and currency that it was reported for. */
  ofId(payment: PaymentId): readonly Payment[] {
    return this.byId.get(payment) ?? [];
  }

  /** Its first receipt. */
  received(payment: PaymentId): Payment | undefined {
    return this.ofId(payment).find(({ received, foreign }) => received !== undefined && !foreign);
  }

  ofOrder(order: OrderId): readonly Payment[] {
    return this.byOrder.get(order) ?? [];
  }

  /** The payments of its order, in their order, as they would be after an event. */
  ofOrderAfter(event: FactEvent): readonly Payment[] {
    const before = this.find(event.data);
    const after = withEvent(before ?? unreported(event.data, 0), event, this.received(event.data.payment), 0);
    return placed(this.ofOrder(after.order), before, after);
  }

  /** True if any report named it. */
  isReported(payment: PaymentId): boolean {
    return this.byId.has(payment) || this.failed.has(payment);
  }

  hasFailed(payment: PaymentId): boolean {
    return this.failed.has(payment);
  }

  isSetAside(data: PaymentReportSetAside['data']): boolean {
    return this.aside.has(nameOf(data));
  }

  /** Received before `receivedBefore`, and still without an order. */
  lost(receivedBefore: number): Payment[] {
    const found: Payment[] = [];
    for (const id of this.unmatched) {
      const payment = this.received(id);
      if (payment === undefined || payment.receivedAt >= receivedBefore) break;
      found.push(payment);
    }
    return found;
  }

  get oldestUnmatched(): Payment | undefined {
    const [oldest] = this.unmatched;
    return oldest === undefined ? undefined : this.received(oldest);
  }

  all(): Payment[] {
    return [...this.byOrder.values()].flat();
  }

  /** Payments without an order, oldest first. */
  withoutOrder(): PaymentId[] {
    return [...this.unmatched];
  }

  failures(): [PaymentId, OrderId][] {
    return [...this.failed];
  }

  setAside(): SetAside[] {
    return [...this.aside.values()];
  }

  /** Every payment with a refund due. */
  due(): Payment[] {
    return this.all().filter((payment) => dueOf(payment) > 0n);
  }

  /** Adds a payment of a snapshot, in the order of `all`. @throws if it was added before */
  restore(payment: Payment): void {
    if (this.find(payment) !== undefined) throw new Error(`payment ${payment.payment} is listed twice`);
    this.add(payment);
  }

  restoreFailure(payment: PaymentId, order: OrderId): void {
    this.failed.set(payment, order);
  }

  restoreSetAside(report: SetAside): void {
    this.aside.set(nameOf(report.data), report);
  }

  awaitOrder(payment: PaymentId): void {
    this.unmatched.add(payment);
  }

  /** The payment pays for its order: it has no refund due. */
  pays(payment: PaymentId, order: OrderId, currency: string): void {
    const known = this.find({ payment, order, currency });
    if (known?.owed !== undefined) this.put(known, { ...known, owed: undefined });
  }

  evolve(event: PaymentEvent, at: number): void {
    const { data } = event;
    if (event.type === 'PaymentFailed') {
      this.failed.set(data.payment, data.order);
      return;
    }
    if (event.type === 'PaymentReportSetAside') {
      this.restoreSetAside({ data: event.data, at });
      return;
    }
    const before = this.find(event.data) ?? this.begin(event.data, at);
    const after = withEvent(before, event, this.received(before.payment), at);
    this.put(before, { ...after, facts: this.factsWith(before, event) });
    if (event.type !== 'PaymentReceived' && event.type !== 'RefundOwed') return;
    if (after.received !== undefined && !after.foreign && !after.matched && after.owed === undefined) this.awaitOrder(after.payment);
    else if (!after.foreign) this.unmatched.delete(after.payment);
  }

  private begin(about: About, at: number): Payment {
    const begun = unreported(about, at);
    this.add(begun);
    return begun;
  }

  /** Extends the facts in place: earlier decisions are done, and a payment may have thousands of refunds. */
  private factsWith({ facts }: Payment, event: PaymentEvent): Payment['facts'] {
    const [name, amount] = factIn(event) ?? [];
    if (name === undefined || amount === undefined) return facts;
    const grown = facts.size === 0 ? new Map<string, bigint>() : (facts as Map<string, bigint>);
    return grown.set(name, amount);
  }

  private put(before: Payment, after: Payment): void {
    const ofId = this.ofId(before.payment) as Payment[];
    ofId[ofId.indexOf(before)] = after;
    this.byOrder.set(before.order, placed(this.ofOrder(before.order), before, after));
  }

  private add(payment: Payment): void {
    addTo(this.byId, payment.payment, payment);
    addTo(this.byOrder, payment.order, payment);
  }
}

const unreported = ({ payment, order, currency }: About, receivedAt: number): Payment => ({
  ...{ payment, order, currency, receivedAt },
  ...{ received: undefined, foreign: false, matched: false },
  ...{ refunds: 0n, refundsFailed: 0n, refundedTotal: 0n, disputesLost: 0n, disputesOpen: 0n, owed: undefined, facts: NO_FACTS },
});

/** Replaces one payment of a list, after those that were received before it. */
function placed(list: readonly Payment[], before: Payment | undefined, after: Payment): Payment[] {
  if (before?.received !== undefined || (before !== undefined && after.received === undefined))
    return list.map((payment) => (payment === before ? after : payment));
  const others = list.filter((payment) => payment !== before);
  const received = others.filter((payment) => payment.received !== undefined);
  if (after.received === undefined) return [...others, after];
  return [...received, after, ...others.slice(received.length)];
}

/** The payment after one of its events, without its facts. `first` is its first receipt. */
function withEvent(before: Payment, event: FactEvent, first: Payment | undefined, at: number): Payment {
  switch (event.type) {
    case 'PaymentReceived': {
      if (before.received !== undefined) return { ...before, matched: before.matched || event.data.matched };
      const { amount, matched } = event.data;
      return { ...before, received: BigInt(amount), foreign: first !== undefined, matched, receivedAt: at };
    }
    case 'RefundOwed':
      return { ...before, owed: { amount: BigInt(event.data.amount), reason: event.data.reason } };
    case 'RefundPaid':
      return withRefund(before, event);
    case 'RefundFailed':
      return withFailedRefund(before, event);
    case 'DisputeOpened':
      return { ...before, disputesOpen: before.disputesOpen + BigInt(event.data.amount) };
    case 'DisputeWon':
      return { ...before, disputesOpen: before.disputesOpen - BigInt(event.data.opened ?? 0) };
    case 'DisputeLost':
      return {
        ...before,
        disputesOpen: before.disputesOpen - BigInt(event.data.opened ?? 0),
        disputesLost: before.disputesLost + BigInt(event.data.amount),
      };
  }
}

function withRefund(before: Payment, { data: { amount, refundedTotal } }: RefundPaid): Payment {
  const total = BigInt(refundedTotal ?? 0);
  return {
    ...before,
    refunds: before.refunds + BigInt(amount ?? 0),
    refundedTotal: total > before.refundedTotal ? total : before.refundedTotal,
  };
}

function withFailedRefund(before: Payment, { data: { amount, refunded } }: RefundFailed): Payment {
  const { refunds, refundsFailed } = before;
  return { ...before, refunds: refunds - BigInt(refunded ?? 0), refundsFailed: refundsFailed + BigInt(amount) };
}

type Disputed = DisputeOpened | DisputeWon | DisputeLost;
const REPORT_OF = { DisputeOpened: 'dispute-opened', DisputeWon: 'dispute-won', DisputeLost: 'dispute-lost' } as const;
export const reportOf = ({ type }: Disputed): (typeof REPORT_OF)[Disputed['type']] => REPORT_OF[type];

/** The fact that an event adds, with its amount. */
function factIn(event: PaymentEvent): readonly [string, bigint] | undefined {
  switch (event.type) {
    case 'RefundPaid': {
      const { refund, amount } = event.data;
      return refund === undefined || amount === undefined ? undefined : [factOf('refunded', refund), BigInt(amount)];
    }
    case 'RefundFailed':
      return [factOf('refund-failed', event.data.refund), BigInt(event.data.amount)];
    case 'DisputeOpened':
    case 'DisputeWon':
    case 'DisputeLost':
      return [factOf(reportOf(event), event.data.dispute), BigInt(event.data.amount)];
    default:
      return undefined;
  }
}

const nameOf = ({ payment, order, currency, amount, report, id }: PaymentReportSetAside['data']): string =>
  JSON.stringify([payment, order, currency, amount, report, id]);

function addTo<Id>(lists: Map<Id, Payment[]>, id: Id, payment: Payment): void {
  const others = lists.get(id);
  if (others === undefined) lists.set(id, [payment]);
  else others.push(payment);
}
