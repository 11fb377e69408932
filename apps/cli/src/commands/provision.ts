import { readEnvironment } from '#shared/platform/process/environment.js';
import { provision } from '#shared/platform/topology/provision.js';
import { withNats } from '../operator.js';

/** `admit provision` */
export async function provisionStreams(): Promise<void> {
  const environment = readEnvironment();
  await withNats(environment, 'provision', async (connection) => {
    const { epoch, made, changed } = await provision(connection, { replicas: environment.NATS_REPLICAS });
    for (const { what, found, wanted } of changed) process.stdout.write(`changed ${what} from ${found} to ${wanted}\n`);
    process.stdout.write(`${made.length === 0 ? 'nothing to make' : `made ${made.join(', ')}`}; epoch ${epoch}\n`);
  });
}
