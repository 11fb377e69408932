import { join } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { keepSecrets } from '#shared/platform/process/secrets.js';
import { accountsConfig, usersOf } from '#shared/platform/topology/accounts.js';
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
}

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
    .action(printConfig);
}

function printConfig({ credentials, tenant: tenants, listen, store }: ConfigOptions): void {
  const passwords = keepSecrets(credentials, usersOf(tenants));
  const config = { ...listen, tenants, passwords, storeDir: store, monitorPort: MONITOR_PORT, pidFile: 'nats-server.pid' };
  say(accountsConfig(config).trimEnd());
  process.stderr.write(`The passwords are in ${credentials}. Start the server with: nats-server -c <this file>\n`);
}

function readAddress(text: string): ConfigOptions['listen'] {
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) throw new InvalidArgumentError('must be host:port.');
  return { host, port: Number(port) };
}
