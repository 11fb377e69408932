import type { NatsConnection } from '@nats-io/transport-node';
import type { Environment } from '#shared/platform/environment.js';
import { connectNats } from '#shared/platform/nats.js';

/** Does something as the operator's NATS user. */
export async function asOperator<T>(environment: Environment, work: (connection: NatsConnection) => Promise<T>): Promise<T> {
  const { NATS_URL, NATS_USER, NATS_PASSWORD } = environment;
  const connection = await connectNats({ servers: NATS_URL.split(','), user: NATS_USER || 'operator', password: NATS_PASSWORD }, 'admit');
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
