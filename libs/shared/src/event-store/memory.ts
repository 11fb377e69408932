import type { Recorded } from '../domain/recorded.js';
import { Fault } from '../kernel/fault.js';
import {
  assertFollows,
  assertHolds,
  type Commit,
  decodeCommit,
  decodeWhole,
  encodeCommit,
  type Head,
  headOf,
  MAX_COMMIT_BYTES,
  NO_HEAD,
  type WholeCommit,
} from './commit.js';
import type { EventStore } from './event-store.js';

/** The log in this process's memory, with the same bytes, hash chain and rejections as on JetStream; lost when the process ends. */
export class MemoryEventStore implements EventStore {
  private readonly stored: { readonly subject: string; readonly bytes: Uint8Array }[] = [];
  private readonly bySubject = new Map<string, number[]>();

  async head(subject: string): Promise<Head> {
    const last = this.sequences(subject).at(-1);
    return last === undefined ? NO_HEAD : headOf(this.decode(last, decodeCommit));
  }

  async *read(subject: string, after: Head): AsyncIterable<Commit> {
    const sequences = this.sequences(subject);
    if (after.sequence > this.stored.length) throw new Fault('log-shrunk', { subject, seen: headOf(after), last: this.stored.length });
    let head = after;
    for (const sequence of sequences.slice(after.version)) {
      const commit = this.decode(sequence, decodeCommit);
      assertFollows(head, commit);
      head = commit;
      yield commit;
    }
  }

  async at(subject: string, sequence: number): Promise<WholeCommit> {
    if (this.stored[sequence - 1]?.subject !== subject) throw new Fault('log-shrunk', { subject, sequence });
    return this.decode(sequence, decodeWhole);
  }

  async append(subject: string, expected: Head, events: readonly Recorded[]): Promise<WholeCommit | undefined> {
    const bytes = encodeCommit(subject, expected, events);
    if (bytes.length > MAX_COMMIT_BYTES) throw new Fault('commit-too-large', { subject, bytes: bytes.length, most: MAX_COMMIT_BYTES });
    const sequences = this.sequences(subject);
    if ((sequences.at(-1) ?? 0) !== expected.sequence) {
      assertHolds(subject, expected, await this.head(subject));
      return undefined;
    }
    const sequence = this.stored.push({ subject, bytes });
    this.bySubject.set(subject, [...sequences, sequence]);
    return this.decode(sequence, decodeWhole);
  }

  private sequences(subject: string): readonly number[] {
    return this.bySubject.get(subject) ?? [];
  }

  private decode<C>(sequence: number, decode: (subject: string, sequence: number, bytes: Uint8Array) => C): C {
    const { subject, bytes } = this.stored[sequence - 1] as { subject: string; bytes: Uint8Array };
    return decode(subject, sequence, bytes);
  }
}
