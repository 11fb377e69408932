// Runs beside a NATS container, with its volume: gives every tenant that `admit tenant` makes an account of its own, and takes it from one
// that is disabled, while the server runs. Plain JavaScript on purpose, like setup.mjs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from '@nats-io/transport-node';
import { reloadOverNats } from '../dist/dev/nats/reload.js';
import { followTenants, keepTenantUsers } from '../dist/dev/nats/tenant-users.js';
import { inboxOf, RELOAD_USER } from '../dist/libs/shared/src/platform/topology/accounts.js';
import { NATS_PORT, writeNatsConfig } from './nats-config.mjs';

/** The volume, and the name of the server whose configuration is in it. */
const [folder = '/data', host = 'nats'] = process.argv.slice(2);
const logins = JSON.parse(readFileSync(join(folder, 'logins.json'), 'utf8'));
const say = (line) => process.stdout.write(`${line}\n`);
const connection = (user) => ({ servers: `nats://${host}:${NATS_PORT}`, user, pass: logins[user], inboxPrefix: inboxOf(user) });

const reloads = await connect({ ...connection(RELOAD_USER), maxReconnectAttempts: -1 });
const server = {
  connection,
  async setTenantUsers(users) {
    keepTenantUsers(folder, users);
    writeNatsConfig(folder, logins);
    await reloadOverNats(reloads);
    say(`NATS accounts: ${[...Object.keys(users.natsUsers)].join(', ') || 'none'} made; ${users.disabled.join(', ') || 'none'} disabled`);
  },
};

const end = await followTenants(server, folder, say);
say('following the tenants');
for (const signal of ['SIGTERM', 'SIGINT'])
  process.once(signal, async () => {
    await end();
    await reloads.close();
  });
