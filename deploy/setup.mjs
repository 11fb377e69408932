// What the containers need to trust each other, made once: passwords, the NATS accounts, one settings file for each of them and no more.
// Run again it keeps what is there and writes the same files. Plain JavaScript on purpose: it runs from the image as it is.
import { join } from 'node:path';
import { DEV_TENANTS } from '../dist/dev/nats/server.js';
import { keepWallet } from '../dist/dev/stack/wallet.js';
import { clientSettings, migrationSettings, SECRETS, settingsOf, tenantSettings } from '../dist/dev/stack/wiring.js';
import { keepSecrets, writePrivate } from '../dist/libs/shared/src/platform/process/secrets.js';
import { usersOf } from '../dist/libs/shared/src/platform/topology/accounts.js';
import { NATS_PORT, writeNatsConfig } from './nats-config.mjs';

const SUPERUSER = 'postgres';
const INSIDE = { nats: NATS_PORT, http: 3000, health: 3100, solana: 8899 };

/** Each folder below is a volume that one container sees. */
const [folder = '/setup', natsPort = '4222', httpPort = '3000', solanaPort = '8899', ledgerPort = '3002'] = process.argv.slice(2);

const logins = keepSecrets(join(folder, 'secrets', 'nats.json'), usersOf(DEV_TENANTS));
const secrets = keepSecrets(join(folder, 'secrets', 'secrets.json'), [...SECRETS, SUPERUSER]);

const inside = {
  natsUrl: `nats://nats:${INSIDE.nats}`,
  natsLogin: (user) => ({ user, pass: logins[user] }),
  databaseUrl: `postgresql://${SUPERUSER}:${secrets[SUPERUSER]}@postgres:5432/admit`,
  solanaUrl: `http://chain:${INSIDE.solana}`,
  solanaIsLocal: true,
  accountsFollow: true, // `accounts` does it
  ports: { purchase: INSIDE.http, ledger: INSIDE.http, ...healthPorts(INSIDE.health) },
  keysDir: '/keys',
  secrets,
  wallet: keepWallet(join(folder, 'secrets', 'wallet.json')),
};
const outside = {
  ...inside,
  natsUrl: `nats://127.0.0.1:${natsPort}`,
  solanaUrl: `http://127.0.0.1:${solanaPort}`,
  ports: { purchase: Number(httpPort), ledger: Number(ledgerPort), ...healthPorts(INSIDE.health) },
};

writeNatsConfig(join(folder, 'nats'), logins);
writePrivate(join(folder, 'nats', 'logins.json'), JSON.stringify(logins)); // for `accounts`, which writes the same again with more tenants
writePrivate(join(folder, 'postgres', 'password'), secrets[SUPERUSER]);
for (const who of ['provision', 'purchase', 'minter', 'ledger', 'operator']) {
  // Where an app listens inside its container is the image's affair.
  writePrivate(
    join(folder, who, 'app.env'),
    asFile({ ...settingsOf(who, inside), ...(who === 'minter' && seenFromOutside()) }, (name) => !/^(HTTP|HEALTH)_/.test(name)),
  );
}
writePrivate(
  join(folder, 'migrate', 'app.env'),
  asFile(migrationSettings(inside), () => true),
);
for (const tenant of DEV_TENANTS) {
  writePrivate(
    join(folder, 'tenants', `${tenant}.env`),
    asFile(tenantSettings(inside, tenant), (name) => /^(NATS|TENANT)_/.test(name)),
  );
}
// Postgres, health and metrics are not published: who wants to look goes in with `docker compose exec`.
for (const [tenant, file] of [
  ['demo', 'stack.env'],
  ['acme', 'acme.env'],
]) {
  writePrivate(
    join(folder, 'secrets', file),
    asFile(clientSettings(outside, tenant), (name) => name !== 'HEALTH_URL', 'export '),
  );
}
process.stdout.write('passwords, accounts and settings are in place\n');

/** The apps run in containers of their own. */
function healthPorts(port) {
  return { purchaseHealth: port, minterHealth: port, ledgerHealth: port };
}

/** Where an asset's URI points to is opened outside of the containers. */
function seenFromOutside() {
  const { MINT_URI_PREFIX } = settingsOf('minter', outside);
  return { MINT_URI_PREFIX };
}

/** @param exported what makes a shell that loads the file pass its variables on to the programs it starts */
function asFile(settings, wanted, exported = '') {
  return Object.entries(settings)
    .filter(([name]) => wanted(name))
    .map(([name, value]) => `${exported}${name}=${value}\n`)
    .join('');
}
