import type { LedgerCommit } from '#shared/domain/ledger/post.js';
import { decodeWhole, inOrder, type Link, NO_HEAD } from '#shared/event-store/commit.js';
import { Fault, isFault } from '#shared/kernel/fault.js';

/** One message of EVENTS, as any feed hands it over. */
export interface LoggedMessage {
  readonly subject: string;
  readonly sequence: number;
  readonly body: Uint8Array;
}

/** A commit, and whose it is. */
export interface PlacedCommit extends Link, LedgerCommit {
  /** It holds an event of a later version: whose it is is known, but not what it says. */
  readonly unknown?: Fault;
}

const SUBJECT = /^ev\.([^.]+)\.(?:sale|mint)\.([^.]+)$/;

/** Tenant and sale stand in the subject, which no tenant writes; never in a body. */
export function placeOf(subject: string, sequence: number): { readonly tenant: string; readonly sale: string } {
  const [, tenant, sale] = SUBJECT.exec(subject) ?? [];
  if (tenant === undefined || sale === undefined)
    throw new Fault('log-broken', { subject, sequence, reason: 'EVENTS holds a subject that is not ours' });
  return { tenant, sale };
}

export function readCommit({ subject, sequence, body }: LoggedMessage): PlacedCommit {
  const place = placeOf(subject, sequence);
  try {
    const { events, decisions, version, hash, previous } = decodeWhole(subject, sequence, body);
    return { ...place, subject, sequence, version, hash, previous, events: inOrder({ events, decisions }) };
  } catch (thrown) {
    if (!isFault(thrown, 'event-unknown')) throw thrown;
    return { ...NO_HEAD, ...place, subject, sequence, previous: '', events: [], unknown: thrown };
  }
}

export const eventsIn = (commits: readonly PlacedCommit[]): number => commits.reduce((sum, { events }) => sum + events.length, 0);
