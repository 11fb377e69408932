import { readEnvironment } from '#shared/platform/environment.js';
import { connectNats } from '#shared/platform/nats.js';
import { provision } from '#shared/platform/topology/provision.js';

/** `admit provision` */
export async function provisionStreams(): Promise<void> {
  const environment = readEnvironment();
  const access = {
    servers: environment.NATS_URL.split(','),
    user: environment.NATS_USER || 'provision',
    password: environment.NATS_PASSWORD,
  };
  const connection = await connectNats(access, 'admit-provision');
  try {
    const { epoch, made, changed } = await provision(connection, { replicas: environment.NATS_REPLICAS });
    for (const { what, found, wanted } of changed) process.stdout.write(`changed ${what} from ${found} to ${wanted}\n`);
    process.stdout.write(`${made.length === 0 ? 'nothing to make' : `made ${made.join(', ')}`}; epoch ${epoch}\n`);
  } finally {
    await connection.close();
  }
}
