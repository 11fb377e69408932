import type { Recorded } from '#shared/domain/recorded.js';
import { decodeWhole, encodeCommit, type Head, headOf, NO_HEAD, type WholeCommit } from '#shared/event-store/commit.js';
import type { LogState } from '../../apps/ledger/src/projection/checkpoint.js';
import type { LoggedMessage } from '../../apps/ledger/src/projection/commit-place.js';

const EPOCH = 'of these histories';

/** EVENTS in this process's memory: the same bytes as in the real stream, for writers, the projector and the replay. */
export class HistoryLog {
  readonly messages: LoggedMessage[] = [];
  private readonly heads = new Map<string, Head>();
  private handedOut = 0;

  head(subject: string): Head {
    return this.heads.get(subject) ?? NO_HEAD;
  }

  append(subject: string, events: readonly Recorded[]): WholeCommit {
    const body = encodeCommit(subject, this.head(subject), events);
    const sequence = this.messages.push({ subject, sequence: this.messages.length + 1, body });
    const commit = decodeWhole(subject, sequence, body);
    this.heads.set(subject, headOf(commit));
    return commit;
  }

  async state(): Promise<LogState> {
    return { epoch: EPOCH, first: Math.min(1, this.messages.length), last: this.messages.length };
  }

  /** As a replay pulls it: from the first commit on, each once. */
  async *until(last: number): AsyncIterable<LoggedMessage[]> {
    for (const batch of batchesOf(this.messages.slice(this.handedOut, last))) {
      this.handedOut += batch.length;
      yield batch;
    }
  }
}

/** Commits that a projector or a replay applies at once, at most. */
const BATCH = 1_024;

export function* batchesOf(messages: readonly LoggedMessage[]): Iterable<LoggedMessage[]> {
  for (let from = 0; from < messages.length; from += BATCH) yield messages.slice(from, from + BATCH);
}
