import { setImmediate as turn } from 'node:timers/promises';

/** A rest is this many times as long as the work before it, and leaves disk and processors to selling; full batches follow without one. */
const REST_TIMES = 4;
const LONGEST_REST_MS = 500;
/** Up to this lag the rest is whole; from there on it shrinks, to none at the second figure. */
const WHOLE_REST_LAG_MS = 2_000;
const NO_REST_LAG_MS = 6_000;

/** Milliseconds to rest after a batch. @param lagMs age of the last applied message: a consumer that is behind rests less */
export function restAfter(workedMs: number, lagMs: number): number {
  const share = (NO_REST_LAG_MS - lagMs) / (NO_REST_LAG_MS - WHOLE_REST_LAG_MS);
  return Math.min(REST_TIMES * workedMs, LONGEST_REST_MS) * Math.min(Math.max(share, 0), 1);
}

export interface GatherLimits<T> {
  readonly maxCount: number;
  readonly maxBytes: number;
  readonly bytesOf: (item: T) => number;
  /** Awaited after a batch that was not full, with the milliseconds that it was worked on and its last message. Absent: no rest. */
  readonly rest?: (workedMs: number, last: T) => Promise<void>;
}

/** Groups messages that have arrived: small groups at low rates, large ones in a rush. It never waits for more once one has arrived and the rest is over. */
export async function* gather<T>(source: AsyncIterator<T>, limits: GatherLimits<T>): AsyncIterable<T[]> {
  let next = ask(source);
  for (;;) {
    let step = await next;
    if (step.done === true) return;
    const batch: T[] = [];
    let bytes = 0;
    const soon = turn(undefined);
    while (step.done !== true) {
      batch.push(step.value);
      bytes += limits.bytesOf(step.value);
      next = ask(source);
      const ready: IteratorResult<T> | undefined = hasRoom(limits, batch.length, bytes) ? await Promise.race([next, soon]) : undefined;
      if (ready === undefined) break;
      step = ready;
    }
    const from = performance.now();
    yield batch;
    if (step.done === true) return;
    if (hasRoom(limits, batch.length, bytes)) await limits.rest?.(performance.now() - from, batch.at(-1) as T);
  }
}

const hasRoom = ({ maxCount, maxBytes }: GatherLimits<never>, count: number, bytes: number): boolean =>
  count < maxCount && bytes < maxBytes;

function ask<T>(source: AsyncIterator<T>): Promise<IteratorResult<T>> {
  const step = source.next();
  step.catch(() => undefined); // it is awaited in its turn, and throws there; until then it must not count as unhandled
  return step;
}
