import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type NodeConnectionOptions } from '@nats-io/transport-node';
import { createLogger } from '#shared/platform/process/logger.js';
import { writePrivate } from '#shared/platform/process/secrets.js';
import { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { messageOf } from '../processes/errors.js';

/** Tenants of the embedded server beyond those with a password. Holds no secrets. */
export interface TenantUsers {
  /** Tenant → public key of its NATS user. */
  readonly natsUsers: Readonly<Record<string, string>>;
  /** Tenants whose accounts are currently disabled. */
  readonly disabled: readonly string[];
}

const fileIn = (dataDir: string): string => join(dataDir, 'tenants.json');

/** The tenants at the server's last run: its configuration needs them before the bucket can be read. */
export const tenantUsers = (dataDir: string): TenantUsers =>
  existsSync(fileIn(dataDir)) ? (JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as TenantUsers) : { natsUsers: {}, disabled: [] };

export const keepTenantUsers = (dataDir: string, users: TenantUsers): void =>
  writePrivate(fileIn(dataDir), `${JSON.stringify(users, null, 2)}\n`);

/** A server whose tenants can change while it runs. */
export interface FollowingServer {
  connection(user: 'operator'): NodeConnectionOptions;
  setTenantUsers(users: TenantUsers): Promise<void>;
}

/** Adds a NATS account for every tenant that `admit tenant` creates while the server runs. @returns a function that stops this */
export async function followTenants(server: FollowingServer, dataDir: string, say: (line: string) => void): Promise<() => Promise<void>> {
  const connection = await connect({ ...server.connection('operator'), maxReconnectAttempts: -1 });
  const directory = await TenantDirectory.watch(connection, createLogger('tenants', 'silent'));
  let following = Promise.resolve();
  const follow = (): void => {
    following = following.then(async () => {
      const wanted = usersIn(directory);
      if (JSON.stringify(wanted) === JSON.stringify(tenantUsers(dataDir))) return;
      await server
        .setTenantUsers(wanted)
        .catch((thrown: unknown) => say(`NATS could not be updated after a change of tenants: ${messageOf(thrown)}`));
    });
  };
  follow();
  await following;
  directory.onChange(follow);
  return async () => {
    await directory.stop();
    await following;
    await connection.close();
  };
}

function usersIn({ all }: TenantDirectory): TenantUsers {
  const byName = [...all].sort((left, right) => (left.tenant < right.tenant ? -1 : 1));
  return {
    natsUsers: Object.fromEntries(
      byName.flatMap(({ tenant, status, natsUser }) => (status === 'active' && natsUser !== undefined ? [[tenant, natsUser]] : [])),
    ),
    disabled: byName.filter(({ status }) => status === 'disabled').map(({ tenant }) => tenant),
  };
}
