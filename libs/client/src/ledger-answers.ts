import type { Order, Ticket } from './operations.js';

export interface LedgerEntry {
  /** The id that its event has in `/v1/events`. */
  readonly position: string;
  readonly entry: number;
  readonly at: string;
  readonly event: string;
  readonly sale: string;
  readonly order?: string;
  readonly ticket?: string;
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

/** What can be listed, by its name in the address. */
export interface LedgerLists {
  readonly entries: LedgerEntry;
  readonly balances: LedgerBalance;
  readonly orders: LedgerOrder;
  readonly tickets: LedgerTicket;
}

export type LedgerPage<Name extends keyof LedgerLists> = { readonly [name in Name]: readonly LedgerLists[Name][] } & {
  /** How far the ledger is for this tenant. */
  readonly position: string;
  readonly next?: string;
  /** Of the sale that was asked about, as its own answers say it. */
  readonly version?: number;
  /** Nothing behind the position is in the ledger until it is repaired. */
  readonly halted?: true;
};
