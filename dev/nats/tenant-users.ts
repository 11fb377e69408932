import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { createLogger } from '#shared/platform/process/logger.js';
import { writePrivate } from '#shared/platform/process/secrets.js';
import { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { messageOf } from '../processes/errors.js';
import type { NatsServer } from './server.js';

/** What the embedded server is told of tenants beyond those with a password. Nothing in it is secret. */
export interface TenantUsers {
  /** Tenant → public key of its NATS user. */
  readonly natsUsers: Readonly<Record<string, string>>;
  /** Tenants that have no account for now. */
  readonly disabled: readonly string[];
}

const fileIn = (dataDir: string): string => join(dataDir, 'tenants.json');

/** As it was when the server last ran: it must know its tenants before the bucket can be read. */
export const tenantUsers = (dataDir: string): TenantUsers =>
  existsSync(fileIn(dataDir)) ? (JSON.parse(readFileSync(fileIn(dataDir), 'utf8')) as TenantUsers) : { natsUsers: {}, disabled: [] };

export const keepTenantUsers = (dataDir: string, users: TenantUsers): void =>
  writePrivate(fileIn(dataDir), `${JSON.stringify(users, null, 2)}\n`);

/** A server whose tenants can be changed while it runs. */
export type FollowingServer = Pick<NatsServer, 'connection' | 'setTenantUsers'>;

/** Gives a server an account for every tenant that `admit tenant` makes, for as long as it runs. @returns ends that */
export async function followTenants(server: FollowingServer, dataDir: string, say: (line: string) => void): Promise<() => Promise<void>> {
  const connection = await connect({ ...server.connection('operator'), maxReconnectAttempts: -1 });
  const directory = await TenantDirectory.watch(connection, createLogger('tenants', 'silent'));
  let following = Promise.resolve();
  const follow = (): void => {
    following = following.then(async () => {
      const wanted = usersIn(directory);
      if (JSON.stringify(wanted) === JSON.stringify(tenantUsers(dataDir))) return;
      await server.setTenantUsers(wanted).catch((thrown: unknown) => say(`NATS was not told of a change of tenants: ${messageOf(thrown)}`));
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
