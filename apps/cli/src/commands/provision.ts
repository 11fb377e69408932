import type { Command } from 'commander';
import { readEnvironment } from '#shared/platform/process/environment.js';
import { provision } from '#shared/platform/topology/provision.js';
import { withNats } from '../operator.js';
import { whileUnreachable } from '../while-unreachable.js';

/** `admit provision` */
export function addProvisionCommand(program: Command): void {
  program
    .command('provision')
    .description('make the streams and consumers of a new log; change nothing on one that is whole')
    .action(provisionStreams);
}

async function provisionStreams(): Promise<void> {
  const environment = readEnvironment();
  await withNats(environment, 'provision', async (connection) => {
    const { epoch, made, changed } = await whileUnreachable('The streams are checked again', () =>
      provision(connection, { replicas: environment.NATS_REPLICAS }),
    );
    for (const { what, found, wanted } of changed) process.stdout.write(`changed ${what} from ${found} to ${wanted}\n`);
    process.stdout.write(`${made.length === 0 ? 'nothing to make' : `made ${made.join(', ')}`}; epoch ${epoch}\n`);
  });
}
