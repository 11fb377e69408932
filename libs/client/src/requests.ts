/** Money is a decimal string of minor units: `{ amount: '5000', currency: 'EUR' }` is 50.00 EUR. */
export interface Money {
  readonly amount: string;
  readonly currency: string;
}

export interface OpenSale {
  readonly sale: string;
  readonly name: string;
  readonly units:
    | { readonly seats: readonly string[] }
    | { readonly rows: readonly { readonly row: string; readonly from: number; readonly to: number }[] }
    | { readonly quota: number };
  readonly price: Money;
  /** Units of one buyer at a time; `Alice` and `alice` are one buyer. */
  readonly maxPerBuyer?: number;
  /** Units of one wallet at a time. Absent: any number. */
  readonly maxPerWallet?: number;
  /** Holds of one buyer that may end without a payment before the buyer's orders are refused. Absent: 50. */
  readonly maxEndedHolds?: number;
  readonly holdSeconds?: number;
  readonly payment?: 'none' | 'webhook';
  readonly mint?: 'on-confirm' | 'on-request';
  /** `revocable`: assets cannot be given away, and are burned before a refunded unit is sold again. Absent: `transferable`. */
  readonly tickets?: 'transferable' | 'revocable';
  /** RFC 3339. */
  readonly opensAt?: string;
  readonly closesAt?: string;
}

export interface SaleRef {
  readonly sale: string;
}

export interface OrderRef extends SaleRef {
  readonly order: string;
}

/** `override`: also where a ticket is minted that cannot be taken back. It becomes void, and its asset stays with its holder. */
export interface EndOrder extends OrderRef {
  readonly override?: true;
}

export interface TicketRef extends SaleRef {
  readonly ticket: string;
}

/** Named seats, or a quantity of places. */
export type PlaceOrder = SaleRef & { readonly buyer: string; readonly wallet?: string } & (
    | { readonly units: readonly string[] }
    | { readonly quantity: number }
  );

/** What a trusted back end reports of a payment: it was received, or a try to pay failed. */
export interface PaymentNotification extends OrderRef, Money {
  readonly payment: string;
}

/**
 * Money that went back: by one refund, or in all so far, in minor units. A refund that has no id of its own has the idempotency key for one.
 */
export type RefundNotification = OrderRef & { readonly payment: string; readonly currency: string } & (
    | { readonly amount: string; readonly refund?: string; readonly refundedTotal?: string }
    | { readonly refundedTotal: string }
  );

/** A dispute of a payment was opened, or decided for the organiser (`won`) or the buyer (`lost`), and over how much. */
export interface DisputeNotification extends OrderRef, Money {
  readonly payment: string;
  readonly dispute: string;
  readonly status: 'opened' | 'won' | 'lost';
}

export interface MintTickets extends SaleRef {
  readonly tickets: readonly string[];
  readonly wallet: string;
}
