import { connectOnce } from '#shared/platform/messaging/nats.js';
import type { NatsAccess } from '#shared/platform/messaging/nats-login.js';
import { usersOf } from '#shared/platform/topology/accounts.js';
import { lacksOfAccounts, lacksOfLogins, lacksOfServer } from '#shared/platform/topology/server-lacks.js';
import { type Credentials, DEV_TENANTS } from './server.js';

/** A NATS server that the user started. */
export interface OwnServer {
  readonly url: string;
  readonly login: (user: string) => Credentials;
}

/**
 * Compares the user's own server with the stack's requirements, before anything is created there.
 * @returns the unmet requirements, one sentence each; empty when all are met
 * @throws Fault when the server cannot be reached
 */
export async function lacksOf({ url, login }: OwnServer): Promise<readonly string[]> {
  const accessOf = (user: string): NatsAccess => ({ servers: url.split(','), user, password: login(user).pass });
  const accesses = usersOf(DEV_TENANTS).map(accessOf);
  const refused = await lacksOfLogins(accesses);
  if (refused.length > 0) return refused.map(({ what }) => what);
  const connection = await connectOnce(accessOf('provision'), 'npm start');
  try {
    const lacks = [...(await lacksOfServer(connection, 'provision')), ...(await lacksOfAccounts(accesses))];
    return lacks.map(({ what }) => what);
  } finally {
    await connection.close();
  }
}
