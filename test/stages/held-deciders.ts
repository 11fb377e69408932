import { jetstreamManager } from '@nats-io/jetstream';
import { type KeyNamespace, keyHash } from '#shared/kernel/ids.js';
import { deciderSets } from '#shared/platform/topology/consumers.js';
import { waitFor } from '../../dev/processes/wait.js';
import type { Log } from './selling.js';

const LONG_MS = 600_000;
const STORED_MS = 60_000;

/** Holds every command undecided, as a busy or a broken decider would. @returns a function that releases them */
export async function heldDeciders(log: Pick<Log, 'admin'>): Promise<() => Promise<void>> {
  const { consumers } = await jetstreamManager(log.admin);
  await Promise.all(deciderSets().map((set) => consumers.pause('COMMANDS', set, new Date(Date.now() + LONG_MS))));
  // One of several servers answers before the consumer itself is paused.
  const isPaused = async (set: string): Promise<boolean> => (await consumers.info('COMMANDS', set)).paused === true;
  const allPaused = async (): Promise<boolean> => (await Promise.all(deciderSets().map(isPaused))).every(Boolean);
  await waitFor(allPaused, { what: 'every decider is paused', timeoutMs: STORED_MS });
  return async () => {
    await Promise.all(deciderSets().map((set) => consumers.resume('COMMANDS', set)));
  };
}

/** Whether a command of this key lies in COMMANDS, undecided. */
export async function isPending(log: Pick<Log, 'admin'>, key: string, namespace: KeyNamespace = 'api'): Promise<boolean> {
  const { streams } = await jetstreamManager(log.admin);
  return (await streams.getMessage('COMMANDS', { last_by_subj: `cmd.*.*.*.${keyHash(namespace, key)}` })) !== null;
}

/** Resolves when a command of this key lies in COMMANDS. */
export const becomesPending = (log: Pick<Log, 'admin'>, key: string, namespace?: KeyNamespace): Promise<void> =>
  waitFor(() => isPending(log, key, namespace), { what: `${key} lies in COMMANDS`, timeoutMs: STORED_MS });
