import type { BuyerId, OrderId, PaymentId, TicketId, Wallet } from '../../kernel/ids.js';
import type { Money, SaleEvent, TicketOfUnit } from './events.js';

export type OrderStatus = 'held' | 'confirmed' | 'expired' | 'cancelled' | 'refund-owed' | 'refunded';

/** What may happen to an order in which status, and where it leads. Drawn in `docs/order-life.md`, compared by a test. */
export const ORDER_TRANSITIONS = {
  held: { OrderConfirmed: 'confirmed', OrderExpired: 'expired', OrderCancelled: 'cancelled', OrderRefunded: 'refunded' },
  confirmed: { OrderCancelled: 'cancelled', RefundOwed: 'refund-owed', OrderRefunded: 'refunded' },
  expired: { OrderRestored: 'held', OrderRefunded: 'refunded' },
  cancelled: { OrderRefunded: 'refunded' },
  'refund-owed': { OrderRefunded: 'refunded' },
  refunded: {},
} as const satisfies Readonly<Record<OrderStatus, Readonly<Partial<Record<SaleEvent['type'], OrderStatus>>>>>;

/** What becomes of a ticket beside its order: whether its mint was asked for, failed, is to be revoked, or its unit was given back. `void`: with its asset left standing. */
export interface TicketProgress {
  /** The number of the latest mint request; 0: never asked. */
  readonly request: number;
  readonly state: 'unasked' | 'asked' | 'failed' | 'revoking' | 'released' | 'void';
  /** Its order was given up although its asset cannot be burned. */
  readonly overridden?: true;
}

const UNASKED: TicketProgress = { request: 0, state: 'unasked' };

/** When something became so: milliseconds since 1970, UTC, and the sale's version. */
export interface Moment {
  readonly at: number;
  readonly version: number;
}

export type RecoveryPoint = 'received' | 'decided' | 'held' | 'paid' | 'mint-asked';

/** One order of a sale. It is changed by its sale's events only. */
export class Order {
  status: OrderStatus = 'held';
  /** The payment that confirmed it. */
  payment: PaymentId | undefined;
  readonly points: Partial<Record<RecoveryPoint, Moment>> = {};
  private readonly progress = new Map<TicketId, TicketProgress>();

  constructor(
    readonly order: OrderId,
    readonly buyer: BuyerId,
    readonly wallet: Wallet | undefined,
    readonly tickets: readonly TicketOfUnit[],
    readonly terms: { readonly total: Money; readonly expiresAt: number | undefined },
  ) {}

  get total(): Money {
    return this.terms.total;
  }

  get expiresAt(): number | undefined {
    return this.terms.expiresAt;
  }

  progressOf(ticket: TicketId): TicketProgress {
    return this.progress.get(ticket) ?? UNASKED;
  }

  /** Its unit is free again, or on its way back: it is not sold any more. */
  hasGivenUp(ticket: TicketId): boolean {
    return ['revoking', 'released', 'void'].includes(this.progressOf(ticket).state);
  }

  ticketsWhere(fits: (progress: TicketProgress) => boolean): readonly TicketOfUnit[] {
    return this.tickets.filter(({ ticket }) => fits(this.progressOf(ticket)));
  }

  reach(point: RecoveryPoint, moment: Moment): void {
    this.points[point] ??= moment;
  }

  /** Goes where the event leads. @throws where it leads nowhere: no decider of ours wrote that */
  move(event: SaleEvent['type']): void {
    const to = (ORDER_TRANSITIONS[this.status] as Partial<Record<string, OrderStatus>>)[event];
    if (to === undefined) throw new Error(`order ${this.order} is ${this.status}: ${event} cannot follow`);
    this.status = to;
  }

  note(ticket: TicketId, progress: Partial<TicketProgress>): void {
    if (!this.tickets.some((own) => own.ticket === ticket)) throw new Error(`order ${this.order} has no ticket ${ticket}`);
    this.progress.set(ticket, { ...this.progressOf(ticket), ...progress });
  }
}
