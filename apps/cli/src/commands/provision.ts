import type { Command } from 'commander';
import { retried } from '#shared/kernel/concurrency/retried.js';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { START_TIMEOUT_MS } from '#shared/platform/topology/inspect.js';
import { provision } from '#shared/platform/topology/provision.js';
import { withNats } from '../operator.js';

const RETRY_MS = 500;

/** `admit provision` */
export function addProvisionCommand(program: Command): void {
  program
    .command('provision')
    .description('make the streams and consumers of a new log; change nothing on one that is whole')
    .action(provisionStreams);
}

/** Repeated while the log does not respond, as during an election: Compose starts its container once. */
async function provisionStreams(): Promise<void> {
  const environment = readEnvironment();
  await withNats(environment, 'provision', async (connection) => {
    const { epoch, made, changed } = await retried(() => provision(connection, { replicas: environment.NATS_REPLICAS }), {
      withinMs: START_TIMEOUT_MS,
      pauseMs: RETRY_MS,
      onRetry: ({ message }) => process.stderr.write(`${message}\nThe streams are checked again, for ${START_TIMEOUT_MS / 1_000} s.\n`),
    });
    for (const { what, found, wanted } of changed) process.stdout.write(`changed ${what} from ${found} to ${wanted}\n`);
    process.stdout.write(`${made.length === 0 ? 'nothing to make' : `made ${made.join(', ')}`}; epoch ${epoch}\n`);
  });
}
