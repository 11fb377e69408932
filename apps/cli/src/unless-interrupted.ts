import { constants } from 'node:os';
import { isFault } from '#shared/kernel/fault.js';

/** Ctrl-C, whoever ends processes in good order, and a terminal that is closed. */
const INTERRUPTIONS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** What a shell adds to the number of the signal that ended a command. */
const SIGNALLED = 128;

/**
 * Does what has to clear up when it breaks off. A signal makes it break off, by `breakOff`, and the process ends when it has cleared up; the
 * same signal once more ends the process at once.
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
    const more = isFault(thrown, 'log-unreachable') ? '' : `: ${thrown instanceof Error ? thrown.message : thrown}`; // we left it ourselves
    process.stderr.write(`interrupted${more}\n`);
    return process.exit(SIGNALLED + constants.signals[by]);
  } finally {
    for (const signal of INTERRUPTIONS) process.off(signal, interrupt);
  }
}
