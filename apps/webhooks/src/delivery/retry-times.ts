const LONGEST_MS = 3_600_000;
/** Endpoints that failed at the same time are not tried at the same time. */
const JITTER = 0.2;

export interface RetryTimes {
  /** The pause after the first failure. */
  readonly firstMs: number;
  /** An event that was refused for so long is set aside. */
  readonly giveUpMs: number;
}

/** Milliseconds until the next attempt: doubled with each failure up to an hour, or what the receiver asks for, up to the same. */
export function pauseAfter(tries: number, { firstMs }: RetryTimes, askedMs = 0, random = Math.random()): number {
  const doubled = Math.min(firstMs * 2 ** Math.min(tries - 1, 30), LONGEST_MS);
  return Math.max(doubled * (1 - JITTER * random), Math.min(askedMs, LONGEST_MS));
}
