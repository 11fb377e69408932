// The configuration of a NATS container: written by `setup` before it starts, and by `accounts` whenever a tenant is made, disabled or enabled.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEV_TENANTS } from '../dist/dev/nats/server.js';
import { tenantUsers } from '../dist/dev/nats/tenant-users.js';
import { writePrivate } from '../dist/libs/shared/src/platform/process/secrets.js';
import { accountsConfig } from '../dist/libs/shared/src/platform/topology/accounts.js';

export const NATS_PORT = 4222;
const MONITOR_PORT = 8222;
const ROUTE_PORT = 6222;
/** Where the volume lies in the container of the server. */
const INSIDE = '/data';
const MEMBER = 'member.json';

/** The service of each server of a cluster; its volume has the same name. */
export const nodeNames = (nodes) => ['nats', 'nats-2', 'nats-3'].slice(0, nodes);

/** Keeps, for writeNatsConfig, which server of a cluster this volume belongs to. */
export function keepMember(folder, name, nodes, password) {
  const routes = nodeNames(nodes).map((node) => `${node}:${ROUTE_PORT}`);
  writePrivate(join(folder, MEMBER), JSON.stringify({ name, listen: `0.0.0.0:${ROUTE_PORT}`, routes, password, hidden: true }));
}

/** @param folder where the volume lies in this container @param logins passwords by user */
export function writeNatsConfig(folder, logins) {
  const { natsUsers, disabled } = tenantUsers(folder);
  const member = join(folder, MEMBER);
  const plan = {
    tenants: DEV_TENANTS.filter((tenant) => !disabled.includes(tenant)),
    natsUsers,
    passwords: logins,
    host: '0.0.0.0',
    port: NATS_PORT,
    monitorPort: MONITOR_PORT,
    storeDir: `${INSIDE}/js`,
    pidFile: `${INSIDE}/nats-server.pid`,
    ...(existsSync(member) && { member: JSON.parse(readFileSync(member, 'utf8')) }),
  };
  writePrivate(join(folder, 'nats.conf'), accountsConfig(plan));
}
