import type { LedgerCommit, LedgerEvent } from '#shared/domain/ledger/posting/post.js';
import { type SuspendedEvents, WHOLE_COMMIT } from '#shared/domain/ledger/suspension.js';
import { type CloudEvent, cloudEventsOf } from '#shared/event-store/cloud-events.js';
import { decodeLink, decodeWhole, inOrder, type Link, NO_HEAD } from '#shared/event-store/commit.js';
import { Fault, isFault } from '#shared/kernel/fault.js';

/** One message of EVENTS, from any source. */
export interface LoggedMessage {
  readonly subject: string;
  readonly sequence: number;
  readonly body: Uint8Array;
}

/** A commit, with its tenant and sale. */
export interface PlacedCommit extends Link, LedgerCommit {
  /** It contains an event of a later version: its tenant is known, but not its content. */
  readonly unknown?: Fault;
  /** The types of such a commit's events; nothing else is known of them. */
  readonly outline?: readonly LedgerEvent[];
  /** Sequence of the commit with the latest decision that suspends its events. */
  readonly decision?: number;
}

const SUBJECT = /^ev\.([^.]+)\.(?:sale|mint|ledger)\.([^.]+)$/;

/** The subject contains tenant and sale, and no tenant writes it; a body is never used for them. */
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
    return { ...NO_HEAD, previous: '', ...outlineOf(subject, sequence, body), ...place, subject, sequence, events: [], unknown: thrown };
  }
}

/** `undefined` for a commit of a later layout. */
function outlineOf(subject: string, sequence: number, body: Uint8Array): Partial<PlacedCommit> {
  try {
    return { ...decodeLink(subject, sequence, body), outline: cloudEventsOf(subject, body).map(nameOf) };
  } catch (thrown) {
    if (!isFault(thrown, 'event-unknown')) throw thrown;
    return {};
  }
}

const PREFIX = 'admit.';
const nameOf = ({ type, time }: CloudEvent): LedgerEvent =>
  ({ type: type.slice(PREFIX.length, type.lastIndexOf('.')), at: Date.parse(time), data: {} }) as unknown as LedgerEvent;

/** The commit, with these of its events to be posted to suspense. An unknown commit is suspended as a whole or not at all. */
export function suspending(commit: PlacedCommit, suspended: SuspendedEvents): PlacedCommit {
  if (commit.unknown === undefined) return { ...commit, suspended };
  if (commit.outline === undefined || !suspended.has(WHOLE_COMMIT)) return commit;
  const { unknown, outline, ...known } = commit;
  return { ...known, events: outline, suspended };
}

export const eventsIn = (commits: readonly PlacedCommit[]): number => commits.reduce((sum, { events }) => sum + events.length, 0);
