import { setTimeout as pause } from 'node:timers/promises';
import { Fault } from '../fault.js';

export interface Retries {
  /** No attempt begins later than this after the first. */
  readonly withinMs: number;
  readonly pauseMs: number;
  /** Called before each pause. */
  readonly onRetry: (fault: Fault) => void;
}

/** Repeats `work` while it throws a retryable fault. @throws the last fault after `withinMs`; any other error at once */
export async function retried<T>(work: () => Promise<T>, { withinMs, pauseMs, onRetry }: Retries): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await work();
    } catch (thrown) {
      if (!(thrown instanceof Fault) || thrown.kind !== 'retryable' || performance.now() > deadline) throw thrown;
      onRetry(thrown);
    }
    await pause(pauseMs);
  }
}
