import type { LedgerCommit } from '#shared/domain/ledger/post.js';
import { type Commit, decodeCommit } from '#shared/event-store/commit.js';
import { Fault } from '#shared/kernel/fault.js';

/** One message of EVENTS, as any feed hands it over. */
export interface LoggedMessage {
  readonly subject: string;
  readonly sequence: number;
  readonly body: Uint8Array;
}

/** A commit, and whose it is. */
export interface PlacedCommit extends Commit, Pick<LedgerCommit, 'tenant' | 'sale'> {}

const SUBJECT = /^ev\.([^.]+)\.(?:sale|mint)\.([^.]+)$/;

/** Tenant and sale stand in the subject, which no tenant writes; never in a body. */
export function placeOf(subject: string, sequence: number): { readonly tenant: string; readonly sale: string } {
  const [, tenant, sale] = SUBJECT.exec(subject) ?? [];
  if (tenant === undefined || sale === undefined)
    throw new Fault('log-broken', { subject, sequence, reason: 'EVENTS holds a subject that is not ours' });
  return { tenant, sale };
}

export const readCommit = ({ subject, sequence, body }: LoggedMessage): PlacedCommit => ({
  ...decodeCommit(subject, sequence, body),
  ...placeOf(subject, sequence),
});
