import { readableVersions, upcast, versionOf } from '../domain/event-versions.js';
import type { Recorded } from '../domain/recorded.js';
import { Fault, isFault } from '../kernel/fault.js';
import { type Hash, sha256 } from '../kernel/hash.js';

/** Where a subject's history ends. `version` counts its commits from 1; `sequence` is the stream's number of the last one. */
export interface Head {
  readonly version: number;
  readonly sequence: number;
  /** SHA-256 of the last commit's bytes; the next commit carries it. */
  readonly hash: Hash | '';
}

export const NO_HEAD: Head = { version: 0, sequence: 0, hash: '' };

/** A commit's place in the chain of its subject. */
export interface Link extends Head {
  readonly subject: string;
  readonly previous: Hash | '';
}

export interface Commit extends Link {
  readonly events: readonly Recorded[];
}

export const CONTENT_TYPE = 'application/cloudevents-batch+json';
/** A commit may not exceed this many bytes: 64 KiB below the default max_payload of NATS (1 MiB), so that it is stored on any server. */
export const MAX_COMMIT_BYTES = 960 * 1024;

/** The attributes of CloudEvents 1.0, and `previous`, an extension on the first event of a batch: the hash of the commit before. */
interface CloudEvent {
  readonly specversion: '1.0';
  /** `<version>.<index>`: unique for its source. */
  readonly id: string;
  /** `/<tenant>/<sale|mint>/<sale>` */
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly previous?: Hash | '';
  readonly traceparent?: string;
  readonly data: unknown;
}

const TYPE = /^admit\.([A-Za-z]+)\.v([1-9]\d{0,3})$/;

interface Named {
  readonly type: string;
  readonly version: number;
}

/** The types that this version can read, taken apart once: one of them stands in every event. */
const READABLE: ReadonlyMap<string, Named> = new Map(readableVersions().map((named) => [typeOf(named), named]));

export const sourceOf = (subject: string): string => `/${subject.split('.').slice(1).join('/')}`;

/** The bytes of the commit that follows `head` on its subject. */
export function encodeCommit(subject: string, head: Head, events: readonly Recorded[]): Buffer {
  const source = sourceOf(subject);
  const version = head.version + 1;
  const batch = events.map(
    (event, index): CloudEvent => ({
      specversion: '1.0',
      id: `${version}.${index}`,
      source,
      type: typeOf({ type: event.type, version: versionOf(event.type) }),
      time: new Date(event.at).toISOString(),
      ...(index === 0 && { previous: head.hash }),
      ...(event.traceparent !== undefined && { traceparent: event.traceparent }),
      data: event.data,
    }),
  );
  return Buffer.from(JSON.stringify(batch));
}

/**
 * Reads one stored message, its events lifted to their latest versions.
 * @throws Fault `log-broken` for what cannot be a commit of this log, `event-unknown` for one that a later version wrote; neither is skipped
 */
export function decodeCommit(subject: string, sequence: number, bytes: Uint8Array): Commit {
  return opened(subject, sequence, bytes, ({ type: named, id, data, traceparent }, { type, version }, at) => {
    const known = upcast(type, version, data);
    if (known === undefined) throw new Fault('event-unknown', { subject, sequence, type: named, id });
    return (traceparent === undefined ? { type, data: known.data, at } : { type, data: known.data, at, traceparent }) as Recorded;
  });
}

/**
 * What chains a commit to the one before it, whatever its events mean: also those that a later version wrote.
 * @throws Fault `log-broken`
 */
export function decodeLink(subject: string, sequence: number, bytes: Uint8Array): Link {
  return opened(subject, sequence, bytes, () => undefined);
}

function opened<E>(
  subject: string,
  sequence: number,
  bytes: Uint8Array,
  read: (cloud: CloudEvent, named: Named, at: number) => E,
): Link & { events: E[] } {
  try {
    const batch = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')) as readonly CloudEvent[];
    const first = batch[0];
    if (first?.previous === undefined) throw new TypeError('a commit starts with an event that names the previous commit');
    const version = Number(first.id.slice(0, first.id.indexOf('.')));
    const source = sourceOf(subject); // a commit that was moved here from another subject is none of this one
    let time = '';
    let at = Number.NaN;
    const events = batch.map((cloud, index) => {
      if (cloud.time !== time) at = Date.parse(cloud.time); // what was decided together has one time, and parsing it is dear
      time = cloud.time;
      return read(cloud, nameOf(cloud, source, `${version}.${index}`, at), at);
    });
    return { subject, sequence, version, hash: sha256(bytes), previous: first.previous, events };
  } catch (cause) {
    throw isFault(cause) ? cause : new Fault('log-broken', { subject, sequence }, { cause });
  }
}

function nameOf(cloud: CloudEvent, source: string, id: string, at: number): Named {
  const named = READABLE.get(cloud.type) ?? unreadable(cloud.type);
  if (cloud.specversion !== '1.0' || cloud.id !== id || cloud.source !== source || named === undefined || Number.isNaN(at)) {
    throw new TypeError(`event ${cloud.id} of ${cloud.source} (${cloud.type}, ${cloud.time}) is not event ${id} of ${source}`);
  }
  return named;
}

/** A type that a later version of this software may have written. */
function unreadable(name: string): Named | undefined {
  const [, type, version] = TYPE.exec(name) ?? [];
  return type === undefined ? undefined : { type, version: Number(version) };
}

function typeOf({ type, version }: Named): string {
  return `admit.${type}.v${version}`;
}

/** A commit must follow the one before it: next version, and the hash that was left behind. */
export function assertFollows(head: Head, commit: Commit): void {
  if (commit.version === head.version + 1 && commit.previous === head.hash) return;
  throw new Fault('log-broken', {
    subject: commit.subject,
    sequence: commit.sequence,
    after: head,
    found: { version: commit.version, previous: commit.previous },
  });
}

/** A log that ends before what was seen of it, or there in another commit, has lost something: that is said, never written over. */
export function assertHolds(subject: string, seen: Head, last: Head): void {
  if (last.sequence < seen.sequence) throw new Fault('log-shrunk', { subject, seen, last: headOf(last) });
  if (last.sequence === seen.sequence && last.hash !== seen.hash) throw new Fault('log-broken', { subject, seen, found: headOf(last) });
}

export const headOf = ({ version, sequence, hash }: Head): Head => ({ version, sequence, hash });
