import type { Recorded } from '../domain/recorded.js';
import type { Commit, Head, WholeCommit } from './commit.js';

/**
 * The log, one subject at a time. An append names the head that its decisions are based on; a commit is stored completely or not at all,
 * and once. Every method throws `Fault('log-unreachable')` when the log does not respond, and `Fault('log-broken')` when its contents
 * cannot come from this software.
 */
export interface EventStore {
  /** The current head at the leader (`NO_HEAD` for an empty subject). */
  head(subject: string): Promise<Head>;

  /** Every commit after `after`, up to the leader's last one at the time of the call, in order, each proven to follow the previous one. */
  read(subject: string, after: Head): AsyncIterable<Commit>;

  /** One commit of a subject by its stream sequence, with the records of its decisions. */
  at(subject: string, sequence: number): Promise<WholeCommit>;

  /**
   * Appends one commit after `expected`. The store resolves an unknown result by reading back; it throws `Fault('append-unknown')` only
   * when that fails too.
   * @returns the stored commit, or `undefined` when another commit follows `expected`: read on and decide again
   */
  append(subject: string, expected: Head, events: readonly Recorded[]): Promise<WholeCommit | undefined>;
}

export const saleSubject = (tenant: string, sale: string): string => `ev.${tenant}.sale.${sale}`;
/** Decisions of an operator on the ledger of a sale. */
export const ledgerSubject = (tenant: string, sale: string): string => `ev.${tenant}.ledger.${sale}`;
export const isLedgerSubject = (subject: string): boolean => LEDGER_SUBJECT.test(subject);
const LEDGER_SUBJECT = /^ev\.[^.]+\.ledger\./;
export const mintSubject = (tenant: string, sale: string): string => `ev.${tenant}.mint.${sale}`;
