import { jetstreamManager } from '@nats-io/jetstream';
import { DECIDER_SETS, deciderSet } from '#shared/platform/topology/consumers.js';
import type { Log } from './selling.js';

const LONG_MS = 600_000;

/** Keeps every command from being decided, as a busy or a broken decider would. @returns lets them be decided */
export async function heldDeciders(log: Log): Promise<() => Promise<void>> {
  const { consumers } = await jetstreamManager(log.admin);
  const sets = Array.from({ length: DECIDER_SETS }, (_, set) => deciderSet(set));
  await Promise.all(sets.map((set) => consumers.pause('COMMANDS', set, new Date(Date.now() + LONG_MS))));
  return async () => {
    await Promise.all(sets.map((set) => consumers.resume('COMMANDS', set)));
  };
}
