import type { BuyerId, CodeId, OrderId, PaymentId, TicketId, Wallet } from '../../../kernel/ids.js';
import type { MintsRequested, Money, SaleEvent, TicketKind, TicketOfUnit, TicketPlaced } from '../events.js';

export type OrderStatus = 'held' | 'confirmed' | 'expired' | 'cancelled' | 'refund-owed' | 'refunded';

/** The transitions of an order by status. `docs/order-life.md` draws them; a test compares both. */
export const ORDER_TRANSITIONS = {
  held: {
    ...{ OrderConfirmed: 'confirmed', OrderExpired: 'expired', OrderCancelled: 'cancelled', OrderRefunded: 'refunded' },
    TicketsEnded: 'held',
  },
  confirmed: { OrderCancelled: 'cancelled', RefundOwed: 'refund-owed', OrderRefunded: 'refunded', TicketsEnded: 'confirmed' },
  expired: { OrderRestored: 'held', OrderRefunded: 'refunded' },
  cancelled: { OrderRefunded: 'refunded' },
  'refund-owed': { OrderRefunded: 'refunded' },
  refunded: { OrderRestored: 'held' },
} as const satisfies Readonly<Record<OrderStatus, Readonly<Partial<Record<SaleEvent['type'], OrderStatus>>>>>;

/**
 * The state of a ticket within its order: its mint was requested, held by a dispute, failed, or is being revoked, or its unit was
 * released. `void`: its asset still exists.
 */
export interface TicketProgress {
  /** The number of the latest mint request; 0: none. */
  readonly request: number;
  readonly state: 'unasked' | 'asked' | 'held' | 'failed' | 'revoking' | 'released' | 'void';
  /** Its order ended with an override, because its asset cannot be burned. */
  readonly overridden?: true;
  /** The seller ended this ticket while its order continued: no payment restores it. */
  readonly ended?: true;
  /** The wallet of its mint, if it differs from the order's. */
  readonly wallet?: Wallet;
}

const UNASKED: TicketProgress = { request: 0, state: 'unasked' };

/** A time in milliseconds since 1970, UTC, and the sale's version. */
export interface Moment {
  readonly at: number;
  readonly version: number;
}

export type RecoveryPoint = 'received' | 'decided' | 'held' | 'paid' | 'mint-asked';

export interface OrderFacts {
  readonly total: Money;
  readonly expiresAt: number | undefined;
  readonly placed?: Moment | undefined;
  /** One entry for each ticket, in order. Absent: no ticket has any progress. */
  readonly progress?: TicketProgress[];
  readonly ended?: OrderEnd | undefined;
  readonly wasRevoked?: boolean;
  readonly code?: CodeId | undefined;
}

/** The seller ended it: no payment restores it. */
export type OrderEnd = 'cancelled' | 'requested';

/** One order of a sale. Only the sale's events change it. */
export class Order {
  status: OrderStatus = 'held';
  readonly total: Money;
  readonly expiresAt: number | undefined;
  /** The payment that pays for it. */
  payment: PaymentId | undefined;
  ended: OrderEnd | undefined;
  /** The revocation of one of its tickets was requested. */
  wasRevoked: boolean;
  /** The discount code that it uses while it is live. */
  readonly code: CodeId | undefined;
  private paid: Moment | undefined;
  private mintAsked: Moment | undefined;
  private readonly placed: Moment | undefined;
  /** One entry for each ticket, in order. */
  private readonly progress: TicketProgress[];

  constructor(
    readonly order: OrderId,
    readonly buyer: BuyerId,
    readonly wallet: Wallet | undefined,
    readonly tickets: readonly TicketPlaced[],
    { total, expiresAt, placed, progress, ended, wasRevoked, code }: OrderFacts,
  ) {
    this.total = total;
    this.expiresAt = expiresAt;
    this.placed = placed;
    this.ended = ended;
    this.wasRevoked = wasRevoked ?? false;
    this.code = code;
    this.progress = progress ?? tickets.map(() => UNASKED);
  }

  progressOf(ticket: TicketId): TicketProgress {
    return this.progress[this.placeOf(ticket)] ?? UNASKED;
  }

  /** Milliseconds from its placing to the end of its hold. */
  get heldFor(): number {
    return (this.expiresAt ?? 0) - (this.placed?.at ?? 0);
  }

  /** Held or sold. */
  get isLive(): boolean {
    return this.status === 'held' || this.status === 'confirmed';
  }

  /** True if its unit is free again, or being released: it is no longer sold. */
  hasGivenUp(ticket: TicketId): boolean {
    return ['revoking', 'released', 'void'].includes(this.progressOf(ticket).state);
  }

  /** The wallet that it counts for. */
  walletOf(ticket: TicketId): Wallet | undefined {
    return this.progressOf(ticket).wallet ?? this.wallet;
  }

  /** The number of mint requests for its tickets. */
  get mintsRequested(): number {
    return this.progress.reduce((sum, { request }) => sum + request, 0);
  }

  /** @param among restricts the result to these tickets. Absent: all of them */
  ticketsWhere(fits: (progress: TicketProgress) => boolean, among?: ReadonlySet<TicketId>): readonly TicketOfUnit[] {
    const own = this.tickets.filter(({ ticket }, place) => (among?.has(ticket) ?? true) && fits(this.progress[place] ?? UNASKED));
    return own.map(ticketOfUnit);
  }

  /** Its tickets without those that the seller ended one by one: the ones that are held, paid and minted. */
  get kept(): readonly TicketPlaced[] {
    return this.progress.some(({ ended }) => ended) ? this.tickets.filter((_, place) => !this.progress[place]?.ended) : this.tickets;
  }

  /** Minor units that the payment of this order must keep. */
  get keptPrice(): bigint {
    const { kept } = this;
    return kept.length === this.tickets.length ? BigInt(this.total.amount) : sumOfPrices(kept);
  }

  /** Takes back the tickets that were released with the order and cannot have an asset. */
  takeUpAgain(): void {
    for (const [place, progress] of this.progress.entries())
      if (progress.state === 'released' && !progress.ended) this.progress[place] = { ...progress, state: 'unasked' };
  }

  /** The first time it reached each point. */
  get points(): Partial<Record<RecoveryPoint, Moment>> {
    return {
      ...(this.placed && { received: this.placed, decided: this.placed, held: this.placed }),
      ...(this.paid && { paid: this.paid }),
      ...(this.mintAsked && { 'mint-asked': this.mintAsked }),
    };
  }

  /** The same for one point; cheaper for 100,000 orders. */
  reached(point: 'held' | 'paid' | 'mint-asked'): Moment | undefined {
    if (point === 'held') return this.placed;
    return point === 'paid' ? this.paid : this.mintAsked;
  }

  reach(point: 'paid' | 'mint-asked', moment: Moment): void {
    if (point === 'paid') this.paid ??= moment;
    else this.mintAsked ??= moment;
  }

  /** Applies the transition of an event. @throws if there is none: no decider of this software wrote that event */
  move(event: SaleEvent['type']): void {
    const to = (ORDER_TRANSITIONS[this.status] as Partial<Record<string, OrderStatus>>)[event];
    if (to === undefined) throw new Error(`order ${this.order} is ${this.status}: ${event} cannot follow`);
    this.status = to;
  }

  /** @throws if the order has no such ticket */
  ticket(id: TicketId): TicketPlaced {
    const ticket = this.tickets[this.placeOf(id)];
    if (ticket === undefined) throw new Error(`order ${this.order} has no ticket ${id}`);
    return ticket;
  }

  note(ticket: TicketId, progress: Partial<TicketProgress>): void {
    const place = this.placeOf(ticket);
    if (place < 0) throw new Error(`order ${this.order} has no ticket ${ticket}`);
    this.progress[place] = { ...(this.progress[place] ?? UNASKED), ...progress };
  }

  private placeOf(ticket: TicketId): number {
    return this.tickets.findIndex((own) => own.ticket === ticket);
  }
}

/** Minor units. */
export const sumOfPrices = (tickets: readonly TicketPlaced[]): bigint => tickets.reduce((sum, { price }) => sum + BigInt(price), 0n);

export const ticketOfUnit = ({ ticket, unit }: TicketOfUnit): TicketOfUnit => ({ ticket, unit });

const NO_KIND: TicketKind = {};

/** The kind of the ticket, for events without prices. */
export const kindOf = ({ category, type, label }: TicketKind): TicketKind =>
  category === undefined && type === undefined && label === undefined
    ? NO_KIND
    : { ...(category !== undefined && { category }), ...(type !== undefined && { type }), ...(label !== undefined && { label }) };

export const ticketToMint = (ticket: TicketPlaced, request: number): MintsRequested['data']['tickets'][number] => {
  const kind = kindOf(ticket);
  return kind === NO_KIND
    ? { ticket: ticket.ticket, unit: ticket.unit, request }
    : { ticket: ticket.ticket, unit: ticket.unit, ...kind, request };
};
