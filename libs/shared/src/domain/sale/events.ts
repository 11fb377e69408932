import type {
  BuyerId,
  CategoryId,
  CodeId,
  DisputeId,
  OrderId,
  PaymentId,
  RefundId,
  SaleId,
  TicketId,
  TypeId,
  UnitId,
  Wallet,
} from '../../kernel/ids.js';
import type { AssetTerms } from './assets/asset-terms.js';
import type { SaleTerms, TermsChange } from './terms.js';

/** Money in minor units as a decimal string ("5000" = 50.00 EUR); arithmetic is done on bigint. */
export interface Money {
  readonly amount: string;
  readonly currency: string;
}

export interface TicketOfUnit {
  readonly ticket: TicketId;
  readonly unit: UnitId;
}

/** The kind of a ticket. Members are absent if the sale has none. */
export interface TicketKind {
  readonly category?: CategoryId;
  readonly type?: TypeId;
  /** The text that people see instead of its unit. */
  readonly label?: string;
}

/** A ticket as it was ordered. */
export interface TicketPlaced extends TicketOfUnit, TicketKind {
  /** Minor units of the currency of its order. */
  readonly price: string;
}

export type SaleOpened = { readonly type: 'SaleOpened'; readonly data: SaleTerms };

/** Terms of the sale from now on; orders that were placed keep theirs. */
export type SaleChanged = { readonly type: 'SaleChanged'; readonly data: TermsChange };

/** Ends the acceptance of orders; held orders may still be paid. */
export type SaleClosed = { readonly type: 'SaleClosed'; readonly data: { readonly sale: SaleId } };

/** Units are held for the order. Available → held. */
export type OrderPlaced = {
  readonly type: 'OrderPlaced';
  readonly data: {
    readonly order: OrderId;
    readonly buyer: BuyerId;
    readonly wallet?: Wallet;
    readonly tickets: readonly TicketPlaced[];
    /** The discount code that lowered its prices. */
    readonly code?: CodeId;
    /** The sum of the prices of its tickets. */
    readonly total: Money;
    /** The end of the hold, if payment is required: milliseconds since 1970, UTC. */
    readonly expiresAt?: number;
  };
};

type OfOrder<Type extends string, More = unknown> = { readonly type: Type; readonly data: { readonly order: OrderId } & More };

/** Held → sold. With the payment that paid for it, if one was required. */
export type OrderConfirmed = OfOrder<'OrderConfirmed', { readonly payment?: PaymentId }>;
/** Held → available: not paid in time. */
export type OrderExpired = OfOrder<'OrderExpired'>;
/**
 * Held → available, or the end of an order without payment, whose sold units are released one by one. `amount`: minor units of its
 * tickets without those that ended before. Absent: the total of the order.
 */
export type OrderCancelled = OfOrder<'OrderCancelled', { readonly amount?: string }>;
/**
 * The organiser ends some tickets of an order. Of a hold: held → available. Sold units are released one by one. `amount`: minor units
 * of the order's currency that these tickets cost together.
 */
export type TicketsEnded = OfOrder<'TicketsEnded', { readonly tickets: readonly TicketOfUnit[]; readonly amount: string }>;
/** Another payment pays for the order. A separate `RefundOwed` states the refund due of the previous one. */
export type OrderPaymentChanged = OfOrder<'OrderPaymentChanged', { readonly payment: PaymentId }>;
/**
 * Available → held: the order was paid after it expired or was refunded by the provider, and all of its units were free. `tickets`: the
 * restored ones, if others ended before. Absent: all of them.
 */
export type OrderRestored = OfOrder<'OrderRestored', { readonly tickets?: readonly TicketOfUnit[] }>;
/** The payments of the order were refunded in full. Units that were still held are available again. */
export type OrderRefunded = OfOrder<'OrderRefunded'>;
/** Sold → available, ticket by ticket: the ticket has no mint, its asset is burned, or it is void and its asset stays with its holder. */
export type UnitsReleased = OfOrder<'UnitsReleased', { readonly tickets: readonly TicketOfUnit[]; readonly void?: true }>;

/** Requests the mint of each ticket for the wallet; `request` counts corrected requests after a failed mint. */
export type MintsRequested = OfOrder<
  'MintsRequested',
  {
    readonly name: string;
    readonly wallet: Wallet;
    readonly tickets: readonly (TicketOfUnit & TicketKind & { readonly request: number })[];
  } & AssetTerms
>;
/** A dispute holds the mints: the minter starts no attempt for these tickets. An attempt that started before may still land. */
export type MintsHeld = OfOrder<'MintsHeld', { readonly tickets: readonly TicketOfUnit[] }>;
/** The dispute ended: the requested mints continue, with the numbers of their requests. */
export type MintsResumed = OfOrder<'MintsResumed', MintsRequested['data']>;
/** The mint of a ticket failed permanently: it may be requested again. */
export type MintFailureNoted = OfOrder<'MintFailureNoted', { readonly ticket: TicketId; readonly request: number }>;
/**
 * Requests for each ticket that its mint is cancelled, or its asset burned, before its unit is sold again. `override`: the asset cannot
 * be burned, and the order ends anyway; a minted ticket becomes void. Earlier versions requested this without `override` in
 * transferable sales too.
 */
export type RevocationsRequested = OfOrder<'RevocationsRequested', { readonly tickets: readonly TicketOfUnit[]; readonly override?: true }>;

type OfPayment<Type extends string, More = unknown> = OfOrder<Type, { readonly payment: PaymentId } & More>;

/**
 * The payment provider reports that it received the money. `matched: false`: the order is not known (yet). A payment belongs to the
 * order and currency of its first receipt. A receipt for another order or currency is recorded, pays nothing, and is due for refund.
 */
export type PaymentReceived = OfPayment<'PaymentReceived', Money & { readonly matched: boolean }>;
/** The payment provider reports that an attempt to pay failed. It has no effect: another attempt may succeed while the units are held. */
export type PaymentFailed = OfPayment<'PaymentFailed'>;
/** The total refund due of a payment, and its reason. It replaces the previous refund due. */
export type RefundOwed = OfPayment<'RefundOwed', Money & { readonly reason: RefundReason }>;
/**
 * The payment provider reports returned money: `amount` by one refund, `refundedTotal` as the payment's total so far, or both, in minor
 * units.
 */
export type RefundPaid = OfPayment<
  'RefundPaid',
  {
    readonly currency: string;
    readonly refund?: RefundId;
    readonly amount?: string;
    readonly refundedTotal?: string;
  }
>;

/**
 * The payment provider reports that a refund failed: it has its money again. The refund no longer counts, even if reported later. Minor
 * units.
 */
export type RefundFailed = OfPayment<
  'RefundFailed',
  Money & {
    readonly refund: RefundId;
    /** The amount reported as refunded under this id so far. Absent: none. */
    readonly refunded?: string;
  }
>;

type OfDispute<Type extends string, More = unknown> = OfPayment<Type, Money & { readonly dispute: DisputeId } & More>;
interface DisputeEnded {
  /** The amount reported as disputed under this id so far, which is no longer disputed. Absent: none. */
  readonly opened?: string;
}

/** The payment provider reports that the buyer disputes this amount of the payment. */
export type DisputeOpened = OfDispute<'DisputeOpened'>;
/** The organiser won the dispute: the money stays, or is available again. */
export type DisputeWon = OfDispute<'DisputeWon', DisputeEnded>;
/** The buyer won the dispute: this amount was returned. */
export type DisputeLost = OfDispute<'DisputeLost', DisputeEnded>;
/** A report that contradicts an earlier one under the same id, which stays valid. It is listed, and changes no sum. */
export type PaymentReportSetAside = OfPayment<
  'PaymentReportSetAside',
  Money & {
    readonly report: PaymentReport;
    /** The id of the refund or dispute. */
    readonly id?: RefundId | DisputeId;
  }
>;

export type PaymentReport = 'received' | 'refunded' | 'dispute-opened' | 'dispute-won' | 'dispute-lost';
export type RefundReason =
  | 'requested'
  | 'tickets-ended'
  | 'expired'
  | 'refunded'
  | 'cancelled'
  | 'wrong-amount'
  | 'paid-twice'
  | 'another-order'
  | 'another-currency'
  | 'unmatched';

export type PaymentEvent =
  | PaymentReceived
  | PaymentFailed
  | RefundOwed
  | RefundPaid
  | RefundFailed
  | DisputeOpened
  | DisputeWon
  | DisputeLost
  | PaymentReportSetAside;

export type SaleEvent =
  | SaleOpened
  | SaleClosed
  | SaleChanged
  | OrderPlaced
  | OrderConfirmed
  | OrderPaymentChanged
  | OrderExpired
  | OrderCancelled
  | TicketsEnded
  | OrderRestored
  | OrderRefunded
  | UnitsReleased
  | MintsRequested
  | MintsHeld
  | MintsResumed
  | MintFailureNoted
  | RevocationsRequested
  | PaymentEvent;
