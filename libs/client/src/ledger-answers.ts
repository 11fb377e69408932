import type { Order, Ticket } from './operations.js';

export interface LedgerEntry {
  /** The id of its event in `/v1/events`. */
  readonly position: string;
  readonly entry: number;
  readonly at: string;
  readonly event: string;
  readonly sale: string;
  readonly order?: string;
  readonly ticket?: string;
  /** Of the tickets that it is about. */
  readonly category?: string;
  readonly type?: string;
  readonly key?: string;
  readonly debit: string;
  readonly credit: string;
  readonly unitOfAccount: string;
  readonly amount: string;
}

export interface LedgerBalance {
  readonly sale: string;
  readonly unitOfAccount: string;
  readonly account: string;
  readonly amount: string;
}

export interface LedgerOrder {
  readonly order: string;
  readonly sale: string;
  readonly buyer: string;
  readonly status: Order['status'];
  readonly total: Order['total'];
  readonly tickets: readonly string[];
  readonly wallet?: string;
  readonly payment?: string;
  readonly key?: string;
  readonly placedAt: string;
  readonly expiresAt?: string;
  readonly changedAt: string;
}

export interface LedgerTicket {
  readonly ticket: string;
  readonly sale: string;
  readonly unit: string;
  readonly label?: string;
  readonly category?: string;
  readonly type?: string;
  /** Minor units. */
  readonly price: string;
  readonly order: string;
  readonly buyer: string;
  readonly status: Ticket['status'];
  readonly attempts: number;
  readonly wallet?: string;
  readonly asset?: string;
  readonly signature?: string;
  readonly slot?: string;
  readonly holder?: string;
  readonly failure?: string;
  readonly changedAt: string;
}

/** The price of sold tickets. All amounts of a sale add up to its balance of revenue. */
export interface LedgerRevenue {
  readonly sale: string;
  readonly currency: string;
  readonly category?: string;
  readonly type?: string;
  /** Money without a certain ticket. */
  readonly ofNoTicket?: true;
  readonly tickets: number;
  readonly amount: string;
}

/** The lists, by their name in the path. */
export interface LedgerLists {
  readonly entries: LedgerEntry;
  readonly balances: LedgerBalance;
  readonly orders: LedgerOrder;
  readonly tickets: LedgerTicket;
  readonly revenue: LedgerRevenue;
}

export type LedgerPage<Name extends keyof LedgerLists> = { readonly [name in Name]: readonly LedgerLists[Name][] } & {
  /** The ledger's position for this tenant. */
  readonly position: string;
  readonly next?: string;
  /** The queried sale's version, as in its own responses. */
  readonly version?: number;
  /** Set when the ledger is halted: events after the position are missing until it is repaired. */
  readonly halted?: true;
};
