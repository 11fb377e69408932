import { serviceExport, tenantAccount } from '../tenants/nats-account.js';
import { type ClusterMember, clusterConfig, type ServerTls, tlsConfig } from './cluster-config.js';
import { CONSUMERS, deciderSets } from './consumers.js';
import { REPLAY_CONSUMER, REPLAY_EXPORTS, REPLAY_USER, replayAccount } from './replay-account.js';
import {
  COMMANDS_STREAM,
  ENDPOINTS_BUCKET,
  ENDPOINTS_STREAM,
  FEEDS_BUCKET,
  FEEDS_STREAM,
  LOOKUPS_BUCKET,
  LOOKUPS_STREAM,
  SECRETS_BUCKET,
  SECRETS_STREAM,
  SNAPSHOTS_BUCKET,
  SNAPSHOTS_STREAM,
  TENANTS_STREAM,
  TENANTS_SUBJECTS,
  WEBHOOKS_STREAM,
} from './streams.js';

/** The users of account APP, which holds the streams. Tenants and replay have accounts of their own. */
export const APP_USERS = ['provision', 'operator', 'edge', 'purchase', 'minter', 'ledger', 'webhooks'] as const;
export type AppUser = (typeof APP_USERS)[number];

const LEDGER_CONSUMER = 'ledger';

/** A body of twice the accepted size still gets a response instead of a disconnect. */
export const MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;
const TENANT_NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** May request that a server reloads its configuration, and nothing else: for a process that cannot send it a signal. */
export const RELOAD_USER = 'reload';
/** Followed by the server's id and `.RELOAD`. */
const RELOAD_SUBJECT = '$SYS.REQ.SERVER';
export const reloadSubject = (serverId: string): string => `${RELOAD_SUBJECT}.${serverId}.RELOAD`;

export interface AccountsPlan {
  /** Tenants whose user has a password. */
  readonly tenants: readonly string[];
  /** The public keys of tenants whose connections sign with a key. */
  readonly natsUsers?: Readonly<Record<string, string>>;
  readonly passwords: Readonly<Record<string, string>>;
  /** Public keys of users' NKeys, instead of passwords. */
  readonly publicKeys?: Readonly<Record<string, string>>;
  /** Users without password and key are identified by their client certificates; `tls` has the authority then. */
  readonly byCertificate?: boolean;
  /** The lines of a server in operator mode, instead of accounts and users. */
  readonly operatorMode?: readonly string[];
  readonly storeDir: string;
  readonly port: number;
  readonly monitorPort: number;
  readonly pidFile: string;
  readonly host?: string;
  readonly tls?: ServerTls;
  readonly member?: ClusterMember;
}

export interface Rights {
  readonly publish: readonly string[];
  readonly publishNot?: readonly string[];
  readonly subscribe: readonly string[];
}

export function inboxOf(user: string): string {
  return `_INBOX.${user}`;
}

/** The subject of decisions on redriven commands, followed by an id of the copy. */
export const REDRIVEN = `${inboxOf('operator')}.redriven`;

// Folding EVENTS needs ordered consumers, which clients create and delete as needed. That permission covers every consumer of the stream, so
// the provisioned consumers, whose position must not be lost, are excluded.
const CHANGES = ['CREATE', 'DELETE'].map((verb) => `$JS.API.CONSUMER.${verb}.EVENTS`);
const FOLD_EVENTS = [...CHANGES.map((change) => `${change}.>`), '$JS.API.STREAM.MSG.GET.EVENTS'];
const PREPARED = CONSUMERS.filter(({ stream }) => stream === 'EVENTS').map(({ config }) => config.durable_name);
const CHANGE_PREPARED = PREPARED.flatMap((name) => CHANGES.flatMap((change) => [`${change}.${name}`, `${change}.${name}.>`]));
// Reads the tenants message by message, which needs no consumer.
const READ_TENANTS = `$JS.API.STREAM.MSG.GET.${TENANTS_STREAM}`;
// At start every app compares all streams and consumers with the required ones.
const LOOK = ['$JS.API.INFO', '$JS.API.STREAM.INFO.>', '$JS.API.CONSUMER.INFO.>'];

// For redrives: read dead letters, send them again, record the closing.
const REDRIVE = [...['DEAD', 'COMMANDS', 'MINTS'].map((stream) => `$JS.API.STREAM.MSG.GET.${stream}`), 'cmd.>', 'mint.>', 'dead.closed.*'];

// Only an operator may decide that an event the ledger cannot apply goes to suspense, and may write nothing else here.
const DECIDE_ON_LEDGER = 'ev.*.ledger.*';

// A backup is the server's own snapshot of a stream; each chunk is acknowledged.
const BACK_UP = ['$JS.API.STREAM.SNAPSHOT.>', '$JS.SNAPSHOT.ACK.>'];

/** Ack subjects carry the stream and consumer, in newer servers after a domain and an account hash. */
function acks(of: string): string[] {
  return [`$JS.ACK.${of}.>`, `$JS.ACK.*.*.${of}.>`];
}

const RIGHTS: Readonly<Record<Exclude<AppUser, 'provision'>, Rights>> = {
  operator: {
    publish: [
      ...LOOK,
      '$SRV.>',
      'admit.>',
      READ_TENANTS,
      TENANTS_SUBJECTS,
      '$JS.API.STREAM.NAMES',
      '$JS.API.STREAM.LIST',
      '$JS.API.CONSUMER.LIST.>',
      '$JS.API.CONSUMER.NAMES.>',
      '$JS.API.STREAM.MSG.GET.EVENTS',
      `$JS.API.STREAM.MSG.GET.${LOOKUPS_STREAM}`, // lists events whose payment is not known
      ...REDRIVE,
      ...BACK_UP,
      DECIDE_ON_LEDGER,
      `$JS.API.CONSUMER.RESET.EVENTS.${REPLAY_CONSUMER}`, // a replay reads from the first event; it cannot rewind the consumer itself
    ],
    subscribe: [],
  },
  // Answers callers and must trust their reply subjects, so it may publish only to reply subjects.
  edge: { publish: ['_R_.>', '_INBOX.>'], subscribe: ['admit.>', '$SRV.>'] },
  purchase: {
    publish: [
      ...LOOK,
      ...FOLD_EVENTS,
      READ_TENANTS,
      'cmd.>',
      'ev.*.sale.>',
      'mint.>',
      'timer.set.>',
      `$KV.${SNAPSHOTS_BUCKET}.>`,
      `$JS.API.STREAM.MSG.GET.${SNAPSHOTS_STREAM}`,
      `$JS.API.DIRECT.GET.${SNAPSHOTS_STREAM}.>`,
      `$KV.${LOOKUPS_BUCKET}.>`,
      `$JS.API.STREAM.MSG.GET.${LOOKUPS_STREAM}`,
      `$KV.${ENDPOINTS_BUCKET}.>`,
      `$JS.API.STREAM.MSG.GET.${ENDPOINTS_STREAM}`,
      `$KV.${SECRETS_BUCKET}.>`, // it writes secrets and reads none
      `$JS.API.STREAM.MSG.GET.${FEEDS_STREAM}`,
      'hook.>',
      'dead.>',
      '$JS.ACK.>',
      '$JS.FC.>',
      `${inboxOf('purchase')}.>`,
      `${REDRIVEN}.>`, // the decision of a command that an operator sent again
      '$JS.API.STREAM.MSG.GET.COMMANDS',
      ...deciderSets().map((durable) => `$JS.API.CONSUMER.RESET.${COMMANDS_STREAM}.${durable}`), // after a crash of the server
      '$JS.API.STREAM.MSG.GET.DEAD', // checks whether a command was dead-lettered
      '$JS.API.CONSUMER.MSG.NEXT.>',
      '$JS.API.CONSUMER.UNPIN.>',
    ],
    publishNot: CHANGE_PREPARED,
    subscribe: [],
  },
  minter: {
    publish: [
      ...LOOK,
      ...FOLD_EVENTS,
      'ev.*.mint.>',
      'dead.>',
      ...acks('MINTS'),
      ...acks('EVENTS'),
      '$JS.API.STREAM.MSG.GET.MINTS',
      '$JS.API.CONSUMER.CREATE.MINTS.*.mint.>', // the queue of a tenant, created when the minter first sees the tenant
      '$JS.API.CONSUMER.MSG.NEXT.MINTS.>',
      '$JS.API.CONSUMER.MSG.NEXT.EVENTS.>',
    ],
    publishNot: [...CHANGE_PREPARED, ...acks(`EVENTS.${LEDGER_CONSUMER}`), ...acks('EVENTS.webhook-events')],
    subscribe: [],
  },
  ledger: {
    publish: [
      ...LOOK,
      READ_TENANTS,
      '$JS.API.STREAM.MSG.GET.EVENTS',
      ...acks(`EVENTS.${LEDGER_CONSUMER}`),
      `$JS.API.CONSUMER.MSG.NEXT.EVENTS.${LEDGER_CONSUMER}`,
      `$JS.API.CONSUMER.RESET.EVENTS.${LEDGER_CONSUMER}`,
    ],
    subscribe: [],
  },
  // It connects to addresses that tenants choose: it reads the log and never writes to it.
  webhooks: {
    publish: [
      ...LOOK,
      READ_TENANTS,
      '$JS.API.STREAM.MSG.GET.EVENTS',
      `$JS.API.STREAM.MSG.GET.${ENDPOINTS_STREAM}`,
      `$JS.API.STREAM.MSG.GET.${SECRETS_STREAM}`,
      `$JS.API.STREAM.MSG.GET.${FEEDS_STREAM}`,
      `$KV.${FEEDS_BUCKET}.>`,
      'hook.*.*.*',
      ...acks('EVENTS.webhook-events'),
      ...acks(`${WEBHOOKS_STREAM}.webhooks`),
      '$JS.API.CONSUMER.MSG.NEXT.EVENTS.webhook-events',
      `$JS.API.CONSUMER.MSG.NEXT.${WEBHOOKS_STREAM}.webhooks`,
    ],
    subscribe: [],
  },
};

/** All users of the configuration, for generating their passwords. */
export function usersOf(tenants: readonly string[]): string[] {
  return [...APP_USERS, REPLAY_USER, ...tenants];
}

/**
 * The whole server configuration: streams and apps in account APP, all others in accounts of their own, with imports of exactly the
 * permitted requests.
 */
export function accountsConfig(plan: AccountsPlan): string {
  checkTenants([...plan.tenants, ...Object.keys(plan.natsUsers ?? {})]);
  return [
    `server_name: ${plan.member?.name ?? 'admit-one'}`,
    `listen: ${quote(`${plan.host ?? '127.0.0.1'}:${plan.port}`)}`,
    `http: ${quote(`127.0.0.1:${plan.monitorPort}`)}`,
    `pid_file: ${quote(plan.pidFile)}`,
    `max_payload: ${MAX_PAYLOAD_BYTES}`,
    `jetstream { store_dir: ${quote(plan.storeDir)}, sync_interval: always }`,
    ...tlsConfig(plan.tls, plan.byCertificate === true ? ', verify_and_map: true' : ''),
    ...clusterConfig(plan.member),
    ...(plan.operatorMode ?? accountsOf(plan)),
    '',
  ].join('\n');
}

const accountsOf = (plan: AccountsPlan): string[] => [
  'system_account: SYS',
  'accounts {',
  ...systemAccount(plan),
  ...appAccount(plan),
  ...plan.tenants.flatMap((tenant) => tenantAccount(tenant, loginOf(plan, tenant))),
  ...Object.entries(plan.natsUsers ?? {}).flatMap(([tenant, key]) => tenantAccount(tenant, `nkey: ${quote(key)}`)),
  ...replayAccount(loginOf(plan, REPLAY_USER)),
  '}',
];

/** The permissions of a user of account APP. @returns undefined for the user with all permissions */
export function rightsOf(user: AppUser): Rights | undefined {
  if (user === 'provision') return undefined;
  const { subscribe, ...rights } = RIGHTS[user];
  return { ...rights, subscribe: [...subscribe, `${inboxOf(user)}.>`] };
}

/** Without a password this user does not exist. */
function systemAccount(plan: AccountsPlan): string[] {
  if (plan.passwords[RELOAD_USER] === undefined) return ['  SYS {}'];
  return [
    '  SYS {',
    `    users: [ ${userLine(plan, RELOAD_USER, { publish: [reloadSubject('*')], subscribe: [`${inboxOf(RELOAD_USER)}.>`] })} ]`,
    '  }',
  ];
}

function appAccount(plan: AccountsPlan): string[] {
  const tenants = [...plan.tenants, ...Object.keys(plan.natsUsers ?? {})];
  return [
    '  APP {',
    '    jetstream: enabled',
    '    users: [',
    ...APP_USERS.map((user) => `      ${userLine(plan, user, rightsOf(user))}`),
    '    ]',
    '    exports: [',
    ...tenants.map((tenant) => `      ${serviceExport(tenant)}`),
    ...REPLAY_EXPORTS.map((service) => `      ${service}`),
    '    ]',
    '  }',
  ];
}

function userLine(plan: AccountsPlan, user: string, rights: Rights | undefined): string {
  const login = loginOf(plan, user);
  if (rights === undefined) return `{ ${login} }`;
  const deny = rights.publishNot === undefined ? '' : `, deny: ${list(rights.publishNot)}`;
  return `{ ${login}, permissions: { publish: { allow: ${list(rights.publish)}${deny} }, subscribe: { allow: ${list(rights.subscribe)} } } }`;
}

function loginOf({ passwords, publicKeys, byCertificate }: AccountsPlan, user: string): string {
  const publicKey = publicKeys?.[user];
  if (publicKey !== undefined) return `nkey: ${quote(publicKey)}`;
  if (byCertificate === true) return `user: ${quote(user)}`;
  const password = passwords[user];
  if (password === undefined) throw new Error(`No password was given for the NATS user ${user}.`);
  return `user: ${quote(user)}, password: ${quote(password)}`;
}

function checkTenants(tenants: readonly string[]): void {
  const taken = new Set<string>([...APP_USERS, REPLAY_USER, RELOAD_USER]);
  for (const tenant of tenants) {
    if (!TENANT_NAME.test(tenant)) throw new Error(`"${tenant}" cannot be a tenant: 1 to 64 of A-Z, a-z, 0-9, _ and - are allowed.`);
    if (taken.has(tenant)) throw new Error(`"${tenant}" cannot be a tenant: the name is in use as a NATS user.`);
    taken.add(tenant);
  }
}

function list(subjects: readonly string[]): string {
  return `[${subjects.map(quote).join(', ')}]`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
