import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writePrivate } from '#shared/platform/process/secrets.js';
import type { Environment } from '../processes/project.js';
import type { Stack } from './stack.js';
import { APPS, CONSOLE, clientSettings, OTHER_TENANT, type Settings } from './wiring.js';

const EMBEDDED = '# embedded: ';

/**
 * stack.env for clients, env/acme.env for clients of the second tenant, and env/<user>.env to run a process or a command by hand with `node
 * --env-file`.
 */
export function writeSettings(dataDir: string, stack: Stack, env: Environment): void {
  const settings = stack.clientSettings;
  const embedded = ['NATS_URL', 'DATABASE_URL', 'SOLANA_RPC_URL'].filter((name) => !env[name]);
  writePrivate(join(dataDir, 'stack.env'), `${EMBEDDED}${embedded.join(' ')}\n${asFile(settings, 'export ')}`);
  for (const who of [...APPS, CONSOLE, 'provision', 'replay', 'operator'] as const) {
    writePrivate(join(dataDir, 'env', `${who}.env`), asFile(stack.settingsOf(who)));
  }
  writePrivate(join(dataDir, 'env', `${OTHER_TENANT}.env`), asFile(clientSettings(stack.wiring, OTHER_TENANT), 'export '));
}

/**
 * The environment without the addresses of embedded servers: a stack.env loaded into the terminal must not make a new start treat them as
 * the user's own servers.
 */
export function withoutOwn(env: Environment, dataDir: string): Environment {
  const file = join(dataDir, 'stack.env');
  if (!existsSync(file)) return env;
  const [head = '', ...lines] = readFileSync(file, 'utf8').split('\n');
  if (!head.startsWith(EMBEDDED)) return env;
  const embedded = new Set(head.slice(EMBEDDED.length).split(' '));
  const settings = lines.map((line) => line.replace(/^export /, ''));
  const own = settings.filter((line) => embedded.has(line.slice(0, line.indexOf('='))));
  return Object.fromEntries(Object.entries(env).filter(([name, value]) => !own.includes(`${name}=${value}`)));
}

/** `exported`: a shell that loads the file exports its variables to child processes. */
function asFile(settings: Settings, exported: 'export ' | '' = ''): string {
  return Object.entries(settings)
    .map(([name, value]) => `${exported}${name}=${value}\n`)
    .join('');
}
