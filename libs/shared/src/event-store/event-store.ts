import type { Recorded } from '../domain/recorded.js';
import type { Commit, Head, WholeCommit } from './commit.js';

/**
 * The log of one subject at a time. An append names the head it was decided on; a commit lands whole or not at all, once.
 * Every method throws `Fault('log-unreachable')` when the log does not answer, and `Fault('log-broken')` when what it holds cannot be ours.
 */
export interface EventStore {
  /** The head as the leader knows it now (`NO_HEAD` when the subject is empty). */
  head(subject: string): Promise<Head>;

  /** Every commit after `after`, up to what the leader holds when the call is made, in order and each proven to follow the one before it. */
  read(subject: string, after: Head): AsyncIterable<Commit>;

  /** One commit of a subject by its stream sequence, with the records of its decisions. */
  at(subject: string, sequence: number): Promise<WholeCommit>;

  /**
   * Appends one commit after `expected`. An unknown outcome is resolved here by reading back; `Fault('append-unknown')` only when that fails too.
   * @returns the stored commit, or `undefined` when another commit follows `expected`: read on and decide again
   */
  append(subject: string, expected: Head, events: readonly Recorded[]): Promise<WholeCommit | undefined>;
}

export const saleSubject = (tenant: string, sale: string): string => `ev.${tenant}.sale.${sale}`;
/** What an operator decided on the ledger of a sale. */
export const ledgerSubject = (tenant: string, sale: string): string => `ev.${tenant}.ledger.${sale}`;
export const isLedgerSubject = (subject: string): boolean => LEDGER_SUBJECT.test(subject);
const LEDGER_SUBJECT = /^ev\.[^.]+\.ledger\./;
export const mintSubject = (tenant: string, sale: string): string => `ev.${tenant}.mint.${sale}`;
