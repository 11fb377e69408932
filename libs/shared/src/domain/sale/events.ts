import type { BuyerId, OrderId, PaymentId, SaleId, TicketId, UnitId, Wallet } from '../../kernel/ids.js';

/** Money in minor units as a decimal string ("5000" = 50.00 EUR); arithmetic is done on bigint. */
export interface Money {
  readonly amount: string;
  readonly currency: string;
}

export interface RowRange {
  readonly row: string;
  readonly from: number;
  readonly to: number;
}

/** What is for sale: named seats, rows of numbered seats ("A-1".."A-40"), or a quota of places ("1".."500"). */
export type UnitsOffered = { readonly seats: readonly UnitId[] } | { readonly rows: readonly RowRange[] } | { readonly quota: number };

/** `none`: an order is confirmed at once. `webhook`: it is held until its payment is told, or its hold time is over. */
export type PaymentRule = 'none' | 'webhook';
export type MintRule = 'on-confirm' | 'on-request';
/** `revocable`: the asset cannot be given away, and is burned before its unit is sold again. */
export type TicketRule = 'transferable' | 'revocable';

export interface SaleTerms {
  readonly sale: SaleId;
  readonly name: string;
  readonly units: UnitsOffered;
  readonly price: Money;
  /** Units of one buyer at a time. Buyers are compared without regard to case. */
  readonly maxPerBuyer: number;
  /** Units of one wallet at a time. Absent: any number. */
  readonly maxPerWallet?: number;
  /** Holds of one buyer that may end without a payment; after as many, the buyer's orders are refused. Absent: `MAX_ENDED_HOLDS`. */
  readonly maxEndedHolds?: number;
  readonly holdSeconds: number;
  readonly payment: PaymentRule;
  readonly mint: MintRule;
  /** Absent: transferable. */
  readonly tickets?: TicketRule;
  /** Milliseconds since 1970, UTC. */
  readonly opensAt?: number;
  readonly closesAt?: number;
}

export interface TicketOfUnit {
  readonly ticket: TicketId;
  readonly unit: UnitId;
}

export type SaleOpened = { readonly type: 'SaleOpened'; readonly data: SaleTerms };

/** No more orders; what is held may still be paid. */
export type SaleClosed = { readonly type: 'SaleClosed'; readonly data: { readonly sale: SaleId } };

/** Units are held for the order. Available → held. */
export type OrderPlaced = {
  readonly type: 'OrderPlaced';
  readonly data: {
    readonly order: OrderId;
    readonly buyer: BuyerId;
    readonly wallet?: Wallet;
    readonly tickets: readonly TicketOfUnit[];
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
/** Held → available, or the end of an order that cost nothing: its sold units are released one by one. */
export type OrderCancelled = OfOrder<'OrderCancelled'>;
/** Available → held: paid after it had expired, while all of its units were still free. */
export type OrderRestored = OfOrder<'OrderRestored'>;
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
    readonly tickets: readonly (TicketOfUnit & { readonly request: number })[];
    /** Absent: the assets are transferable, and stand for ever. */
    readonly revocable?: true;
  }
>;
/** The mint of a ticket failed for good: it may be asked for again. */
export type MintFailureNoted = OfOrder<'MintFailureNoted', { readonly ticket: TicketId; readonly request: number }>;
/**
 * Each ticket's mint is to be cancelled, or its asset burned, before its unit can be sold again. `override`: its asset can not be burned, and
 * the order is given up all the same; if it is minted it becomes void. Earlier versions asked without it in transferable sales too.
 */
export type RevocationsRequested = OfOrder<'RevocationsRequested', { readonly tickets: readonly TicketOfUnit[]; readonly override?: true }>;

type OfPayment<Type extends string, More = unknown> = OfOrder<Type, { readonly payment: PaymentId } & More>;

/** The provider says that it has the money. `matched: false`: the order is not (yet) known here. */
export type PaymentReceived = OfPayment<'PaymentReceived', Money & { readonly matched: boolean }>;
/** The provider says that a try to pay failed. Nothing follows: another try may succeed while the units are held. */
export type PaymentFailed = OfPayment<'PaymentFailed'>;
/** Money that was received and has to go back, and why. */
export type RefundOwed = OfPayment<'RefundOwed', Money & { readonly reason: RefundReason }>;
/** The provider says how much of the payment went back so far; `amount` is the whole of it, so that hearing it twice adds nothing. */
export type RefundPaid = OfPayment<'RefundPaid', Money>;

export type RefundReason = 'requested' | 'expired' | 'cancelled' | 'wrong-amount' | 'paid-twice' | 'unmatched';

export type SaleEvent =
  | SaleOpened
  | SaleClosed
  | OrderPlaced
  | OrderConfirmed
  | OrderExpired
  | OrderCancelled
  | OrderRestored
  | OrderRefunded
  | UnitsReleased
  | MintsRequested
  | MintFailureNoted
  | RevocationsRequested
  | PaymentReceived
  | PaymentFailed
  | RefundOwed
  | RefundPaid;
