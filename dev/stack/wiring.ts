import type { Credentials, DEV_TENANTS } from '../nats/server.js';
import type { Environment } from '../processes/project.js';
import type { Ports } from './ports.js';

export const APPS = ['purchase', 'minter', 'ledger', 'webhooks'] as const;
export type App = (typeof APPS)[number];
/** A separate app: selling does not need it. */
export const CONSOLE = 'console';
export type Served = App | typeof CONSOLE;
export const DATABASE_ROLES = ['admit_projector', 'admit_reader', 'admit_replay'] as const;
export const DEMO_TENANT = 'demo';
/** A second tenant, to show that tenants are isolated. */
export const OTHER_TENANT = 'acme';
export type DevTenant = (typeof DEV_TENANTS)[number];
const TENANT_SECRETS = {
  [DEMO_TENANT]: { apiKey: 'apiKey', webhookSecret: 'webhookSecret' },
  [OTHER_TENANT]: { apiKey: 'acmeApiKey', webhookSecret: 'acmeWebhookSecret' },
} as const;

/** Addresses and logins of the servers, embedded or real; the apps see no difference. */
export interface Wiring {
  readonly natsUrl: string;
  readonly natsLogin: (user: string) => Credentials;
  /** The embedded server's program, for starting another such server. */
  readonly natsProgram?: string;
  /** New tenants are added to the server automatically. */
  readonly accountsFollow: boolean;
  /** A role that may create roles and schemas. */
  readonly databaseUrl: string;
  readonly solanaUrl: string;
  readonly solanaIsLocal: boolean;
  /** Sales may choose compressed tickets. */
  readonly compressed: boolean;
  readonly ports: Ports;
  readonly keysDir: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** The address of a demo wallet. */
  readonly wallet: string;
}

export const SECRETS = [...DATABASE_ROLES, 'apiKey', 'webhookSecret', 'acmeApiKey', 'acmeWebhookSecret', 'operatorToken'] as const;
export type Settings = Readonly<Record<string, string>>;

// Variables that the stack sets for one process must not reach another through the shell that started the stack.
const TOLD_BY_US = /^(NATS|DATABASE|ADMIT|HTTP|HEALTH|SOLANA|MINT_KEYS|TENANT|CONSOLE|WEBHOOK)(_|$)/;

/** The terminal's environment without the variables that the stack sets itself. */
export function inherited(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !TOLD_BY_US.test(name)));
}

/** The settings of one process: only its own logins. */
export function settingsOf(who: Served | 'provision' | 'replay' | 'operator', wiring: Wiring): Settings {
  const login = wiring.natsLogin(who === CONSOLE ? 'operator' : who);
  const settings = { NATS_URL: wiring.natsUrl, NATS_USER: login.user, NATS_PASSWORD: login.pass };
  switch (who) {
    case 'purchase': {
      const edge = wiring.natsLogin('edge');
      return {
        ...settings,
        NATS_EDGE_USER: edge.user,
        NATS_EDGE_PASSWORD: edge.pass,
        ...http(wiring.ports.purchase),
        ...health(wiring, 'purchase'),
        ...(wiring.compressed && { SALE_ASSETS: 'token-2022,compressed' }),
        ...targets(wiring),
      };
    }
    case 'minter':
      return {
        ...settings,
        ...health(wiring, 'minter'),
        SOLANA_RPC_URL: wiring.solanaUrl,
        MINT_KEYS_DIR: wiring.keysDir,
        MINT_KEYS: wiring.solanaIsLocal ? 'create' : 'require',
        MINT_AIRDROP: wiring.solanaIsLocal ? 'local' : 'off',
        // An asset on a public chain must not point to this machine.
        ...(wiring.solanaIsLocal && { MINT_URI_PREFIX: `http://127.0.0.1:${wiring.ports.ledger}/m/` }),
      };
    case 'webhooks':
      return { ...settings, ...health(wiring, 'webhooks'), ...targets(wiring) };
    case 'ledger':
      return {
        ...settings,
        ...http(wiring.ports.ledger),
        ...health(wiring, 'ledger'),
        DATABASE_PROJECTOR_URL: databaseUrlAs('admit_projector', wiring),
        DATABASE_READER_URL: databaseUrlAs('admit_reader', wiring),
      };
    case 'replay':
      return { ...settings, DATABASE_REPLAY_URL: databaseUrlAs('admit_replay', wiring) };
    case CONSOLE:
      return {
        ...settings,
        ...replayLogin(wiring),
        DATABASE_REPLAY_URL: databaseUrlAs('admit_replay', wiring),
        ...(wiring.accountsFollow && { NATS_ACCOUNTS: 'followed' }),
        ...http(wiring.ports.console),
        ...health(wiring, CONSOLE),
        SOLANA_RPC_URL: wiring.solanaUrl,
        CONSOLE_PURCHASE_URL: `http://127.0.0.1:${wiring.ports.purchase}`,
        CONSOLE_LEDGER_URL: `http://127.0.0.1:${wiring.ports.ledger}`,
        CONSOLE_HEALTH_URLS: APPS.map((app) => `${app}=http://127.0.0.1:${healthPort(wiring, app)}`).join(','),
        CONSOLE_OPERATOR_TOKEN: secret(wiring, 'operatorToken'),
      };
    case 'operator':
      return {
        ...settings,
        ...replayLogin(wiring),
        ...migrationSettings(wiring),
        SOLANA_RPC_URL: wiring.solanaUrl,
        ...(wiring.natsProgram !== undefined && { NATS_SERVER: wiring.natsProgram }),
        ...(wiring.accountsFollow && { NATS_ACCOUNTS: 'followed' }),
      };
    default:
      return settings;
  }
}

/** The environment of `admit mint tree create`: the keys of the minter, and no NATS. */
export const treeSettings = (wiring: Wiring): Settings => ({
  SOLANA_RPC_URL: wiring.solanaUrl,
  MINT_KEYS_DIR: wiring.keysDir,
  MINT_AIRDROP: 'local',
});

/** With a local chain, webhook receivers may run on this machine too. */
const targets = ({ solanaIsLocal }: Wiring): Settings => (solanaIsLocal ? { WEBHOOK_TARGETS: 'any' } : {});

/** The environment of `admit ledger migrate`: no NATS, and the logins of the roles that it creates. */
export const migrationSettings = (wiring: Wiring): Settings => ({
  DATABASE_ADMIN_URL: wiring.databaseUrl,
  DATABASE_PROJECTOR_URL: databaseUrlAs('admit_projector', wiring),
  DATABASE_READER_URL: databaseUrlAs('admit_reader', wiring),
  DATABASE_REPLAY_URL: databaseUrlAs('admit_replay', wiring),
});

/** The operator runs `admit replay`; it reads with the replay's role. */
function replayLogin({ natsLogin }: Wiring): Settings {
  const { user, pass } = natsLogin('replay');
  return { NATS_REPLAY_USER: user, NATS_REPLAY_PASSWORD: pass };
}

/** The settings of a client: the content of stack.env. */
export function clientSettings(wiring: Wiring, tenant: DevTenant = DEMO_TENANT): Settings {
  const { user, pass } = wiring.natsLogin(tenant);
  const { apiKey, webhookSecret } = tenantCredentials(wiring, tenant);
  return {
    NATS_URL: wiring.natsUrl,
    HTTP_URL: `http://127.0.0.1:${wiring.ports.purchase}`,
    LEDGER_URL: `http://127.0.0.1:${wiring.ports.ledger}`,
    HEALTH_URL: `http://127.0.0.1:${healthPort(wiring, 'purchase')}`,
    SOLANA_RPC_URL: wiring.solanaUrl,
    ADMIT_TENANT: tenant,
    ADMIT_API_KEY: apiKey,
    NATS_USER: user, // read by the `nats` command
    NATS_PASSWORD: pass,
    ADMIT_NATS_USER: user,
    ADMIT_NATS_PASSWORD: pass,
    ADMIT_WEBHOOK_SECRET: webhookSecret,
    ADMIT_WALLET: wiring.wallet,
  };
}

/** The settings of `admit tenant create`, so that it generates no credentials of its own. */
export function tenantSettings(wiring: Wiring, tenant: DevTenant): Settings {
  const { apiKey, webhookSecret } = tenantCredentials(wiring, tenant);
  return { ...settingsOf('operator', wiring), TENANT_API_KEY: apiKey, TENANT_WEBHOOK_SECRET: webhookSecret };
}

function tenantCredentials(wiring: Wiring, tenant: DevTenant): { readonly apiKey: string; readonly webhookSecret: string } {
  const names = TENANT_SECRETS[tenant];
  const webhook = Buffer.from(secret(wiring, names.webhookSecret)).toString('base64');
  return { apiKey: secret(wiring, names.apiKey), webhookSecret: `whsec_${webhook}` };
}

function databaseUrlAs(role: (typeof DATABASE_ROLES)[number], wiring: Wiring): string {
  const url = new URL(wiring.databaseUrl);
  url.username = role;
  url.password = secret(wiring, role);
  return url.href;
}

/** The port of an app's health and metrics. */
export const healthPort = ({ ports }: Pick<Wiring, 'ports'>, app: Served): number => ports[`${app}Health`];

const health = (wiring: Wiring, app: Served): Settings => ({ HEALTH_HOST: '127.0.0.1', HEALTH_PORT: String(healthPort(wiring, app)) });

function http(port: number): Settings {
  return { HTTP_HOST: '127.0.0.1', HTTP_PORT: String(port) };
}

function secret(wiring: Wiring, name: (typeof SECRETS)[number]): string {
  const value = wiring.secrets[name];
  if (value === undefined) throw new Error(`The secret ${name} was not made.`);
  return value;
}
