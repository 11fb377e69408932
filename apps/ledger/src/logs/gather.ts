import { setImmediate as turn } from 'node:timers/promises';

export interface GatherLimits<T> {
  readonly maxCount: number;
  readonly maxBytes: number;
  readonly bytesOf: (item: T) => number;
  /** Awaited after a batch that was not full, with the milliseconds that it was worked on. Absent: no rest. */
  readonly rest?: (workedMs: number) => Promise<void>;
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
    if (hasRoom(limits, batch.length, bytes)) await limits.rest?.(performance.now() - from);
  }
}

const hasRoom = ({ maxCount, maxBytes }: GatherLimits<never>, count: number, bytes: number): boolean =>
  count < maxCount && bytes < maxBytes;

function ask<T>(source: AsyncIterator<T>): Promise<IteratorResult<T>> {
  const step = source.next();
  step.catch(() => undefined); // it is awaited in its turn, and throws there; until then it must not count as unhandled
  return step;
}
