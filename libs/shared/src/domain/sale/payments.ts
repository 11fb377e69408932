import type { OrderId, PaymentId } from '../../kernel/ids.js';
import type { PaymentFailed, PaymentReceived, RefundOwed, RefundPaid, RefundReason } from './events.js';

/** What the provider has told of one payment so far. Facts only grow, so their order does not matter. */
export interface Payment {
  readonly payment: PaymentId;
  readonly order: OrderId;
  readonly currency: string;
  /** `undefined`: only told of as failed, or refunded before it was received. */
  readonly received: bigint | undefined;
  /** The whole that went back so far. */
  readonly refunded: bigint;
  /** What has to go back, and why. */
  readonly owed: { readonly amount: bigint; readonly reason: RefundReason } | undefined;
  /** Its order was known when it was received, or has come since. */
  readonly matched: boolean;
  readonly receivedAt: number;
}

/** The payments of a sale, in the order in which they were first heard of. */
export class Payments {
  private readonly byId = new Map<PaymentId, Payment>();
  private readonly byOrder = new Map<OrderId, PaymentId[]>();
  /** Received for an order that is not known, oldest first. */
  private readonly unmatched = new Set<PaymentId>();

  get(payment: PaymentId): Payment | undefined {
    return this.byId.get(payment);
  }

  ofOrder(order: OrderId): Payment[] {
    return (this.byOrder.get(order) ?? []).flatMap((payment) => this.byId.get(payment) ?? []);
  }

  /** Received before `receivedBefore` and still without an order. */
  lost(receivedBefore: number): Payment[] {
    const found: Payment[] = [];
    for (const id of this.unmatched) {
      const payment = this.byId.get(id);
      if (payment === undefined || payment.receivedAt >= receivedBefore) break;
      found.push(payment);
    }
    return found;
  }

  get oldestUnmatched(): Payment | undefined {
    const [oldest] = this.unmatched;
    return oldest === undefined ? undefined : this.byId.get(oldest);
  }

  all(): Payment[] {
    return [...this.byId.values()];
  }

  /** Those that are still without an order, oldest first. */
  withoutOrder(): PaymentId[] {
    return [...this.unmatched];
  }

  /** Takes in what a snapshot says of one, in the order in which they were first heard of. */
  restore(payment: Payment): void {
    if (this.byId.has(payment.payment)) throw new Error(`payment ${payment.payment} stands there twice`);
    this.list(payment.payment, payment.order);
    this.byId.set(payment.payment, payment);
  }

  awaitOrder(payment: PaymentId): void {
    this.unmatched.add(payment);
  }

  /** Everything that is owed and has not gone back. */
  owed(): Payment[] {
    return [...this.byId.values()].filter(isOwed);
  }

  evolve(event: PaymentReceived | PaymentFailed | RefundOwed | RefundPaid, at: number): void {
    const { payment, order } = event.data;
    const before = this.byId.get(payment) ?? this.begin(payment, order, at);
    const after = next(before, event, at);
    this.byId.set(payment, after);
    if (after.received !== undefined && !after.matched && after.owed === undefined) this.awaitOrder(payment);
    else this.unmatched.delete(payment);
  }

  private begin(payment: PaymentId, order: OrderId, receivedAt: number): Payment {
    this.list(payment, order);
    return { payment, order, currency: '', received: undefined, refunded: 0n, owed: undefined, matched: false, receivedAt };
  }

  private list(payment: PaymentId, order: OrderId): void {
    const others = this.byOrder.get(order);
    if (others === undefined) this.byOrder.set(order, [payment]);
    else others.push(payment);
  }
}

export const isOwed = ({ owed, refunded }: Payment): boolean => owed !== undefined && refunded < owed.amount;

export const isFullyRefunded = ({ received, refunded }: Payment): boolean =>
  refunded > 0n && (received === undefined || refunded >= received);

function next(before: Payment, event: PaymentReceived | PaymentFailed | RefundOwed | RefundPaid, at: number): Payment {
  switch (event.type) {
    case 'PaymentFailed':
      return before;
    case 'PaymentReceived': {
      const { amount, currency, matched } = event.data;
      const receivedAt = before.received === undefined ? at : before.receivedAt;
      return { ...before, received: BigInt(amount), currency, matched, receivedAt };
    }
    case 'RefundOwed':
      return { ...before, owed: { amount: BigInt(event.data.amount), reason: event.data.reason } };
    case 'RefundPaid': {
      const refunded = BigInt(event.data.amount);
      return { ...before, currency: event.data.currency, refunded: refunded > before.refunded ? refunded : before.refunded };
    }
  }
}
