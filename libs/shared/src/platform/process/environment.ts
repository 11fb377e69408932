import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { Fault } from '../../kernel/fault.js';

const port = z.coerce.number().int().min(0).max(65_535);
const text = z.string().default('');
const httpUrl = z.union([z.literal(''), z.url({ protocol: /^https?$/ })]).default('');
const count = (least: number, usual: number) => z.coerce.number().int().min(least).default(usual);
const user = (name: string) => z.string().default(name).describe(`NATS user of the ${name} connection`);
/** One minter signs at most 500 a second; no sale needs more. */
const cap = z.coerce.number().int().min(1).default(30_000);
/** 333 a second: two thirds of the total cap. */
const TENANT_CAP = 20_000;
const password = z.string().default('').describe('its password (secret)');
/** Instead of the password; named as in the `nats` command. */
const files = {
  nkey: text.describe('in place of the password: file with the seed of its NKey'),
  creds: text.describe('in place of the password: file with its JWT and seed, as nsc writes it (.creds)'),
  cert: text.describe('file of its client certificate (PEM), if the server requires one; without a password it is the login'),
  key: text.describe('file of the key of this certificate (PEM)'),
};

/** Every variable of the apps with its meaning. `.env.example` is generated from it. */
const VARIABLES = {
  NATS_URL: z.string().default('nats://127.0.0.1:4222').describe('servers of the log, separated by commas'),
  NATS_USER: z
    .string()
    .default('')
    .describe("this app's own NATS user: purchase, minter, ledger, webhooks, provision or operator; empty: the app's name"),
  NATS_PASSWORD: password,
  NATS_NKEY: files.nkey,
  NATS_CREDS: files.creds,
  NATS_CERT: files.cert,
  NATS_KEY: files.key,
  NATS_EDGE_USER: user('edge').describe('purchase: NATS user that answers callers and may publish to no stream'),
  NATS_EDGE_PASSWORD: password,
  NATS_EDGE_NKEY: files.nkey,
  NATS_EDGE_CREDS: files.creds,
  NATS_EDGE_CERT: files.cert,
  NATS_EDGE_KEY: files.key,
  NATS_REPLAY_USER: user('replay').describe('admit replay: NATS user that can do nothing but pull the consumer prepared for replays'),
  NATS_REPLAY_PASSWORD: password,
  NATS_REPLAY_NKEY: files.nkey,
  NATS_REPLAY_CREDS: files.creds,
  NATS_REPLAY_CERT: files.cert,
  NATS_REPLAY_KEY: files.key,
  NATS_SERVER: text.describe(
    'admit replay --from-backup: the program nats-server, which serves the backup meanwhile; empty: the one on PATH',
  ),
  NATS_ACCOUNTS: z
    .enum(['by-hand', 'followed', 'signed'])
    .default('by-hand')
    .describe(
      'admit tenant: how the NATS server gets the account of a new tenant; followed: npm start or the container accounts adds it; signed: this command signs it with NATS_OPERATOR_DIR and pushes it',
    ),
  NATS_OPERATOR_DIR: text.describe('admit tenant with NATS_ACCOUNTS=signed: folder of the keys that `admit nats config --operator` made'),
  NATS_REPLICAS: z.coerce.number().int().min(1).max(5).default(1).describe('provision: copies of every stream (3 in production)'),
  HTTP_HOST: z.string().default('127.0.0.1').describe('purchase, ledger, console: address that HTTP for callers listens on'),
  HTTP_PORT: port.default(0).describe('purchase, ledger, console: port that HTTP for callers listens on; 0: any free one'),
  HEALTH_HOST: z.string().default('127.0.0.1').describe('address that /health and /metrics listen on, which callers must not reach'),
  HEALTH_PORT: port.default(0).describe('port that /health and /metrics listen on; 0: any free one'),
  METRICS_TOKEN: text.describe('bearer token for scrapes of /metrics; empty: no authentication on HEALTH_PORT (secret)'),
  TRUSTED_PROXIES: text.describe(
    'purchase, ledger: addresses and CIDR blocks, separated by commas, of the proxies whose X-Forwarded-For is trusted; empty: none',
  ),
  HTTP_CONNECTIONS: count(8, 10_000).describe('purchase, ledger: open connections of callers; one client address or tenant has a quarter'),
  TENANT_RATE: count(1, 2_000).describe('purchase, ledger: requests a second, over NATS and HTTP, that one tenant may make of one process'),
  TENANT_BURST: count(1, 4_000).describe('purchase, ledger: requests that one tenant may make before its rate counts'),
  SALE_ASSETS: z
    .enum(['token-2022', 'token-2022,compressed'])
    .default('token-2022')
    .describe('purchase: kinds of assets that sales may choose; compressed needs a minter and a chain with its programs'),
  TENANT_API_KEY: text.describe('admit tenant create: use this API key instead of generating one (secret)'),
  TENANT_WEBHOOK_SECRET: text.describe('admit tenant create: use this webhook secret instead of generating one (secret)'),
  TENANT_STRIPE_SECRET: text.describe('admit tenant stripe: the signing secret that Stripe shows for the endpoint of the tenant (secret)'),
  CONSOLE_PURCHASE_URL: z.url().default('http://127.0.0.1:3000').describe('console: where it reaches the HTTP API of purchase'),
  CONSOLE_LEDGER_URL: z.url().default('http://127.0.0.1:3002').describe('console: where it reaches the HTTP API of the ledger'),
  CONSOLE_HEALTH_URLS: text.describe(
    'console, admit status: /health of the apps that they show, such as purchase=http://127.0.0.1:3010, with commas between them',
  ),
  CONSOLE_OPERATOR_TOKEN: z
    .string()
    .regex(/^(?:[A-Za-z0-9_-]{32,200})?$/, 'must be 32 to 200 of A-Z a-z 0-9 _ -')
    .default('')
    .describe('console: operators sign in with it; empty: no operator can (secret)'),
  HTTP_URL: httpUrl.describe('admit sale, order, ticket, buy, watch, status, webhooks: HTTP API of purchase'),
  LEDGER_URL: httpUrl.describe('admit status: HTTP API of the ledger; empty: it is not shown'),
  ADMIT_TENANT: text.describe('the same commands: name of the tenant, which its API key decides'),
  ADMIT_API_KEY: text.describe('the same commands: API key of the tenant (secret)'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('least level of the log lines on standard output'),
  OTEL_EXPORTER_OTLP_ENDPOINT: httpUrl.describe(
    'base URL of an OTLP receiver, such as http://127.0.0.1:4318: traces are sent there over HTTP; empty: none are recorded',
  ),
  DATABASE_ADMIN_URL: text.describe(
    'admit ledger migrate, admit replay --promote: role that may create roles and schemas; the app that serves refuses to have it (secret)',
  ),
  DATABASE_PROJECTOR_URL: text.describe('ledger: role admit_projector, which writes the ledger (secret)'),
  DATABASE_READER_URL: text.describe('ledger: role admit_reader, which reads one tenant at a time (secret)'),
  DATABASE_REPLAY_URL: text.describe('replay: role admit_replay, which reads the ledger and writes a shadow of it (secret)'),
  LEDGER_BATCH_COMMITS: z.coerce.number().int().min(1).max(4_096).default(1_024).describe('ledger: most commits in one transaction'),
  SOLANA_RPC_URL: z
    .string()
    .regex(/^https?:\/\/[^,\s]+(,https?:\/\/[^,\s]+)*$/)
    .default('http://127.0.0.1:8899')
    .describe(
      'minter: JSON-RPC endpoint of the chain, or several with commas between: one fails over to the next, all must call an attempt dead',
    ),
  SOLANA_GENESIS_HASH: text.describe(
    'minter: genesis hash of the chain; another one is rejected. Empty: the chain of the first endpoint in the list',
  ),
  MINT_KEYS_DIR: z
    .string()
    .default('.admit/keys')
    .describe('minter: directory of payer.json, authority.json, base.json and delegate.json; the last two never rotate'),
  MINT_KEYS: z
    .enum(['create', 'require'])
    .default('require')
    .describe('minter: create missing key files (for development), or refuse to start'),
  MINT_AIRDROP: z.enum(['local', 'off']).default('off').describe('minter: request an airdrop from a local chain when the payer runs low'),
  MINT_URI_PREFIX: z
    .string()
    .regex(/^[\x21-\x7e]{0,33}$/, 'must be at most 33 printable ASCII characters: an asset has room for no more')
    .default('urn:admit-one:')
    .describe('minter: metadata URIs begin with this; where the ledger serves the documents, such as https://tickets.example/m/'),
  MINT_SYMBOL: z.string().min(1).max(10).default('ADMIT').describe('minter: symbol of the assets'),
  MINT_PRIORITY_MICROLAMPORTS: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('minter: least priority fee per compute unit of a first attempt; doubles with each, 16 times at most'),
  MINT_PRIORITY_CAP_MICROLAMPORTS: count(0, 1_000_000).describe('minter: most priority fee per compute unit of any attempt'),
  MINT_PRIORITY_PERCENTILE: z.coerce
    .number()
    .int()
    .min(0)
    .max(100)
    .default(75)
    .describe(
      'minter: a first attempt pays the fee that this part of recent blocks took at least, in percent; 0: MINT_PRIORITY_MICROLAMPORTS',
    ),
  MINT_SIGNER_URL: z
    .string()
    .regex(/^(https?:\/\/\S+)?$/)
    .default('')
    .describe('minter: service that signs for payer and authority by HTTP; empty: payer.json and authority.json sign'),
  MINT_SIGNER_TOKEN: text.describe('minter: bearer token of MINT_SIGNER_URL (secret)'),
  MINT_SIGNER_PAYER: text.describe('minter: address of the payer, whose key MINT_SIGNER_URL holds'),
  MINT_SIGNER_AUTHORITY: text.describe('minter: address of the mint authority, whose key MINT_SIGNER_URL holds'),
  MINT_MAX_OUTSTANDING: z.coerce
    .number()
    .int()
    .min(1)
    .max(7_500)
    .default(6_250)
    .describe('minter: mints in work at once; one tenant has four fifths of them at most'),
  MINT_CAP_PER_MINUTE: cap.describe('minter: attempts signed within any minute by all minters together; more wait'),
  MINT_CAP_TENANT_PER_MINUTE: cap.default(TENANT_CAP).describe('minter: the same for one tenant: less, so that no tenant takes all of it'),
  MINT_POLL_MS: z.coerce.number().int().min(10).default(1_000).describe('minter: pause between two polls of all mints in flight'),
  MINT_RPC_TIMEOUT_MS: z.coerce.number().int().min(100).default(10_000).describe('minter: time limit of one RPC call'),
  WEBHOOK_TARGETS: z
    .enum(['public', 'any'])
    .default('public')
    .describe('purchase, webhooks: where webhooks may be sent: public addresses by https, or any, for development'),
  WEBHOOK_RETRY_MS: count(1, 5_000).describe('webhooks: pause after the first failure; it doubles with each, up to an hour'),
  WEBHOOK_TIMEOUT_MS: count(100, 10_000).describe('webhooks: time for one delivery, from connecting to the whole answer'),
  WEBHOOK_GIVE_UP_MS: count(1, 3 * 24 * 3_600_000).describe('webhooks: after so long an event that an endpoint refuses is set aside'),
  NODE_ENV: text.describe('`test` lets FAILPOINT work'),
  FAILPOINT: text.describe('tests only: the step at which the process kills itself'),
} as const satisfies Record<string, z.ZodType>;

const schema = z.object(VARIABLES);
export type Environment = Readonly<z.infer<typeof schema>>;

/**
 * The only reader of the environment. Reports all problems together.
 * @throws Fault `configuration`
 */
export function readEnvironment(variables: Readonly<Record<string, string | undefined>> = process.env): Environment {
  const read = parse(variables);
  if (!read.success) throw new Fault('configuration', { problems: read.error.issues.map(problemOf) });
  return Object.freeze(read.data);
}

/** Variables that Node itself reads at its start: a child process with its own environment needs them too. */
export function trustedAuthorities(): Readonly<Record<string, string>> {
  const { NODE_EXTRA_CA_CERTS } = process.env;
  return NODE_EXTRA_CA_CERTS === undefined ? {} : { NODE_EXTRA_CA_CERTS };
}

const parse = (variables: Readonly<Record<string, string | undefined>>) =>
  schema.safeParse(Object.fromEntries(Object.entries(variables).filter(([name, value]) => name in VARIABLES && value !== '')));
const problemOf = ({ path, message }: z.core.$ZodIssue): string => `${path.join('.')}: ${message}`;

/** `NAME=value`; a value in quotes, closed on the same line, may contain any character. */
const SETTING = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(?:(["'`]).*\2\s*(?:#.*)?|[^"'`\s].*|)$/;
const NOTHING = /^\s*(?:#.*)?$/;
const UNPRINTABLE = /[^\P{Cc}\t]/u;
const WHAT_A_LINE_IS = 'must be NAME=value with quotes closed and no control characters, a comment after #, or empty';

/**
 * Reads a file of variables into the environment, for a command beside the stack that wrote the file; not where one of `unlessSet` is set,
 * because the command is then for another stack. Variables that are set stay, except for a tenant's login from stack.env.
 * @throws Fault `configuration` with the number of every invalid line; lines are not shown because they may hold a secret
 */
export function loadEnvironmentFile(path: string, unlessSet: readonly string[] = ['NATS_URL']): void {
  if (!existsSync(path)) return;
  forgetClient();
  if (unlessSet.some((name) => process.env[name] !== undefined)) return;
  const problems: string[] = [];
  const values: Record<string, string> = {};
  const lines = new Map<unknown, number>();
  for (const [index, line] of readLines(path).entries()) {
    if (NOTHING.test(line)) continue;
    const name = UNPRINTABLE.test(line) ? undefined : SETTING.exec(line)?.[1];
    if (name === undefined) problems.push(`${path}, line ${index + 1}: ${WHAT_A_LINE_IS}`);
    else if (process.env[name] === undefined) {
      Object.assign(values, parseEnv(line));
      lines.set(name, index + 1);
    }
  }
  const issues = parse(values).error?.issues ?? [];
  problems.push(...issues.map((issue) => `${path}, line ${lines.get(issue.path[0])}: ${problemOf(issue)}`));
  if (problems.length > 0) throw new Fault('configuration', { problems });
  Object.assign(process.env, values);
}

/** Variables that stack.env and an operator's file both set, each for its own user. */
const TOLD_TO_CLIENTS = ['NATS_URL', 'NATS_USER', 'NATS_PASSWORD', 'DATABASE_URL', 'SOLANA_RPC_URL'] as const;

/** After stack.env was loaded into the terminal, the login is a tenant's; operators need their own. */
function forgetClient(): void {
  const { NATS_USER, ADMIT_NATS_USER } = process.env;
  if (ADMIT_NATS_USER === undefined || NATS_USER !== ADMIT_NATS_USER) return;
  for (const name of TOLD_TO_CLIENTS) delete process.env[name];
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split(/\r?\n/);
  } catch (cause) {
    throw new Fault('configuration', { problems: [`${path}: cannot be read: ${(cause as Error).message}`] }, { cause });
  }
}

/** `.env.example`: every variable with its meaning and default. */
export function environmentExample(): string {
  const lines = Object.entries<z.ZodType>(VARIABLES).map(([name, type]) => {
    const read = type.safeParse(undefined);
    const value = read.success && read.data !== undefined ? `${String(read.data)}` : '';
    return `# ${type.description ?? name}\n${name}=${value}\n`;
  });
  return `# Every variable the apps read, with its default. Generated from libs/shared/src/platform/process/environment.ts.\n\n${lines.join('\n')}`;
}
