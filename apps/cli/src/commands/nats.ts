import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { Fault } from '#shared/kernel/fault.js';
import { keepSecrets } from '#shared/platform/process/secrets.js';
import { accountsConfig, usersOf } from '#shared/platform/topology/accounts.js';
import type { ServerTls } from '#shared/platform/topology/cluster-config.js';
import { say } from '../operator.js';

/** The file where `npm start` expects the passwords of the server in NATS_URL. */
const CREDENTIALS = join('.admit', 'nats', 'credentials.json');
/** The tenants that `npm start` creates. */
const TENANTS = ['demo', 'acme'];
const LISTEN = '127.0.0.1:4222';
const MONITOR_PORT = 8222;

interface ConfigOptions {
  readonly credentials: string;
  readonly tenant: readonly string[];
  readonly listen: { readonly host: string; readonly port: number };
  readonly store: string;
  readonly member?: string;
  readonly routes?: readonly string[];
  readonly tls?: readonly string[];
}

/** Routes from other servers; a firewall keeps clients away from it. */
const ROUTE_LISTEN = '0.0.0.0:6222';
/** The login of routes, in the file of the passwords. */
const ROUTE = 'route';

/** `admit nats …` */
export function addNatsCommands(program: Command): void {
  program
    .command('nats')
    .description('a NATS server of your own')
    .command('config')
    .description('print the configuration that such a server needs: accounts, users and their rights, JetStream. It holds passwords')
    .option('--credentials <file>', 'passwords by user, as JSON; missing ones are made and added', CREDENTIALS)
    .option('--tenant <tenant...>', 'tenants whose user has a password', TENANTS)
    .option('--listen <host:port>', 'address for clients', readAddress, readAddress(LISTEN))
    .option('--store <folder>', 'where the server keeps its streams', 'jetstream')
    .option('--tls <cert-key-ca...>', 'files of the certificate, its key and, for routes, its authority: for clients and routes')
    .option('--member <name>', 'one server of a cluster; needs --routes')
    .option('--routes <host:port...>', 'all servers of the cluster')
    .action(printConfig);
}

function printConfig({ credentials, tenant: tenants, listen, store, member: name, routes, tls: files }: ConfigOptions): void {
  if ((name === undefined) !== (routes === undefined)) throw wrong('--member and --routes belong together');
  const tls = files === undefined ? undefined : tlsOf(files, routes !== undefined);
  const passwords = keepSecrets(credentials, [...usersOf(tenants), ...(name === undefined ? [] : [ROUTE])]);
  const config = {
    ...listen,
    tenants,
    passwords,
    storeDir: store,
    monitorPort: MONITOR_PORT,
    pidFile: 'nats-server.pid',
    ...(tls !== undefined && { tls: { cert: tls.cert, key: tls.key } }), // clients need no certificate
    ...(name !== undefined &&
      routes !== undefined && { member: { name, listen: ROUTE_LISTEN, routes, password: passwords[ROUTE] ?? '', ...(tls && { tls }) } }),
  };
  say(accountsConfig(config).trimEnd());
  process.stderr.write(`The passwords are in ${credentials}. Start the server with: nats-server -c <this file>\n`);
}

function tlsOf([cert, key, ca]: readonly string[], isMember: boolean): ServerTls {
  if (cert === undefined || key === undefined) throw wrong('--tls needs the files of a certificate and of its key');
  if (isMember && ca === undefined) throw wrong('--tls needs the file of the authority, too, for routes: servers verify each other');
  return { cert, key, ...(ca !== undefined && { ca }) };
}

const wrong = (problem: string): Fault => new Fault('configuration', { problems: [problem] });

function readAddress(text: string): ConfigOptions['listen'] {
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) throw new InvalidArgumentError('must be host:port.');
  return { host, port: Number(port) };
}
