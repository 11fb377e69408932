// What the containers need to trust each other, made once: passwords, the NATS accounts, one settings file for each of them and no more.
// Run again it keeps what is there and writes the same files. Plain JavaScript on purpose: it runs from the image as it is.
import { chmodSync, chownSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DEV_TENANTS } from '../dist/dev/nats/server.js';
import { keepWallet } from '../dist/dev/stack/wallet.js';
import { clientSettings, migrationSettings, SECRETS, settingsOf, tenantSettings } from '../dist/dev/stack/wiring.js';
import { keepSecrets, writePrivate } from '../dist/libs/shared/src/platform/process/secrets.js';
import { RELOAD_USER, usersOf } from '../dist/libs/shared/src/platform/topology/accounts.js';
import { keepMember, NATS_PORT, nodeNames, writeNatsConfig } from './nats-config.mjs';

const SUPERUSER = 'postgres';
const INSIDE = { nats: NATS_PORT, http: 3000, health: 3100, solana: 8899 };

/** Each folder below is a volume that one container sees. */
const [folder = '/setup', natsPorts = '4222', httpPort = '3000', solanaPort = '8899', ledgerPort = '3002'] = process.argv.slice(2);
/** Servers of the operator, which deploy/compose.own.yml names. */
const { NATS_URL: ownNats, DATABASE_URL: ownDatabase, SOLANA_RPC_URL: ownSolana } = process.env;
/** One NATS server, or the three of a cluster: as many as have a port on the host. */
const hostPorts = natsPorts.split(',');
const nodes = nodeNames(hostPorts.length);
const isCluster = nodes.length > 1;

const logins = keepSecrets(join(folder, 'secrets', 'nats.json'), [...usersOf(DEV_TENANTS), RELOAD_USER]);
const secrets = keepSecrets(join(folder, 'secrets', 'secrets.json'), [...SECRETS, SUPERUSER, ...(isCluster ? ['route'] : [])]);

const inside = {
  natsUrl: ownNats || nodes.map((node) => `nats://${node}:${INSIDE.nats}`).join(','),
  natsLogin: (user) => ({ user, pass: logins[user] }),
  databaseUrl: ownDatabase || `postgresql://${SUPERUSER}:${secrets[SUPERUSER]}@postgres:5432/admit`,
  solanaUrl: ownSolana || `http://chain:${INSIDE.solana}`,
  solanaIsLocal: !ownSolana,
  accountsFollow: !ownNats, // `accounts` does it
  ports: { purchase: INSIDE.http, ledger: INSIDE.http, ...healthPorts(INSIDE.health) },
  keysDir: '/keys',
  secrets,
  wallet: keepWallet(join(folder, 'secrets', 'wallet.json')),
};
const outside = {
  ...inside,
  natsUrl: ownNats || hostPorts.map((port) => `nats://127.0.0.1:${port}`).join(','),
  solanaUrl: ownSolana || `http://127.0.0.1:${solanaPort}`,
  ports: { purchase: Number(httpPort), ledger: Number(ledgerPort), ...healthPorts(INSIDE.health) },
};

for (const node of nodes) {
  const volume = join(folder, node);
  if (isCluster) keepMember(volume, node, nodes.length, secrets.route);
  writeNatsConfig(volume, logins);
  writePrivate(join(volume, 'logins.json'), JSON.stringify(logins)); // for `accounts`, which writes the same again with more tenants
}
writeForGroup(join(folder, 'postgres'), 'password', secrets[SUPERUSER]);
for (const who of ['provision', 'purchase', 'minter', 'ledger', 'webhooks', 'operator', 'console']) {
  // Where an app listens inside its container is the image's affair. Webhooks go to public addresses: not to other containers.
  writePrivate(
    join(folder, who, 'app.env'),
    asFile({ ...settingsOf(who, inside), ...more(who) }, (name) => !/^(HTTP|HEALTH|WEBHOOK)_/.test(name)),
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
  return { purchaseHealth: port, minterHealth: port, ledgerHealth: port, webhooksHealth: port };
}

function more(who) {
  if (who === 'minter' && !ownSolana) return { MINT_URI_PREFIX: settingsOf('minter', outside).MINT_URI_PREFIX }; // opened outside of the containers
  if (who === 'console') return consoleAddresses();
  return who === 'provision' && isCluster ? { NATS_REPLICAS: String(nodes.length) } : {};
}

/** Where the console finds the apps: by the names of their containers. */
function consoleAddresses() {
  const health = ['purchase', 'minter', 'ledger', 'webhooks'].map((app) => `${app}=http://${app}:${INSIDE.health}`);
  return {
    CONSOLE_PURCHASE_URL: `http://purchase:${INSIDE.http}`,
    CONSOLE_LEDGER_URL: `http://ledger:${INSIDE.http}`,
    CONSOLE_HEALTH_URLS: health.join(','),
  };
}

/** Postgres runs as another user, whose group owns the folder. */
function writeForGroup(volume, name, text) {
  const path = join(volume, name);
  writePrivate(path, text);
  const { uid, gid } = statSync(volume);
  chownSync(path, uid, gid);
  chmodSync(path, 0o640);
}

/** @param exported what makes a shell that loads the file pass its variables on to the programs it starts */
function asFile(settings, wanted, exported = '') {
  return Object.entries(settings)
    .filter(([name]) => wanted(name))
    .map(([name, value]) => `${exported}${name}=${value}\n`)
    .join('');
}
