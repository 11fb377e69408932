import type { TransactionError } from '../rpc/transaction-error.js';
import type { AccountImage } from './account-image.js';

/** The position of a transaction's large part (bytes, logs, balances) in the history blob; memory holds none of it. */
export interface HistoryPlace {
  readonly offset: number;
  readonly length: number;
}

export type WrittenAccounts = ReadonlyArray<readonly [address: string, image: AccountImage | null]>;

export interface SlotOpened {
  readonly kind: 'slot';
  readonly slot: number;
  readonly time: number;
}

export interface TransactionLanded {
  readonly kind: 'landed';
  readonly slot: number;
  readonly time: number;
  readonly signature: string;
  readonly err: TransactionError | null;
  readonly memo: string | null;
  readonly keys: readonly string[];
  readonly history: HistoryPlace;
  /** After-images of the accounts that it changed. */
  readonly accounts: WrittenAccounts;
}

export interface RolledBack {
  readonly kind: 'rolled-back';
  readonly toSlot: number;
}

export type JournalRecord = SlotOpened | TransactionLanded | RolledBack;

export interface Journal {
  readonly genesisHash: string;
  /** All records of earlier starts, in order. */
  past(): Iterable<JournalRecord>;
  append(record: JournalRecord): void;
  appendHistory(text: string): HistoryPlace;
  /** Null when the blob is shorter than the journal says: the disk lost its end. */
  readHistory(place: HistoryPlace): string | null;
  close(): void;
}
