import type { CommandDecided } from '../domain/decided.js';
import { upcastFrom } from '../domain/event-versions.js';
import type { DomainEvent, Event, Recorded } from '../domain/recorded.js';
import { Fault, isFault } from '../kernel/fault.js';
import type { Hash } from '../kernel/hash.js';
import type { KeyHash } from '../kernel/ids.js';
import { readStored, writeStored } from './stored-commit.js';
import { type PlacedDecision, type StoredCommit, type StoredDecision, type StoredEvent, timed } from './stored-form.js';

/** The end of a subject's history. `version` counts its commits from 1; `sequence` is the stream sequence of the last one. */
export interface Head {
  readonly version: number;
  readonly sequence: number;
  /** Hash of the last commit; the next one contains it. */
  readonly hash: Hash | '';
}

export const NO_HEAD: Head = { version: 0, sequence: 0, hash: '' };

/** A commit's position in the hash chain of its subject. */
export interface Link extends Head {
  readonly subject: string;
  readonly previous: Hash | '';
}

/** The members of a commit that a fold needs. */
export interface Commit extends Link {
  /** Time of its last decision: milliseconds since 1970, UTC. */
  readonly at: number;
  /** The idempotency keys that were decided in it. */
  readonly keys: readonly KeyHash[];
  readonly events: readonly Recorded<DomainEvent>[];
}

/** A commit with the records of its decisions, from which repeated requests are answered. */
export interface WholeCommit extends Commit {
  readonly decisions: readonly PlacedDecision[];
}

type Parts = Pick<WholeCommit, 'at' | 'keys' | 'events' | 'decisions'>;

/** The size limit of a commit in bytes: 64 KiB below the default max_payload of NATS (1 MiB), so that any server stores it. */
export const MAX_COMMIT_BYTES = 960 * 1024;

/** An event type, and the upcast to its latest version; absent if this version of the software does not know the type. */
interface Kind {
  readonly name: string;
  readonly type: string;
  readonly lift: ((data: unknown) => unknown) | undefined;
}

const NAME = /^([A-Za-z]+)\.v([1-9]\d{0,3})$/;
/** Known types by name, parsed once: every commit contains some of them. */
const KINDS = new Map<string, Kind>();

/** The bytes of the commit that follows `head` on its subject. */
export function encodeCommit(subject: string, head: Head, events: readonly Recorded[]): Buffer {
  return writeStored({ subject, version: head.version + 1, previous: head.hash, ...partsOf(events) });
}

/**
 * Reads the members of one stored message that a fold needs, with events in their latest versions.
 * @throws Fault `log-broken` if it cannot be a commit of this log, `event-unknown` if a later version wrote it; neither is skipped
 */
export function decodeCommit(subject: string, sequence: number, bytes: Uint8Array): Commit {
  return opened(subject, sequence, bytes, (stored) => outlineOf(stored));
}

/** The same, with the records of decisions. */
export function decodeWhole(subject: string, sequence: number, bytes: Uint8Array): WholeCommit {
  return opened(subject, sequence, bytes, (stored) => {
    const lift = lifting<CommandDecided>(stored);
    const placed = (decision: StoredDecision, at: number, index: number): PlacedDecision =>
      Object.assign(lift(decision, at, index), { before: decision.before });
    const decisions = timed(stored.decisions(), stored.at, placed);
    return { ...outlineOf(stored), decisions };
  });
}

/**
 * Reads the chain members of a commit, whatever its events mean: also of a commit that a later version wrote.
 * @throws Fault `log-broken`
 */
export function decodeLink(subject: string, sequence: number, bytes: Uint8Array): Link {
  return opened(subject, sequence, bytes, ({ types, events, decisions }) => {
    for (const { type } of [...events, ...decisions()]) kindOf(types[type]);
    return {};
  });
}

/** Splits recorded events and decisions as a commit stores them. */
export function partsOf(recorded: readonly Recorded[]): Parts {
  const events: Recorded<DomainEvent>[] = [];
  const decisions: PlacedDecision[] = [];
  for (const event of recorded) {
    if (event.type === 'CommandDecided') decisions.push({ ...event, before: events.length });
    else events.push(event);
  }
  const at = recorded.reduce((latest, event) => Math.max(latest, event.at), 0);
  return { at, keys: decisions.map(({ data }) => data.keyHash), events, decisions };
}

/** All contents of a commit in order: each decision, then its events. */
export function inOrder<E extends object, D extends { readonly before: number }>(content: {
  readonly events: readonly E[];
  readonly decisions: readonly D[];
}): (E | Omit<D, 'before'>)[] {
  const all: (E | Omit<D, 'before'>)[] = [];
  let next = 0;
  for (const { before, ...decision } of content.decisions) {
    while (next < before) all.push(content.events[next++] as E);
    all.push(decision);
  }
  return [...all, ...content.events.slice(next)];
}

function opened<More>(subject: string, sequence: number, bytes: Uint8Array, read: (stored: StoredCommit) => More): Link & More {
  try {
    const stored = readStored(subject, bytes);
    const { version, hash, previous } = stored;
    return { subject, sequence, version, hash, previous, ...read(stored) };
  } catch (cause) {
    if (isFault(cause, 'event-unknown')) throw new Fault('event-unknown', { subject, sequence, ...cause.context });
    throw isFault(cause) ? cause : new Fault('log-broken', { subject, sequence }, { cause });
  }
}

function outlineOf(stored: StoredCommit): Pick<Commit, 'at' | 'keys' | 'events'> {
  const { at, keys, events } = stored;
  return { at, keys, events: timed(events, at, lifting<DomainEvent>(stored)) };
}

/** Upcasts the contents of a commit to their latest versions. `index` counts its events, or its decisions. */
function lifting<E extends Event>({ types }: StoredCommit): (stored: StoredEvent, at: number, index: number) => Recorded<E> {
  const kinds = types.map(kindOf);
  return ({ type: number, traceparent, data: stored }, at, index) => {
    const { name, type, lift } = kinds[number] ?? kindOf(undefined);
    if (lift === undefined) throw new Fault('event-unknown', { type: name, index });
    const data = lift(stored);
    return (traceparent === undefined ? { type, data, at } : { type, data, at, traceparent }) as unknown as Recorded<E>;
  };
}

/** Also for a type that a later version of this software may have written. */
function kindOf(name: string | undefined): Kind {
  const known = KINDS.get(name ?? '');
  if (known !== undefined) return known;
  const [, type, version] = NAME.exec(name ?? '') ?? [];
  if (name === undefined || type === undefined) throw new TypeError(`no event is called ${name}`);
  const kind: Kind = { name, type, lift: upcastFrom(type, Number(version)) };
  if (kind.lift !== undefined) KINDS.set(name, kind);
  return kind;
}

/** Asserts that a commit follows the previous one: next version, and the previous hash. */
export function assertFollows(head: Head, commit: Link): void {
  if (commit.version === head.version + 1 && commit.previous === head.hash) return;
  throw new Fault('log-broken', {
    subject: commit.subject,
    sequence: commit.sequence,
    after: headOf(head),
    found: { version: commit.version, previous: commit.previous },
  });
}

/** Asserts that the log still contains a commit that was seen. If it does not, the log lost data: never overwrite it. */
export function assertHolds(subject: string, seen: Head, last: Head): void {
  if (last.sequence < seen.sequence) throw new Fault('log-shrunk', { subject, seen, last: headOf(last) });
  if (last.sequence === seen.sequence && last.hash !== seen.hash) throw new Fault('log-broken', { subject, seen, found: headOf(last) });
}

export const headOf = ({ version, sequence, hash }: Head): Head => ({ version, sequence, hash });
