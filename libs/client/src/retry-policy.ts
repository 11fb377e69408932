import { setTimeout as pause } from 'node:timers/promises';

/** How long and how often one request is tried. */
export interface RetryPolicy {
  /** Altogether; then the outcome is unknown. */
  readonly totalMs: number;
  /** For the first try. The service decides within 5 s or says that it has not. */
  readonly tryMs: number;
  /** Each later try may take up to twice as long as the one before, up to this: whoever gives up too early on a slow service makes it slower. */
  readonly longestTryMs: number;
  /** The pause before the second try is up to this long; each later one up to twice the one before. */
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

/** What a test replaces. */
export interface Clock {
  now(): number;
  random(): number;
  wait(ms: number): Promise<void>;
}

export const CLOCK: Clock = { now: () => performance.now(), random: () => Math.random(), wait: (ms) => pause(ms) };

export const timeoutOf = (tries: number, { tryMs, longestTryMs }: RetryPolicy): number => Math.min(longestTryMs, tryMs * 2 ** (tries - 1));

/** Before try `tries + 1`: anywhere within a bound that doubles, so that many callers do not come back together; never sooner than the service asks. */
export function backoffAfter(tries: number, patience: RetryPolicy, retryAfterMs: number | undefined, random: number): number {
  const bound = Math.min(patience.longestPauseMs, patience.firstPauseMs * 2 ** (tries - 1));
  return (retryAfterMs ?? 0) + random * bound;
}
