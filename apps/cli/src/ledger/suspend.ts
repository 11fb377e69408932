import type { StoredMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { EventSuspended } from '#shared/domain/ledger/suspension.js';
import type { Recorded } from '#shared/domain/recorded.js';
import { cloudEventsOf } from '#shared/event-store/cloud-events.js';
import { decodeCommit, decodeLink, type Head, headOf, NO_HEAD } from '#shared/event-store/commit.js';
import { ledgerSubject } from '#shared/event-store/event-store.js';
import { EVENTS_STREAM, JetStreamEventStore } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { Fault } from '#shared/kernel/fault.js';
import { StoredMessages } from '#shared/platform/messaging/stored-messages.js';
import type { Halt } from './suspense.js';

/** Retries after another operator's concurrent decision on the same sale. */
const TRIES = 5;

/** An event of the log, or a whole commit. */
export interface EventName {
  readonly sequence: number;
  readonly index?: number;
}

const NAME = /^([1-9]\d{0,15})(?:\.(\d{1,6}))?$/;

/** @returns undefined for text that names no event */
export function eventNamed(text: string): EventName | undefined {
  const [, sequence, index] = NAME.exec(text) ?? [];
  if (sequence === undefined) return undefined;
  return { sequence: Number(sequence), ...(index !== undefined && { index: Number(index) }) };
}

export interface Decided {
  /** Sequence of the commit that holds the decision. */
  readonly sequence: number;
  /** True when the decision existed before. */
  readonly known: boolean;
}

/** An operator's decision and its target. */
export interface Suspending {
  readonly tenant: string;
  readonly event: EventName;
  readonly reason: string;
  /** Where the tenant is halted, if it is. */
  readonly halt: Halt | undefined;
}

/**
 * Records in the log that the event at which a tenant is halted goes to suspense. An existing decision stays as it is, wherever the tenant
 * is now: an earlier command may have ended without an answer.
 * @throws Fault `configuration` when the tenant is not halted at this event, and no decision on it exists
 */
export async function suspendEvent(operator: NatsConnection, { tenant, event: named, reason, halt }: Suspending): Promise<Decided> {
  const messages = await StoredMessages.on(operator);
  const message = await messages.at(EVENTS_STREAM, named.sequence);
  if (message === undefined || message.subject.split('.')[1] !== tenant) throw notHaltedThere(tenant, named, halt);
  const about = aboutOf(message, named);
  const subject = ledgerSubject(tenant, about.subject.split('.')[3] ?? '');
  const store = await JetStreamEventStore.on(operator);
  for (let tries = 0; tries < TRIES; tries++) {
    const { head, decided, at } = await decisionsOn(messages, subject, about);
    if (decided !== undefined) return { sequence: decided, known: true };
    if (halt === undefined || !isHaltedAt(halt, named)) throw notHaltedThere(tenant, named, halt);
    if (message.subject !== halt.subject)
      throw unusable(`EVENTS holds no commit of ${halt.subject} under ${named.sequence}: does the ledger belong to this log?`);
    assertEvent(message, named);
    const data = { ...about, refusal: halt.reason, reason };
    const event: Recorded<EventSuspended> = { type: 'EventSuspended', at: Math.max(at, Date.now()), data };
    const commit = await store.append(subject, head, [event]);
    if (commit !== undefined) return { sequence: commit.sequence, known: false };
  }
  throw new Fault('append-unknown', { subject, reason: 'others decide on the same sale again and again: run it again' });
}

type About = Pick<EventSuspended['data'], 'subject' | 'version' | 'hash' | 'sequence' | 'index'>;

function aboutOf(message: StoredMsg, { sequence, index }: EventName): About {
  const { version, hash } = decodeLink(message.subject, sequence, message.data);
  return { subject: message.subject, version, hash, sequence, ...(index !== undefined && { index }) };
}

function isHaltedAt(halt: Halt, { sequence, index }: EventName): boolean {
  const refused = eventNamed(halt.event);
  return refused?.sequence === sequence && (index === undefined || refused.index === undefined || refused.index === index);
}

function assertEvent(message: StoredMsg, { sequence, index }: EventName): void {
  if (index === undefined) return;
  const types = cloudEventsOf(message.subject, message.data).map(({ type }) => type);
  if (types[index] === undefined || types[index].startsWith('admit.CommandDecided.'))
    throw unusable(`commit ${sequence} has no event ${index}: it holds ${types.map((type, place) => `${place} ${type}`).join(', ')}`);
}

function notHaltedThere(tenant: string, named: EventName, halt: Halt | undefined): Fault {
  if (halt === undefined) return unusable(`${tenant} is not halted: admit ledger halts lists halted tenants`);
  return unusable(`${tenant} is halted at event ${halt.event}, and not at ${nameOf(named)}`);
}

/** In the syntax of `--event`. */
export const nameOf = ({ sequence, index }: EventName): string => (index === undefined ? `${sequence}` : `${sequence}.${index}`);

const unusable = (problem: string): Fault => new Fault('configuration', { problems: [problem] });

interface Decisions {
  readonly head: Head;
  readonly at: number;
  /** The commit with an earlier equal decision. */
  readonly decided?: number;
}

async function decisionsOn(messages: StoredMessages, subject: string, about: About): Promise<Decisions> {
  let found: Decisions = { head: NO_HEAD, at: 0 };
  for await (const message of messages.ofSubject(EVENTS_STREAM, subject, Number.MAX_SAFE_INTEGER)) {
    const commit = decodeCommit(subject, message.seq, message.data);
    const same = commit.events.some(({ type, data }) => {
      return type === 'EventSuspended' && data.hash === about.hash && data.sequence === about.sequence && data.index === about.index;
    });
    found = { ...found, head: headOf(commit), at: commit.at, ...(same && { decided: message.seq }) };
  }
  return found;
}
