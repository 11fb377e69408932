import { setTimeout as pause } from 'node:timers/promises';

/** How long and how often one request is attempted. */
export interface RetryPolicy {
  /** The total limit; after it the outcome is unknown. */
  readonly totalMs: number;
  /** For the first attempt. The service decides within 5 s or responds that it has not. */
  readonly tryMs: number;
  /** Each later attempt may take up to twice as long as the previous one, up to this limit: early timeouts slow a slow service further. */
  readonly longestTryMs: number;
  /** The maximum pause before the second attempt; the maximum doubles for each later one. */
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  totalMs: 60_000,
  tryMs: 7_000,
  longestTryMs: 30_000,
  firstPauseMs: 100,
  longestPauseMs: 5_000,
};

/** Replaceable in tests. */
export interface Clock {
  now(): number;
  random(): number;
  wait(ms: number): Promise<void>;
}

export const CLOCK: Clock = { now: () => performance.now(), random: () => Math.random(), wait: (ms) => pause(ms) };

export const timeoutOf = (tries: number, { tryMs, longestTryMs }: RetryPolicy): number => Math.min(longestTryMs, tryMs * 2 ** (tries - 1));

/**
 * The pause before attempt `tries + 1`: random within a bound that doubles, so that many callers do not return together, and never
 * shorter than the service requests.
 */
export function backoffAfter(tries: number, policy: RetryPolicy, retryAfterMs: number | undefined, random: number): number {
  const bound = Math.min(policy.longestPauseMs, policy.firstPauseMs * 2 ** (tries - 1));
  return (retryAfterMs ?? 0) + random * bound;
}
