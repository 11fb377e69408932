import { type Hash, sha256 } from '../../kernel/hash.js';
import type { Account } from './account.js';

/** One movement: the debit account gains what the credit account gives. Amounts are never zero or negative. */
export interface Entry {
  readonly debit: Account;
  readonly credit: Account;
  /** `tickets:<sale>`, `mints:<sale>` or a currency. */
  readonly unit: string;
  readonly amount: bigint;
  readonly order: string | null;
  readonly ticket: string | null;
}

/** Where an event stands in the log, and the key of the command that caused it. */
export interface Place {
  readonly tenant: string;
  readonly sale: string;
  readonly sequence: number;
  readonly eventIndex: number;
  readonly event: string;
  /** The event's own time: milliseconds since 1970, UTC. No row knows when it was written. */
  readonly at: number;
  readonly key: string | null;
}

/** What the rules make of one event: its entries, and the key that its rows carry. */
export interface Posting {
  readonly entries: readonly Entry[];
  readonly key: string | null;
}

/** A row of the ledger: an entry at its place. (tenant, sequence, event index, entry index) names it for ever. */
export interface LedgerRow extends Entry, Place {
  readonly entryIndex: number;
}

/** One text per row, whatever wrote it: an array of strings in a fixed order has one JSON form. */
export const canonicalRow = (row: LedgerRow): string =>
  JSON.stringify([
    row.tenant,
    row.sale,
    String(row.sequence),
    String(row.eventIndex),
    String(row.entryIndex),
    row.event,
    String(row.at),
    row.key,
    row.order,
    row.ticket,
    row.debit,
    row.credit,
    row.unit,
    String(row.amount),
  ]);

/** A tenant's running hash: SHA-256 of the hash before (hexadecimal, empty at first) and the row's canonical text. */
export interface TenantChain {
  readonly rows: bigint;
  readonly hash: Hash | '';
  /** Stream sequence of the last row. */
  readonly sequence: number;
}

export const NO_CHAIN: TenantChain = { rows: 0n, hash: '', sequence: 0 };

export const extendChain = (chain: TenantChain, row: LedgerRow): TenantChain => ({
  rows: chain.rows + 1n,
  hash: sha256(chain.hash + canonicalRow(row)),
  sequence: row.sequence,
});
