// The configuration of the NATS container: written by `setup` before it starts, and by `accounts` whenever a tenant is made, disabled or enabled.
import { join } from 'node:path';
import { DEV_TENANTS } from '../dist/dev/nats/server.js';
import { tenantUsers } from '../dist/dev/nats/tenant-users.js';
import { writePrivate } from '../dist/libs/shared/src/platform/process/secrets.js';
import { accountsConfig } from '../dist/libs/shared/src/platform/topology/accounts.js';

export const NATS_PORT = 4222;
export const MONITOR_PORT = 8222;
/** Where the volume lies in the container of the server. */
const INSIDE = '/data';

/** @param folder where the volume lies in this container @param logins passwords by user */
export function writeNatsConfig(folder, logins) {
  const { natsUsers, disabled } = tenantUsers(folder);
  const plan = {
    tenants: DEV_TENANTS.filter((tenant) => !disabled.includes(tenant)),
    natsUsers,
    passwords: logins,
    host: '0.0.0.0',
    port: NATS_PORT,
    monitorPort: MONITOR_PORT,
    storeDir: `${INSIDE}/js`,
    pidFile: `${INSIDE}/nats-server.pid`,
  };
  writePrivate(join(folder, 'nats.conf'), accountsConfig(plan));
}
