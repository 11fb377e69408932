import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from './errors.js';

const FIRST_PAUSE_MS = 10; // a local server responds within a few of these
const LONGEST_PAUSE_MS = 200; // still below what a person notices

export interface Waiting {
  readonly what: string;
  readonly timeoutMs: number;
  /** Checked before each attempt; a returned sentence ends the wait at once (the process died, a signal arrived). */
  readonly hopeless?: () => string | undefined;
}

/** Polls until the condition holds. An exception counts as "not yet"; the timeout error shows its last message. */
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
