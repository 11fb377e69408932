// Runs beside the NATS container, in its network and among its processes: gives every tenant that `admit tenant` makes an account of
// its own, and takes it from one that is disabled, while the server runs. Plain JavaScript on purpose, like setup.mjs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reloadServer } from '../dist/dev/nats/reload.js';
import { followTenants, keepTenantUsers } from '../dist/dev/nats/tenant-users.js';
import { inboxOf } from '../dist/libs/shared/src/platform/topology/accounts.js';
import { MONITOR_PORT, NATS_PORT, writeNatsConfig } from './nats-config.mjs';

const [folder = '/data'] = process.argv.slice(2);
const logins = JSON.parse(readFileSync(join(folder, 'logins.json'), 'utf8'));
const say = (line) => process.stdout.write(`${line}\n`);

const server = {
  monitorUrl: `http://127.0.0.1:${MONITOR_PORT}`,
  get pid() {
    return Number(readFileSync(join(folder, 'nats-server.pid'), 'utf8'));
  },
  connection: (user) => ({ servers: `nats://127.0.0.1:${NATS_PORT}`, user, pass: logins[user], inboxPrefix: inboxOf(user) }),
  async setTenantUsers(users) {
    keepTenantUsers(folder, users);
    writeNatsConfig(folder, logins);
    await reloadServer(server);
    say(`NATS accounts: ${[...Object.keys(users.natsUsers)].join(', ') || 'none'} made; ${users.disabled.join(', ') || 'none'} disabled`);
  },
};

const end = await followTenants(server, folder, say);
say('following the tenants');
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => void end());
