import { constants } from 'node:os';
import { isFault } from '#shared/kernel/fault.js';

/** Ctrl-C, an orderly termination, and a closed terminal. */
const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** Shells add this to the signal number in the exit code of a killed command. */
const SIGNALLED = 128;

/**
 * Runs work that must clean up after an interruption. A signal calls `breakOff`, and the process exits after the cleanup; the same
 * signal again exits at once.
 */
export async function unlessInterrupted<T>(breakOff: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  let by: (typeof INTERRUPTIONS)[number] | undefined;
  const interrupt = (signal: NodeJS.Signals): void => {
    by ??= INTERRUPTIONS.find((name) => name === signal);
    void breakOff();
  };
  for (const signal of INTERRUPTIONS) process.once(signal, interrupt);
  try {
    return await work();
  } catch (thrown) {
    if (by === undefined) throw thrown;
    const more = isFault(thrown, 'log-unreachable') ? '' : `: ${thrown instanceof Error ? thrown.message : thrown}`; // this process closed the connection itself
    process.stderr.write(`interrupted${more}\n`);
    return process.exit(SIGNALLED + constants.signals[by]);
  } finally {
    for (const signal of INTERRUPTIONS) process.off(signal, interrupt);
  }
}
