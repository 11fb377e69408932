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

/** What a ticket is. Members are absent where the sale has none. */
export interface TicketKind {
  readonly category?: CategoryId;
  readonly type?: TypeId;
  /** What people read in place of its unit. */
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

/** No more orders; what is held may still be paid. */
export type SaleClosed = { readonly type: 'SaleClosed'; readonly data: { readonly sale: SaleId } };

/** Units are held for the order. Available → held. */
export type OrderPlaced = {
  readonly type: 'OrderPlaced';
  readonly data: {
    readonly order: OrderId;
    readonly buyer: BuyerId;
    readonly wallet?: Wallet;
    readonly tickets: readonly TicketPlaced[];
    /** The discount code that its prices were lowered by. */
    readonly code?: CodeId;
    /** The sum of the prices of its tickets. */
    readonly total: Money;
    /** Where payment is awaited: milliseconds since 1970, UTC. */
    readonly expiresAt?: number;
  };
};

type OfOrder<Type extends string, More = unknown> = { readonly type: Type; readonly data: { readonly order: OrderId } & More };

/** Held → sold. With the payment that paid for it, where one was needed. */
export type OrderConfirmed = OfOrder<'OrderConfirmed', { readonly payment?: PaymentId }>;
/** Held → available: not paid in time. */
export type OrderExpired = OfOrder<'OrderExpired'>;
/**
 * Held → available, or the end of an order without a payment: its sold units are released one by one. `amount`: minor units that its tickets
 * cost together, without those that ended before. Absent: its total.
 */
export type OrderCancelled = OfOrder<'OrderCancelled', { readonly amount?: string }>;
/**
 * The organiser ends some tickets of an order, and the others stay. Of a hold: held → available. Sold units are released one by one.
 * `amount`: minor units of the order's currency that these tickets cost together.
 */
export type TicketsEnded = OfOrder<'TicketsEnded', { readonly tickets: readonly TicketOfUnit[]; readonly amount: string }>;
/** Another payment pays for the order from now on. A separate `RefundOwed` states what the previous one owes back. */
export type OrderPaymentChanged = OfOrder<'OrderPaymentChanged', { readonly payment: PaymentId }>;
/**
 * Available → held: paid after it had expired or was refunded by the provider, while all of its units were free. `tickets`: those that come
 * back, where others ended before. Absent: all of them.
 */
export type OrderRestored = OfOrder<'OrderRestored', { readonly tickets?: readonly TicketOfUnit[] }>;
/** What was paid for the order has gone back in full. Units that were still held are available again. */
export type OrderRefunded = OfOrder<'OrderRefunded'>;
/** Sold → available, ticket by ticket: none of them is minted, or its asset is revoked; or they are void, and their assets stay with their holders. */
export type UnitsReleased = OfOrder<'UnitsReleased', { readonly tickets: readonly TicketOfUnit[]; readonly void?: true }>;

/** Each ticket is to be minted for the wallet; `request` counts corrected requests after a failed mint. */
export type MintsRequested = OfOrder<
  'MintsRequested',
  {
    readonly name: string;
    readonly wallet: Wallet;
    readonly tickets: readonly (TicketOfUnit & TicketKind & { readonly request: number })[];
  } & AssetTerms
>;
/** A dispute holds the mints: the minter begins no attempt to mint these tickets any more. One that was begun before may still land. */
export type MintsHeld = OfOrder<'MintsHeld', { readonly tickets: readonly TicketOfUnit[] }>;
/** No dispute holds the mints any more: what was requested is to be minted, under the numbers that the requests had. */
export type MintsResumed = OfOrder<'MintsResumed', MintsRequested['data']>;
/** The mint of a ticket failed for good: it may be asked for again. */
export type MintFailureNoted = OfOrder<'MintFailureNoted', { readonly ticket: TicketId; readonly request: number }>;
/**
 * Each ticket's mint is to be cancelled, or its asset burned, before its unit can be sold again. `override`: its asset can not be burned, and
 * the order is given up all the same; if it is minted it becomes void. Earlier versions asked without it in transferable sales too.
 */
export type RevocationsRequested = OfOrder<'RevocationsRequested', { readonly tickets: readonly TicketOfUnit[]; readonly override?: true }>;

type OfPayment<Type extends string, More = unknown> = OfOrder<Type, { readonly payment: PaymentId } & More>;

/**
 * The payment provider reports that it has the money. `matched: false`: the order is not known here (yet). A payment belongs to the order and
 * currency that it was received for first; a receipt for another is recorded as it was reported, pays nothing, and is owed back.
 */
export type PaymentReceived = OfPayment<'PaymentReceived', Money & { readonly matched: boolean }>;
/** The payment provider reports that a try to pay failed. Nothing follows: another try may succeed while the units are held. */
export type PaymentFailed = OfPayment<'PaymentFailed'>;
/** What has to go back of a payment, in all, and why. It takes the place of what was said of the payment before. */
export type RefundOwed = OfPayment<'RefundOwed', Money & { readonly reason: RefundReason }>;
/**
 * The payment provider reports that money went back: `amount` by one refund, or `refundedTotal` as the whole of the payment so far, or both.
 * Minor units of `currency`.
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
 * The payment provider reports that a refund did not reach the buyer: its money is here again. The refund counts no more, whenever it is reported.
 * Minor units of `currency`.
 */
export type RefundFailed = OfPayment<
  'RefundFailed',
  Money & {
    readonly refund: RefundId;
    /** What was reported as refunded until now under this id. Absent: nothing was. */
    readonly refunded?: string;
  }
>;

type OfDispute<Type extends string, More = unknown> = OfPayment<Type, Money & { readonly dispute: DisputeId } & More>;
interface DisputeEnded {
  /** What was reported as disputed until now under this id: it is disputed no more. Absent: nothing was. */
  readonly opened?: string;
}

/** The payment provider reports that the buyer disputes so much of the payment. */
export type DisputeOpened = OfDispute<'DisputeOpened'>;
/** The dispute was decided for the organiser: the money stays, or is here again. */
export type DisputeWon = OfDispute<'DisputeWon', DisputeEnded>;
/** The dispute was decided for the buyer: so much went back. */
export type DisputeLost = OfDispute<'DisputeLost', DisputeEnded>;
/** What was reported contradicts what was reported under the same id before, which stands. It is listed, and changes no sum. */
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
