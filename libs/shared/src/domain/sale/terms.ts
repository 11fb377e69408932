import type { AreaId, CategoryId, CodeId, SaleId, TypeId, UnitId } from '../../kernel/ids.js';
import type { AssetChoice } from './assets/asset-terms.js';

/** A part of the venue, such as front or standing. */
export interface Category {
  readonly category: CategoryId;
  readonly name?: string;
  /** The limit of units per buyer, and per wallet, in this category. Absent: the limit of the sale. */
  readonly maxPerBuyer?: number;
  readonly maxPerWallet?: number;
}

/** The kind of holder of a ticket, such as an adult or a child. */
export interface TicketType {
  readonly type: TypeId;
  readonly name?: string;
}

/** The price of a ticket of a type in a category. The category is absent in a sale without categories; the type if there is only one. */
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
  /** Absent: the category of its row. */
  readonly category?: CategoryId;
}

/** Its seats are `<row>-<number>`. `label`: the text that people see instead of the name. */
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

/** Places without a plan, assigned from the lowest on: `<area>-<number>`, or only the number if the area has no name. */
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

/** A discount on each ticket of these types and categories; absent: of all. Either `percentOff` or `amountOff`. */
export interface DiscountCode {
  readonly code: CodeId;
  /** The limit of live orders that use it. */
  readonly uses: number;
  /** 1 to 100. The discount is rounded down to minor units. */
  readonly percentOff?: number;
  /** Minor units of the currency of the sale, at most the price of the ticket. */
  readonly amountOff?: string;
  readonly types?: readonly TypeId[];
  readonly categories?: readonly CategoryId[];
  /** Milliseconds since 1970, UTC. Absent: no limit. */
  readonly from?: number;
  readonly until?: number;
}

/** `none`: an order is confirmed at once. `webhook`: it is held until the payment is reported, or its hold time ends. */
export type PaymentRule = 'none' | 'webhook';
export type MintRule = 'on-confirm' | 'on-request';

export interface SaleTerms extends AssetChoice {
  readonly sale: SaleId;
  readonly name: string;
  readonly currency: string;
  /** Absent: all units are of one category without a name. */
  readonly categories?: readonly Category[];
  /** Absent: all tickets are of one type without a name. */
  readonly types?: readonly TicketType[];
  readonly prices: readonly Price[];
  /** Absent: none. */
  readonly codes?: readonly DiscountCode[];
  readonly units: UnitsOffered;
  /** The limit of units per buyer at a time. Buyers are compared case-insensitively. */
  readonly maxPerBuyer: number;
  /** The limit of units per wallet at a time. Absent: none. */
  readonly maxPerWallet?: number;
  /** The limit of a buyer's holds that end without a payment; then the buyer's orders are refused. Absent: `MAX_ENDED_HOLDS`. */
  readonly maxEndedHolds?: number;
  readonly holdSeconds: number;
  readonly payment: PaymentRule;
  readonly mint: MintRule;
  /** Milliseconds since 1970, UTC. */
  readonly opensAt?: number;
  readonly closesAt?: number;
}

/** New values for later orders: `null` removes a value. Absent: unchanged. */
export interface TermsChange {
  readonly sale: SaleId;
  readonly name?: string;
  readonly categories?: readonly Category[];
  readonly types?: readonly TicketType[];
  readonly prices?: readonly Price[];
  readonly codes?: readonly DiscountCode[];
  /** Added rows and seats, and areas with their new quotas. */
  readonly units?: UnitsOffered;
  /** The number of units after the change. */
  readonly opened?: number;
  readonly maxPerBuyer?: number;
  readonly maxPerWallet?: number | null;
  readonly maxEndedHolds?: number | null;
  readonly holdSeconds?: number;
  /** Milliseconds since 1970, UTC. */
  readonly opensAt?: number | null;
  readonly closesAt?: number | null;
  /** No order is accepted while it is set. */
  readonly paused?: boolean;
  /** Applies to tickets whose mint is requested later. */
  readonly image?: string | null;
  readonly externalUrl?: string | null;
  /** The closed sale accepts orders again. */
  readonly reopened?: true;
}
