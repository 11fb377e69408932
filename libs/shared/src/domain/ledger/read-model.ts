import type { MintRule, PaymentRule, RefundReason } from '../sale/events.js';
import type { OrderStatus } from '../sale/orders/order.js';

/** What every row of a read model knows: whose it is, and the last commit that changed it. */
interface Kept {
  readonly tenant: string;
  readonly sale: string;
  readonly sequence: number;
  /** The time of the event that changed it last: milliseconds since 1970, UTC. */
  readonly updatedAt: number;
}

export interface SaleRow extends Kept {
  readonly name: string;
  readonly units: bigint;
  readonly priceMinor: bigint;
  readonly currency: string;
  readonly maxPerBuyer: number;
  readonly payment: PaymentRule;
  readonly mint: MintRule;
  readonly opensAt: number | null;
  readonly closesAt: number | null;
  readonly status: 'open' | 'closed';
}

export interface OrderRow extends Kept {
  readonly order: string;
  readonly buyer: string;
  readonly wallet: string | null;
  readonly status: OrderStatus;
  readonly totalMinor: bigint;
  readonly currency: string;
  readonly tickets: readonly string[];
  readonly key: string | null;
  readonly placedAt: number;
  /** When the hold ends, where payment is awaited. */
  readonly expiresAt: number | null;
  /** The payment that confirmed it. */
  readonly payment: string | null;
}

export interface TicketRow extends Kept {
  readonly ticket: string;
  readonly unit: string;
  readonly order: string;
  readonly buyer: string;
  readonly wallet: string | null;
  readonly status: 'held' | 'sold' | 'minting' | 'minted' | 'mint-failed' | 'revoking' | 'released' | 'void';
  /** The last mint request (1, 2, …; 0 before the first) and the key of the command that made it. */
  readonly request: number;
  readonly mintKey: string | null;
  /** Transactions signed so far. */
  readonly attempts: number;
  /** The planned address, from the plan on; the asset is there when the status says minted. */
  readonly asset: string | null;
  readonly signature: string | null;
  readonly slot: string | null;
  readonly holder: string | null;
  readonly failure: string | null;
  /** Of the asset, and SHA-256 of its document: both stand in the plan, from the day there were documents. */
  readonly symbol: string | null;
  readonly document: string | null;
}

/**
 * What was reported of one payment for one order in one currency, and where its money is: what was received is always clearing + revenue +
 * owed + disputed + returned.
 */
export interface PaymentRow extends Kept {
  readonly payment: string;
  /** The order it was made for, which may not be known (yet). */
  readonly order: string;
  readonly currency: string;
  /** Its order was known when it was received, or has come since. */
  readonly matched: boolean;
  readonly receivedMinor: bigint;
  /** The largest total of refunds that the provider reported; it may do so before it reports the receipt. */
  readonly refundedMinor: bigint;
  /** The sum of its refunds that have ids. */
  readonly refundsMinor: bigint;
  readonly disputesLostMinor: bigint;
  readonly disputesOpenMinor: bigint;
  /** What was decided to go back, in all; `null`: nothing was, or it pays for its order. */
  readonly toReturnMinor: bigint | null;
  readonly clearingMinor: bigint;
  readonly revenueMinor: bigint;
  readonly owedMinor: bigint;
  readonly disputedMinor: bigint;
  readonly returnedMinor: bigint;
  /** Why it was owed last. */
  readonly reason: RefundReason | null;
}
