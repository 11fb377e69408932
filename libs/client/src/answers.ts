import type { Money } from './requests.js';

export interface Sale {
  readonly sale: string;
  readonly name: string;
  readonly price: Money;
  readonly maxPerBuyer: number;
  readonly maxPerWallet?: number;
  readonly maxEndedHolds?: number;
  readonly holdSeconds: number;
  readonly payment: 'none' | 'webhook';
  readonly mint: 'on-confirm' | 'on-request';
  readonly tickets: 'transferable' | 'revocable';
  readonly opensAt?: string;
  readonly closesAt?: string;
  readonly closed?: boolean;
  readonly units: { readonly opened: number; readonly available: number; readonly held: number; readonly sold: number };
  readonly version: number;
}

export type OrderStatus = 'held' | 'confirmed' | 'expired' | 'cancelled' | 'refund-owed' | 'refunded';
export type TicketStatus = OrderStatus | 'sold' | 'minting' | 'minted' | 'mint-failed' | 'revoking' | 'released' | 'void';

export interface OrderedTicket {
  readonly ticket: string;
  readonly unit: string;
  readonly status: TicketStatus;
  readonly asset?: string;
  readonly signature?: string;
  readonly slot?: string;
}

export interface Order {
  readonly order: string;
  readonly sale: string;
  readonly buyer: string;
  readonly status: OrderStatus;
  readonly total: Money;
  readonly wallet?: string;
  readonly expiresAt?: string;
  readonly payment?: string;
  readonly tickets: readonly OrderedTicket[];
  /** Only when it is read: how far it came, and when. */
  readonly points?: readonly { readonly point: string; readonly at: string; readonly version: number }[];
  readonly version: number;
}

export interface Ticket extends OrderedTicket {
  readonly sale: string;
  readonly order: string;
  readonly wallet?: string;
  readonly version: number;
}

/** What the buyer of a minted ticket keeps: `admit receipt verify` checks it against the chain alone. */
export interface Receipt {
  readonly record: Readonly<Record<string, string>>;
  readonly salt: string;
  readonly memo: string;
  readonly signature: string;
  readonly genesisHash: string;
  readonly address: { readonly base: string; readonly seed: string; readonly program: string };
  readonly metadata: { readonly name: string; readonly symbol: string; readonly uri: string };
  readonly delegate?: string;
}

/** Money that has to go back. */
export interface RefundDue extends Money {
  readonly payment: string;
  readonly order: string;
  readonly reason: string;
  readonly receivedAt: string;
}

/** The order that was paid for, if it is known yet, and what of this payment has to go back. */
export type PaymentAnswer = (Order | { readonly order: string; readonly status: 'unknown'; readonly version: number }) & {
  readonly refundDue?: RefundDue;
};

/** A report of a payment that does not fit what else was reported of it: it changed no order. */
export interface PaymentProblem extends Money {
  readonly payment: string;
  readonly order: string;
  readonly reason: 'contradiction' | 'more-than-received' | 'not-received' | 'another-order' | 'another-currency';
  /** Of a contradiction: what was reported, and the id of its refund or dispute. */
  readonly report?: 'received' | 'refunded' | 'dispute-opened' | 'dispute-won' | 'dispute-lost';
  readonly id?: string;
  readonly reportedAt: string;
}

export interface RefundsDueList {
  readonly refundsDue: readonly RefundDue[];
  readonly problems: readonly PaymentProblem[];
  readonly version: number;
}

export interface MintsAnswer {
  readonly tickets: readonly Ticket[];
  readonly version: number;
}
