import { retried } from '#shared/kernel/concurrency/retried.js';
import { START_TIMEOUT_MS } from '#shared/platform/topology/inspect.js';

const RETRY_MS = 500;

/**
 * Repeats `work` for 30 s while the log does not respond, as during an election: Compose starts the container of such a command once.
 * Only for work whose repetition has the same result.
 * @param next what is done again, for the line that reports each failure
 */
export const whileUnreachable = <T>(next: string, work: () => Promise<T>): Promise<T> =>
  retried(work, {
    withinMs: START_TIMEOUT_MS,
    pauseMs: RETRY_MS,
    onRetry: ({ message }) => process.stderr.write(`${message}\n${next}, for ${START_TIMEOUT_MS / 1_000} s.\n`),
  });
