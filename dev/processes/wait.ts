import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from './errors.js';

const FIRST_PAUSE_MS = 10; // a local server answers within a few of these
const LONGEST_PAUSE_MS = 200; // still below what a person notices

export interface Waiting {
  readonly what: string;
  readonly timeoutMs: number;
  /** Asked before each look; a sentence ends the waiting at once (the process died, a signal arrived). */
  readonly hopeless?: () => string | undefined;
}

/** Looks until the condition holds. A look that throws counts as "not yet"; its last message is shown when time is up. */
export async function waitFor(condition: () => Promise<boolean> | boolean, waiting: Waiting): Promise<void> {
  const deadline = performance.now() + waiting.timeoutMs;
  let last = '';
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
    const why = waiting.hopeless?.();
    if (why !== undefined) throw new Error(`${waiting.what}: ${why}`);
    try {
      if (await condition()) return;
    } catch (error) {
      last = `: ${messageOf(error)}`;
    }
    if (performance.now() > deadline) throw new Error(`${waiting.what}: not within ${waiting.timeoutMs / 1000} s${last}`);
    await pause(wait);
  }
}
