import { LRUCache } from 'lru-cache';
import type { CommandDecided } from '#shared/domain/decided.js';
import type { WholeCommit } from '#shared/event-store/commit.js';
import type { EventStore } from '#shared/event-store/event-store.js';
import { differingPointers } from '#shared/kernel/canonical.js';
import type { KeyHash } from '#shared/kernel/ids.js';
import type { FieldError } from '#shared/platform/problem.js';
import { type Answer, problemAnswer } from '../requests/answer.js';
import type { Command } from '../requests/command.js';
import type { DecidedAt } from './sale-aggregate.js';

export type RequestIdentity = Pick<Command, 'fingerprint' | 'operation' | 'request'>;

/** Cached commits of at most 1 MB each: most retries follow soon. */
const MAX_RECENT = 64;

/** The responses that the log holds for idempotency keys. */
export class Decisions {
  private readonly recent = new LRUCache<number, Promise<WholeCommit>>({ max: MAX_RECENT });

  constructor(private readonly store: EventStore) {}

  /**
   * The recorded bytes for the same request, 422 for another request; `undefined` if the key was never decided. @param places the commits
   * that decided the key; several if both of its spellings were decided
   */
  async answer(subject: string, places: readonly DecidedAt[], asked: RequestIdentity): Promise<Answer | undefined> {
    let other: Answer | undefined;
    for (const { sequence, keyHash } of places) {
      const decided = decisionIn(await this.commit(subject, sequence), keyHash);
      if (decided.fingerprint === asked.fingerprint) return { status: decided.status, body: decided.body, replayed: true };
      other ??= problemAnswer('key-reused', { errors: differences(decided, asked) });
    }
    return other;
  }

  /** Caches a commit that was just appended. */
  note(commit: WholeCommit): void {
    this.recent.set(commit.sequence, Promise.resolve(commit));
  }

  /** Concurrent reads of one commit share one request: commits do not change. */
  private async commit(subject: string, sequence: number): Promise<WholeCommit> {
    const reading = this.recent.get(sequence) ?? this.store.at(subject, sequence);
    this.recent.set(sequence, reading);
    try {
      return await reading;
    } catch (thrown) {
      this.recent.delete(sequence);
      throw thrown;
    }
  }
}

function decisionIn({ subject, sequence, decisions }: WholeCommit, key: KeyHash): CommandDecided['data'] {
  const decided = decisions.find(({ data }) => data.keyHash === key);
  if (decided === undefined) throw new Error(`commit ${sequence} of ${subject} does not decide key ${key}`);
  return decided.data;
}

function differences(decided: CommandDecided['data'], asked: RequestIdentity): FieldError[] {
  if (decided.operation !== asked.operation) return [{ pointer: 'header:Idempotency-Key', detail: `was used for ${decided.operation}` }];
  return differingPointers(decided.request, asked.request).map((pointer) => ({
    pointer,
    detail: 'differs from the first request with this key',
  }));
}
