import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { type Environment, readEnvironment } from '#shared/platform/process/environment.js';
import { accountInstructions } from '#shared/platform/tenants/nats-account.js';
import { type Grant, goodAt } from '#shared/platform/tenants/tenant.js';
import { type Given, type Issued, TenantRegister } from '#shared/platform/tenants/tenant-register.js';
import { asOperator } from '../operator.js';
import { tableWith } from '../table.js';
import { credentialsOf, TenantAccounts } from '../tenant-accounts.js';
import { whileUnreachable } from '../while-unreachable.js';

/** With `npm start` or the container `accounts`. */
const FOLLOWED = 'The NATS server adds its account automatically, within a few seconds.';
const MS_PER_HOUR = 3_600_000;
/** Covers a tenant's next working day, so that the tenant can change its credentials. */
const OVERLAP_HOURS = 24;
const FREE: Grant = 'free-mints';
const MAX_OVERLAP_HOURS = 24 * 90;

interface CreateOptions {
  readonly ifMissing?: boolean;
  readonly natsPassword?: boolean;
  readonly freeMints?: boolean;
}

interface GrantOptions {
  readonly freeMints?: boolean;
}

const FREE_MINTS = 'mint the tickets of unpaid orders, at the expense of the payer of all mints';

interface StripeOptions {
  readonly remove?: boolean;
  readonly overlap: number;
}

interface RotateOptions {
  readonly apiKey?: boolean;
  readonly webhookSecret?: boolean;
  readonly natsKey?: boolean;
  readonly overlap: number;
}

/** `admit tenant …` */
export function addTenantCommands(program: Command): void {
  const tenant = program.command('tenant').description('tenants with their API keys, webhook secrets and NATS accounts');
  tenant
    .command('create <tenant>')
    .description('make a tenant, and show its credentials this once')
    .option('--if-missing', 'do nothing, successfully, where it exists')
    .option('--nats-password', 'make no NATS key: its user has a password in the configuration of the server')
    .option('--free-mints', `${FREE_MINTS}; with --if-missing also where the tenant exists`)
    .action(create);
  tenant.command('ls').description('list the tenants').option('--json', 'as JSON').action(list);
  tenant
    .command('rotate <tenant>')
    .description('make new credentials (all but the NATS key unless some are named); the old ones stay good for a while')
    .option('--api-key', 'the API key')
    .option('--webhook-secret', 'the webhook secret')
    .option('--nats-key', 'the key of its NATS user; its old key ends when the server gets the new one')
    .option('--overlap <hours>', `how long the old ones stay good; 0: they end now`, readHours, OVERLAP_HOURS)
    .action(rotate);
  tenant
    .command('stripe <tenant>')
    .description('take events of Stripe that are signed by the secret in TENANT_STRIPE_SECRET; the secret before it stays good for a while')
    .option('--overlap <hours>', 'how long the one before it stays good; 0: it ends now', readHours, OVERLAP_HOURS)
    .option('--remove', 'take no events of Stripe any more')
    .action(stripe);
  tenant
    .command('grant <tenant>')
    .description('allow a tenant more than selling')
    .option('--free-mints', FREE_MINTS)
    .action(changeGrant('grant'));
  tenant
    .command('withdraw <tenant>')
    .description('revoke a grant; open sales keep it')
    .option('--free-mints', FREE_MINTS)
    .action(changeGrant('withdraw'));
  tenant.command('disable <tenant>').description('reject all its requests; its sales stay').action(setStatus('disabled'));
  tenant.command('enable <tenant>').description('let it in again').action(setStatus('active'));
  tenant
    .command('account <tenant>')
    .description('the configuration for a NATS server of your own; with NATS_ACCOUNTS=signed push it again')
    .action(account);
}

async function create(name: string, { ifMissing, natsPassword, freeMints }: CreateOptions): Promise<void> {
  await withRegister(async (register, environment) => {
    const { TENANT_API_KEY, TENANT_WEBHOOK_SECRET, NATS_ACCOUNTS: accounts } = environment;
    const signing = TenantAccounts.of(environment);
    if (signing !== undefined && natsPassword === true) return refuse('--nats-password: a server with signed accounts has no passwords');
    const given: Given = {
      apiKey: TENANT_API_KEY || undefined,
      webhookSecret: TENANT_WEBHOOK_SECRET || undefined,
      hasNatsPassword: natsPassword,
      ...(freeMints === true && { grants: [FREE] }),
    };
    const granted = async (): Promise<Issued | undefined> => {
      const issued = await register.create(name, given);
      if (issued === undefined && ifMissing === true && freeMints === true) await register.grant(name, FREE);
      return issued;
    };
    const isRepeatable = ifMissing === true && isKnown(given);
    const issued = await (isRepeatable ? whileUnreachable(`The tenant ${name} is created again`, granted) : granted());
    const made = { accounts, apiKey: TENANT_API_KEY === '', webhookSecret: TENANT_WEBHOOK_SECRET === '' };
    if (issued !== undefined) say(shown(issued, made, await signing?.push(issued.tenant)));
    else if (ifMissing === true) say(`${name} exists`);
    else refuse(`${name} exists already; admit tenant rotate ${name} makes new credentials`);
  });
}

/** No secret of the tenant is generated: one whose record was written by an unanswered request would be lost. */
const isKnown = ({ apiKey, webhookSecret, hasNatsPassword }: Given): boolean =>
  apiKey !== undefined && webhookSecret !== undefined && hasNatsPassword === true;

interface Made {
  /** How the NATS server learns of a new tenant. */
  readonly accounts: Environment['NATS_ACCOUNTS'];
  readonly apiKey?: boolean;
  readonly webhookSecret?: boolean;
}

/** Values taken from the environment are not shown again: their owner knows them. */
function shown({ tenant, apiKey, webhookSecret, natsSeed }: Issued, made: Made, jwt?: string): string {
  const secrets = [
    ...(apiKey !== undefined && made.apiKey !== false ? [`ADMIT_API_KEY=${apiKey}`] : []),
    ...(webhookSecret !== undefined && made.webhookSecret !== false ? [`ADMIT_WEBHOOK_SECRET=${webhookSecret}`] : []),
    ...(natsSeed === undefined ? [] : [`ADMIT_NATS_SEED=${natsSeed}`]),
  ];
  const told = secrets.length === 0 ? '' : '\nShown this once; only the webhook secret is kept in this form.\n';
  const byHand = made.accounts === 'followed' ? FOLLOWED : accountInstructions(tenant);
  const instructions = natsSeed === undefined ? '' : `\n${jwt === undefined ? byHand : credentialsOf(jwt, natsSeed)}\n`;
  return [`ADMIT_TENANT=${tenant.tenant}`, ...secrets].join('\n') + (told || instructions ? `\n${told}${instructions}` : '');
}

async function list({ json }: { readonly json?: boolean }): Promise<void> {
  await withRegister(async (register) => {
    const now = Date.now();
    const rows = (await register.list()).map(
      ({ tenant, status, apiKeys, webhookSecrets, stripeSecrets = [], natsUser, grants = [], createdAt, changedAt }) => ({
        tenant,
        status,
        apiKeys: goodAt(apiKeys, now).length,
        webhookSecrets: goodAt(webhookSecrets, now).length,
        stripeSecrets: goodAt(stripeSecrets, now).length,
        nats: natsUser ?? 'password',
        grants: grants.join(' '),
        createdAt,
        changedAt,
      }),
    );
    if (json === true) say(JSON.stringify(rows));
    else {
      const table = tableWith([
        'tenant',
        'status',
        'API keys',
        'webhook secrets',
        'Stripe secrets',
        'NATS user',
        'grants',
        'created',
        'changed',
      ]);
      for (const row of rows) table.push(Object.values(row));
      say(table.toString());
    }
  });
}

async function rotate(name: string, { apiKey, webhookSecret, natsKey, overlap }: RotateOptions): Promise<void> {
  const named = apiKey === true || webhookSecret === true || natsKey === true;
  await withRegister(async (register, environment) => {
    const signing = TenantAccounts.of(environment);
    const issued = await register.rotate(name, {
      apiKey: !named || apiKey === true,
      webhookSecret: !named || webhookSecret === true,
      natsUser: natsKey === true,
      overlapMs: overlap * MS_PER_HOUR,
    });
    const jwt = natsKey === true ? await signing?.renew(issued.tenant) : undefined;
    say(
      `${shown(issued, { accounts: environment.NATS_ACCOUNTS }, jwt)}\nWhat it replaces ${overlap === 0 ? 'has ended' : `ends in ${overlap} hours`}.`,
    );
  });
}

/** Stripe generates the secret. It is read from the environment, so that no process list shows it. */
async function stripe(name: string, { remove, overlap }: StripeOptions): Promise<void> {
  await withRegister(async (register, { TENANT_STRIPE_SECRET: secret }) => {
    if (remove !== true && secret === '')
      return refuse('put the signing secret of the Stripe endpoint into TENANT_STRIPE_SECRET, or say --remove');
    const tenant = await register.setStripeSecret(name, remove === true ? undefined : secret, overlap * MS_PER_HOUR);
    const { stripeSecrets = [] } = tenant;
    say(stripeSecrets.length === 0 ? `${name} takes no events of Stripe` : `${name} takes events of Stripe at /v1/webhooks/stripe/${name}`);
  });
}

const changeGrant =
  (how: 'grant' | 'withdraw') =>
  async (name: string, { freeMints }: GrantOptions): Promise<void> => {
    if (freeMints !== true) return refuse(`say what to ${how}: --free-mints`);
    await withRegister(async (register) => {
      const { tenant, grants = [] } = await register[how](name, FREE);
      say(`${tenant} is granted ${grants.join(', ') || 'nothing'}`);
    });
  };

const setStatus =
  (status: 'active' | 'disabled') =>
  (name: string): Promise<void> =>
    withRegister(async (register, environment) => {
      const signing = TenantAccounts.of(environment);
      const tenant = await register.setStatus(name, status);
      await signing?.push(tenant);
      say(`${tenant.tenant} is ${status}`);
    });

async function account(name: string): Promise<void> {
  await withRegister(async (register, environment) => {
    const signing = TenantAccounts.of(environment);
    const found = (await register.list()).find(({ tenant }) => tenant === name);
    if (found === undefined) return refuse(`there is no tenant ${name}`);
    say(signing === undefined ? accountInstructions(found) : `The server has its account. Its user's JWT:\n${await signing.push(found)}`);
  });
}

async function withRegister(use: (register: TenantRegister, environment: Environment) => Promise<void>): Promise<void> {
  const environment = readEnvironment();
  await asOperator(environment, async (connection) => use(await TenantRegister.on(connection), environment));
}

function readHours(text: string): number {
  const hours = Number(text);
  if (text.trim() === '' || !(hours >= 0 && hours <= MAX_OVERLAP_HOURS)) throw new InvalidArgumentError(`0 to ${MAX_OVERLAP_HOURS}.`);
  return hours;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function refuse(text: string): void {
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}
