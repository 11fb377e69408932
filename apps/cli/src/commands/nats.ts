import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nkeys } from '@nats-io/transport-node';
import { type Command, InvalidArgumentError } from 'commander';
import { Fault } from '#shared/kernel/fault.js';
import { keepSecrets, writePrivate } from '#shared/platform/process/secrets.js';
import { type AccountsPlan, accountsConfig, usersOf } from '#shared/platform/topology/accounts.js';
import { ROUTE_USER, type ServerTls } from '#shared/platform/topology/cluster-config.js';
import { SignedAccounts } from '#shared/platform/topology/signed-accounts.js';
import { say } from '../operator.js';

/** The file where `npm start` expects the passwords of the server in NATS_URL. */
const CREDENTIALS = join('.admit', 'nats', 'credentials.json');
/** The tenants that `npm start` creates. */
const TENANTS = ['demo', 'acme'];
const LISTEN = '127.0.0.1:4222';
const MONITOR_PORT = 8222;

interface ConfigOptions {
  readonly credentials: string;
  readonly nkeys?: string;
  readonly certificates?: boolean;
  readonly operator?: string;
  readonly tenant: readonly string[];
  readonly listen: { readonly host: string; readonly port: number };
  readonly store: string;
  readonly member?: string;
  readonly routes?: readonly string[];
  readonly tls?: readonly string[];
}

/** Routes from other servers; a firewall keeps clients away from it. */
const ROUTE_LISTEN = '0.0.0.0:6222';

const CERTIFICATES = 'The certificate of a user names the user as its host, such as DNS:purchase.';

/** `admit nats …` */
export function addNatsCommands(program: Command): void {
  program
    .command('nats')
    .description('a NATS server of your own')
    .command('config')
    .description('print the configuration that such a server needs: accounts, users and their rights, JetStream. It holds passwords')
    .option('--credentials <file>', 'passwords by user, as JSON; missing ones are made and added', CREDENTIALS)
    .option('--nkeys <folder>', 'no passwords: users sign in with NKeys, whose seeds are kept in this folder, one <user>.nk each')
    .option('--certificates', 'no passwords: a client certificate for the host name of a user is its login (verify_and_map); needs --tls')
    .option('--operator <folder>', 'accounts as signed JWTs, new tenants without a reload: keys and credentials are kept in this folder')
    .option('--tenant <tenant...>', 'tenants whose user has a password', TENANTS)
    .option('--listen <host:port>', 'address for clients', readAddress, readAddress(LISTEN))
    .option('--store <folder>', 'where the server keeps its streams', 'jetstream')
    .option('--tls <cert-key-ca...>', 'files of the certificate, its key and, for routes, its authority: for clients and routes')
    .option('--member <name>', 'one server of a cluster; needs --routes')
    .option('--routes <host:port...>', 'all servers of the cluster')
    .action(printConfig);
}

async function printConfig(options: ConfigOptions): Promise<void> {
  const { listen, store, member, routes } = options;
  if ((member === undefined) !== (routes === undefined)) throw wrong('--member and --routes belong together');
  const tls = tlsOf(options);
  const { told, ...logins } = await loginsOf(options);
  const { clients, servers } = tls ?? {};
  const cluster = member === undefined || routes === undefined ? undefined : { member, routes };
  const config = {
    ...listen,
    tenants: options.tenant,
    ...logins,
    storeDir: store,
    monitorPort: MONITOR_PORT,
    pidFile: 'nats-server.pid',
    ...(clients !== undefined && { tls: clients }),
    ...(cluster !== undefined && {
      member: {
        name: cluster.member,
        listen: ROUTE_LISTEN,
        routes: cluster.routes,
        password: logins.passwords[ROUTE_USER] ?? '',
        ...(servers !== undefined && { tls: servers }),
      },
    }),
  };
  say(accountsConfig(config).trimEnd());
  process.stderr.write(`${told} Start the server with: nats-server -c <this file>\n`);
}

type Logins = Pick<AccountsPlan, 'passwords' | 'publicKeys' | 'byCertificate' | 'operatorMode'> & { readonly told: string };

/** The same form for all users. The password of routes is always kept. */
async function loginsOf(options: ConfigOptions): Promise<Logins> {
  const { credentials, nkeys: folder, certificates, operator, tenant, tls, member, store } = options;
  const route = member === undefined ? [] : [ROUTE_USER];
  const secrets = (users: readonly string[]) => (users.length === 0 ? {} : keepSecrets(credentials, users));
  if ([folder !== undefined, certificates === true, operator !== undefined].filter(Boolean).length > 1)
    throw wrong('--nkeys, --certificates and --operator are three ways to sign in: choose one');
  if (operator !== undefined) {
    const operatorMode = await new SignedAccounts(operator).configuration(join(store, 'accounts'));
    return { passwords: secrets(route), operatorMode, told: `The credentials are in ${join(operator, 'creds')}.` };
  }
  if (folder !== undefined)
    return { passwords: secrets(route), publicKeys: keepNkeys(folder, usersOf(tenant)), told: `The seeds are in ${folder}.` };
  if (certificates !== true) return { passwords: secrets([...usersOf(tenant), ...route]), told: `The passwords are in ${credentials}.` };
  if (tls === undefined) throw wrong('--certificates needs --tls with the certificate, its key and its authority');
  return { passwords: secrets(route), byCertificate: true, told: CERTIFICATES };
}

/** Clients need a certificate only if it is their login; servers always verify each other. */
function tlsOf({
  tls: files,
  certificates,
  routes,
}: ConfigOptions): { readonly clients: ServerTls; readonly servers: ServerTls } | undefined {
  if (files === undefined) return undefined;
  const [cert, key, ca] = files;
  if (cert === undefined || key === undefined) throw wrong('--tls needs the files of a certificate and of its key');
  if ((routes !== undefined || certificates === true) && ca === undefined)
    throw wrong('--tls needs the file of the authority, too, for routes and for --certificates');
  const verified = { cert, key, ...(ca !== undefined && { ca }) };
  return { clients: certificates === true ? verified : { cert, key }, servers: verified };
}

/** Creates missing keys. @returns the public keys by user */
function keepNkeys(folder: string, users: readonly string[]): Readonly<Record<string, string>> {
  const entries = users.map((user) => {
    const file = join(folder, `${user}.nk`);
    if (!existsSync(file)) writePrivate(file, `${new TextDecoder().decode(nkeys.createUser().getSeed())}\n`);
    const seed = readFileSync(file, 'utf8').trim();
    return [user, nkeys.fromSeed(new TextEncoder().encode(seed)).getPublicKey()] as const;
  });
  return Object.fromEntries(entries);
}

const wrong = (problem: string): Fault => new Fault('configuration', { problems: [problem] });

function readAddress(text: string): ConfigOptions['listen'] {
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) throw new InvalidArgumentError('must be host:port.');
  return { host, port: Number(port) };
}
