import type { RefundReason } from '../sale/events.js';
import type { OrderStatus } from '../sale/orders/order.js';
import type { MintRule, PaymentRule } from '../sale/terms.js';

/** The members of every read-model row: its owner, and the last commit that changed it. */
interface Kept {
  readonly tenant: string;
  readonly sale: string;
  readonly sequence: number;
  /** The time of the event that last changed it: milliseconds since 1970, UTC. */
  readonly updatedAt: number;
}

export interface SaleRow extends Kept {
  readonly name: string;
  readonly units: bigint;
  /** Of every ticket; `null`: they have several prices. */
  readonly priceMinor: bigint | null;
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
  /** The end of the hold, if the order awaits payment. */
  readonly expiresAt: number | null;
  /** The payment that confirmed it. */
  readonly payment: string | null;
}

export interface TicketRow extends Kept {
  readonly ticket: string;
  readonly unit: string;
  /** Null where the sale has none. */
  readonly label: string | null;
  readonly category: string | null;
  readonly type: string | null;
  readonly priceMinor: bigint;
  readonly order: string;
  readonly buyer: string;
  readonly wallet: string | null;
  readonly status: 'held' | 'sold' | 'minting' | 'minted' | 'mint-failed' | 'revoking' | 'released' | 'void';
  /** The last mint request (1, 2, …; 0 before the first) and the key of its command. */
  readonly request: number;
  readonly mintKey: string | null;
  /** Transactions signed so far. */
  readonly attempts: number;
  /** The planned address, from the plan on; the asset exists when the status is minted. */
  readonly asset: string | null;
  readonly signature: string | null;
  readonly slot: string | null;
  readonly holder: string | null;
  readonly failure: string | null;
  /** The asset's symbol, and SHA-256 of its document, both from the plan; null in plans older than documents. */
  readonly symbol: string | null;
  readonly document: string | null;
  /** Content of the document's second form: the sale's name and links. Null for a document of the first form. */
  readonly documentName: string | null;
  readonly image: string | null;
  readonly externalUrl: string | null;
}

/**
 * The reports of one payment for one order in one currency, and the accounts that hold its money: received always equals clearing +
 * revenue + owed + disputed + returned.
 */
export interface PaymentRow extends Kept {
  readonly payment: string;
  /** The order that it was made for; may be unknown (yet). */
  readonly order: string;
  readonly currency: string;
  /** True when its order was known at receipt, or was placed since. */
  readonly matched: boolean;
  readonly receivedMinor: bigint;
  /** The largest total of refunds that the provider reported; may precede the report of the receipt. */
  readonly refundedMinor: bigint;
  /** The sum of its refunds that have ids and did not fail. */
  readonly refundsMinor: bigint;
  /** The sum of its refunds that failed. */
  readonly refundsFailedMinor: bigint;
  readonly disputesLostMinor: bigint;
  readonly disputesOpenMinor: bigint;
  /** The total that the sale decided to refund; `null`: nothing, or the payment pays for its order. */
  readonly toReturnMinor: bigint | null;
  readonly clearingMinor: bigint;
  readonly revenueMinor: bigint;
  readonly owedMinor: bigint;
  readonly disputedMinor: bigint;
  readonly returnedMinor: bigint;
  /** The last reason for a refund due. */
  readonly reason: RefundReason | null;
}
