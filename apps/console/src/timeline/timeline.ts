import type { StoredMsg } from '@nats-io/jetstream';
import { type CloudEvent, cloudEventsOf } from '#shared/event-store/cloud-events.js';
import { mintSubject, saleSubject } from '#shared/event-store/event-store.js';
import { EVENTS_STREAM } from '#shared/event-store/jetstream/jetstream-event-store.js';
import { readStored } from '#shared/event-store/stored-commit.js';
import { bufferOf } from '#shared/kernel/bytes.js';
import type { EventCursors } from '#shared/platform/http/event-cursor.js';
import type { StoredMessages } from '#shared/platform/messaging/stored-messages.js';

/** Commits of one subject that are read behind the first of an order: 2 s at most on a laptop. Postings in the ledger name all later ones. */
export const MAX_COMMITS_READ = 3_000;
const TICKET = /tkt_[a-z2-7]{26}/g;
/** The signed bytes of a mint are private to the minter until they are public on the chain. */
const PRIVATE_MEMBER = 'transaction';

export interface Posting {
  readonly position: string;
  readonly event: string;
  readonly sale: string;
  readonly [more: string]: unknown;
}

/** A commit, with what it has of one order. */
export interface TimelineCommit {
  readonly subject: 'sale' | 'mint';
  readonly version: number;
  readonly hash: string;
  readonly previous: string;
  /** Decisions and events in their order. */
  readonly events: readonly (CloudEvent & {
    /** What resumes the stream of events right behind it; its id there. */
    readonly position: string;
    readonly postings: readonly Posting[];
  })[];
}

export interface Timeline {
  readonly sale: string;
  readonly order: string;
  readonly commits: readonly TimelineCommit[];
  /** Some commits were not read: those with a posting are here, refused commands and mint attempts may be missing. */
  readonly incomplete: boolean;
}

export interface TimelineOf {
  readonly tenant: string;
  readonly order: string;
  readonly sale: string;
  readonly postings: readonly Posting[];
  readonly cursors: EventCursors;
}

interface Found {
  readonly messages: Map<number, StoredMsg>;
  /** The order and its tickets. */
  readonly names: Set<string>;
}

/** Everything that the log has of one order and its tickets. */
export async function timelineOf(messages: StoredMessages, of: TimelineOf): Promise<Timeline> {
  const { tenant, order, sale, postings, cursors } = of;
  const posted = [...new Set(postings.flatMap(({ position }) => cursors.open(position)?.sequence ?? []))].sort((a, b) => a - b);
  const found: Found = { messages: new Map(), names: new Set([order]) };
  const [first = 1] = posted;
  let isWhole = true;
  for (const subject of [saleSubject(tenant, sale), mintSubject(tenant, sale)])
    isWhole = (await readSubject(messages.ofSubject(EVENTS_STREAM, subject, Number.MAX_SAFE_INTEGER, first), order, found)) && isWhole;
  for (const sequence of posted) {
    const message = found.messages.has(sequence) ? undefined : await messages.at(EVENTS_STREAM, sequence);
    if (message !== undefined) found.messages.set(sequence, message);
  }
  const inOrder = [...found.messages.values()].sort((left, right) => left.seq - right.seq);
  const commits = inOrder.map((message) => commitOf(message, found.names, of)).filter(({ events }) => events.length > 0);
  return { sale, order, commits, incomplete: !isWhole };
}

/** @returns false when the subject goes on behind what is read */
async function readSubject(subject: AsyncIterable<StoredMsg>, order: string, { messages, names }: Found): Promise<boolean> {
  let read = 0;
  for await (const message of subject) {
    read += 1;
    if (read > MAX_COMMITS_READ) return false;
    const text = textOf(message);
    if (![...names].some((name) => text.includes(name))) continue;
    messages.set(message.seq, message);
    for (const ticket of ticketsIn(message, order)) names.add(ticket);
  }
  return true;
}

const textOf = ({ data }: StoredMsg): string => bufferOf(data).toString('utf8');

/** The tickets of the events that name the order, so that mint attempts are found, which name their ticket alone. */
const ticketsIn = (message: StoredMsg, order: string): string[] =>
  cloudEventsOf(message.subject, message.data)
    .map(({ data }) => JSON.stringify(data))
    .filter((data) => data.includes(order) && (data.match(/ord_[a-z2-7]{26}/g) ?? []).every((one) => one === order))
    .flatMap((data) => data.match(TICKET) ?? []);

function commitOf(message: StoredMsg, names: ReadonlySet<string>, { postings, cursors }: TimelineOf): TimelineCommit {
  const { version, hash, previous } = readStored(message.subject, message.data);
  const events = cloudEventsOf(message.subject, message.data).flatMap((event, index) => {
    const text = JSON.stringify(event.data);
    if (![...names].some((name) => text.includes(name))) return [];
    const position = cursors.seal({ sequence: message.seq, index });
    return [
      { ...event, data: withoutPrivate(event.data), position, postings: postings.filter((posting) => posting.position === position) },
    ];
  });
  return { subject: message.subject.split('.')[2] === 'mint' ? 'mint' : 'sale', version, hash, previous, events };
}

const withoutPrivate = (data: CloudEvent['data']): CloudEvent['data'] =>
  Object.fromEntries(Object.entries(data).filter(([name]) => name !== PRIVATE_MEMBER));
