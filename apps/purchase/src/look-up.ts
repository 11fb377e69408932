import type { CommandDecided } from '#shared/domain/decided.js';
import type { EventStore } from '#shared/event-store/event-store.js';
import { differingPointers } from '#shared/kernel/canonical.js';
import type { FieldError } from '#shared/platform/problem.js';
import { type Answer, problemAnswer } from './answer.js';
import type { Command } from './command.js';
import { decisionIn, type SaleFold } from './sale-fold.js';

export type Asked = Pick<Command, 'keyHash' | 'fingerprint' | 'operation' | 'request'>;

/** The answer a key already has in the log: the stored bytes for the same request, 422 for another; `undefined` when it was never decided. */
export async function answerInLog(store: EventStore, fold: SaleFold, asked: Asked): Promise<Answer | undefined> {
  const place = fold.decisionOf(asked.keyHash);
  if (place === undefined) return undefined;
  const decided = decisionIn(await store.at(fold.subject, place.sequence), asked.keyHash);
  if (place.fingerprint === asked.fingerprint) return { status: decided.status, body: decided.body, replayed: true };
  return problemAnswer('key-reused', { errors: differences(decided, asked) });
}

function differences(decided: CommandDecided['data'], asked: Asked): FieldError[] {
  if (decided.operation !== asked.operation) return [{ pointer: 'header:Idempotency-Key', detail: `was used for ${decided.operation}` }];
  return differingPointers(decided.request, asked.request).map((pointer) => ({ pointer, detail: 'differs from the first request with this key' }));
}
