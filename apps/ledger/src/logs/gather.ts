import { setImmediate as turn } from 'node:timers/promises';

export interface GatherLimits<T> {
  readonly maxCount: number;
  readonly maxBytes: number;
  readonly bytesOf: (item: T) => number;
}

/** Groups messages that have arrived: small groups at low rates, large ones in a rush. It never waits for more once one has arrived. */
export async function* gather<T>(source: AsyncIterator<T>, { maxCount, maxBytes, bytesOf }: GatherLimits<T>): AsyncIterable<T[]> {
  let next = ask(source);
  for (;;) {
    let step = await next;
    if (step.done === true) return;
    const batch: T[] = [];
    let bytes = 0;
    const soon = turn(undefined);
    while (step.done !== true) {
      batch.push(step.value);
      bytes += bytesOf(step.value);
      next = ask(source);
      const ready: IteratorResult<T> | undefined =
        batch.length < maxCount && bytes < maxBytes ? await Promise.race([next, soon]) : undefined;
      if (ready === undefined) break;
      step = ready;
    }
    yield batch;
    if (step.done === true) return;
  }
}

function ask<T>(source: AsyncIterator<T>): Promise<IteratorResult<T>> {
  const step = source.next();
  step.catch(() => undefined); // it is awaited in its turn, and throws there; until then it must not count as unhandled
  return step;
}
