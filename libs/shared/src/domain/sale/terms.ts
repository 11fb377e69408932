import type { AreaId, CategoryId, CodeId, SaleId, TypeId, UnitId } from '../../kernel/ids.js';
import type { AssetChoice } from './assets/asset-terms.js';

/** Where units are, such as front or standing. */
export interface Category {
  readonly category: CategoryId;
  readonly name?: string;
  /** Units of one buyer, and of one wallet, in this category at a time. Absent: as many as the sale allows. */
  readonly maxPerBuyer?: number;
  readonly maxPerWallet?: number;
}

/** Whom a ticket is for, such as an adult or a child. */
export interface TicketType {
  readonly type: TypeId;
  readonly name?: string;
}

/** What a ticket of a type costs in a category. Without a category in a sale without categories; without a type where it is the only one there. */
export interface Price {
  readonly category?: CategoryId;
  readonly type?: TypeId;
  /** Minor units of the currency of the sale. */
  readonly amount: string;
}

/** Seats of a row that stand next to each other: `from`, `from + step`, … up to `to`. */
export interface SeatRange {
  readonly from: number;
  readonly to: number;
  /** Absent: 1. */
  readonly step?: number;
  /** Absent: that of its row. */
  readonly category?: CategoryId;
}

/** Its seats are `<row>-<number>`. `label`: what people read in place of the name. */
export interface Row {
  readonly row: string;
  readonly label?: string;
  readonly category?: CategoryId;
  readonly seats: readonly SeatRange[];
}

export interface Seat {
  readonly unit: UnitId;
  readonly label?: string;
  readonly category?: CategoryId;
}

/** Places without a plan, given away from the lowest on: `<area>-<number>`, or the number alone where the area has no name. */
export interface Area {
  readonly area?: AreaId;
  readonly label?: string;
  readonly category?: CategoryId;
  readonly quota: number;
}

/** What is for sale, in the order of the plan: rows as listed, then seats, then areas. */
export interface UnitsOffered {
  readonly rows?: readonly Row[];
  readonly seats?: readonly Seat[];
  readonly areas?: readonly Area[];
}

/** Takes so much off each ticket of these types and categories; absent: of all. Either `percentOff` or `amountOff`. */
export interface DiscountCode {
  readonly code: CodeId;
  /** Orders that may have it at a time. */
  readonly uses: number;
  /** 1 to 100. What is taken off is rounded down to minor units. */
  readonly percentOff?: number;
  /** Minor units of the currency of the sale, at most what the ticket costs. */
  readonly amountOff?: string;
  readonly types?: readonly TypeId[];
  readonly categories?: readonly CategoryId[];
  /** Milliseconds since 1970, UTC. Absent: from the beginning, and to the end. */
  readonly from?: number;
  readonly until?: number;
}

/** `none`: an order is confirmed at once. `webhook`: it is held until the payment is reported, or its hold time is over. */
export type PaymentRule = 'none' | 'webhook';
export type MintRule = 'on-confirm' | 'on-request';

export interface SaleTerms extends AssetChoice {
  readonly sale: SaleId;
  readonly name: string;
  readonly currency: string;
  /** Absent: all units are of one, which has no name. */
  readonly categories?: readonly Category[];
  /** Absent: tickets are of one, which has no name. */
  readonly types?: readonly TicketType[];
  readonly prices: readonly Price[];
  /** Absent: none. */
  readonly codes?: readonly DiscountCode[];
  readonly units: UnitsOffered;
  /** Units of one buyer at a time. Buyers are compared without regard to case. */
  readonly maxPerBuyer: number;
  /** Units of one wallet at a time. Absent: any number. */
  readonly maxPerWallet?: number;
  /** Holds of one buyer that may end without a payment; after as many, the buyer's orders are refused. Absent: `MAX_ENDED_HOLDS`. */
  readonly maxEndedHolds?: number;
  readonly holdSeconds: number;
  readonly payment: PaymentRule;
  readonly mint: MintRule;
  /** Milliseconds since 1970, UTC. */
  readonly opensAt?: number;
  readonly closesAt?: number;
}

/** Whole new values for later orders: `null` where there is none any more. Absent: as it was. */
export interface TermsChange {
  readonly sale: SaleId;
  readonly name?: string;
  readonly categories?: readonly Category[];
  readonly types?: readonly TicketType[];
  readonly prices?: readonly Price[];
  readonly codes?: readonly DiscountCode[];
  /** Rows and seats that are added, and areas with the quota that each has from now on. */
  readonly units?: UnitsOffered;
  /** How many units the sale has then. */
  readonly opened?: number;
  readonly maxPerBuyer?: number;
  readonly maxPerWallet?: number | null;
  readonly maxEndedHolds?: number | null;
  readonly holdSeconds?: number;
  /** Milliseconds since 1970, UTC. */
  readonly opensAt?: number | null;
  readonly closesAt?: number | null;
  /** No order is taken while it is. */
  readonly paused?: boolean;
  /** Of tickets whose mint is requested later. */
  readonly image?: string | null;
  readonly externalUrl?: string | null;
  /** It was closed, and takes orders again. */
  readonly reopened?: true;
}
