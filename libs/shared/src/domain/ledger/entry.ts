import { type Hash, sha256 } from '../../kernel/hash.js';
import type { Account } from './account.js';

/** One movement: the debit account gains the amount that the credit account loses. Amounts are always positive. */
export interface Entry {
  readonly debit: Account;
  readonly credit: Account;
  /** `tickets:<sale>`, `mints:<sale>` or a currency. */
  readonly unit: string;
  readonly amount: bigint;
  readonly order: string | null;
  readonly ticket: string | null;
  /** Of the tickets, or of their prices. Absent: the sale has none, or the money belongs to no certain ticket. */
  readonly category?: string | undefined;
  readonly type?: string | undefined;
}

/** The position of an event in the log, and the key of the command that caused it. */
export interface EntrySource {
  readonly tenant: string;
  readonly sale: string;
  readonly sequence: number;
  readonly eventIndex: number;
  readonly event: string;
  /** Time of the event: milliseconds since 1970, UTC. No row contains the time of its writing. */
  readonly at: number;
  readonly key: string | null;
}

/** The result of the rules for one event: its entries, and the key that its rows carry. */
export interface Posting {
  readonly entries: readonly Entry[];
  readonly key: string | null;
}

/** A row of the ledger: an entry with its position. Its permanent key is (tenant, sequence, event index, entry index). */
export interface LedgerRow extends Omit<Entry, 'category' | 'type'>, EntrySource {
  readonly entryIndex: number;
  readonly category: string | null;
  readonly type: string | null;
}

/**
 * The same text for a row from every writer: an array of strings in a fixed order has one JSON form. Category and type are last, and
 * only if present: so rows of sales without them keep the text of earlier versions.
 */
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
    ...(row.category === null && row.type === null ? [] : [row.category, row.type]),
  ]);

/** A tenant's running hash: SHA-256 of the previous hash (hexadecimal, empty at first) and the row's canonical text. */
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
