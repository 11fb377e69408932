import { serviceExport, tenantAccount } from '../tenants/nats-account.js';
import { CONSUMERS } from './consumers.js';
import { REPLAY_CONSUMER, REPLAY_EXPORTS, REPLAY_USER, replayAccount } from './replay-account.js';
import { SNAPSHOTS_BUCKET, SNAPSHOTS_STREAM, TENANTS_STREAM, TENANTS_SUBJECTS } from './streams.js';

/** The users of account APP, where the streams live. Tenants and replay have accounts of their own. */
export const APP_USERS = ['provision', 'operator', 'edge', 'purchase', 'minter', 'ledger'] as const;
export type AppUser = (typeof APP_USERS)[number];

const LEDGER_CONSUMER = 'ledger';

const MAX_PAYLOAD_BYTES = 4 * 1024 * 1024; // a body twice the largest we accept still gets an answer instead of a disconnect
const TENANT_NAME = /^[A-Za-z0-9_-]{1,64}$/;

export interface AccountsPlan {
  /** Tenants whose user has a password. */
  readonly tenants: readonly string[];
  /** Tenants whose connections sign with a key: its public half. */
  readonly natsUsers?: Readonly<Record<string, string>>;
  readonly passwords: Readonly<Record<string, string>>;
  readonly storeDir: string;
  readonly port: number;
  readonly monitorPort: number;
  readonly pidFile: string;
  readonly host?: string;
  readonly member?: ClusterMember;
}

/** A server's place among others that are one log. All of them have the same accounts; their routes carry a password of their own. */
export interface ClusterMember {
  readonly name: string;
  readonly port: number;
  /** Where it finds the others. One that leads back to itself is passed over by the server. */
  readonly routes: readonly number[];
  readonly password: string;
  /** What servers tell each other of where this one is. A port where nobody listens keeps them to the routes they were given. */
  readonly advertise?: number;
}

interface Rights {
  readonly publish: readonly string[];
  readonly publishNot?: readonly string[];
  readonly subscribe: readonly string[];
}

export function inboxOf(user: string): string {
  return `_INBOX.${user}`;
}

// Folding EVENTS needs ordered consumers, which are made and dropped on the fly. That right reaches every consumer of the stream,
// so the ones that provision prepared, whose place in the log must not be lost, are taken out again.
const CHANGES = ['CREATE', 'DELETE'].map((verb) => `$JS.API.CONSUMER.${verb}.EVENTS`);
const FOLD_EVENTS = [...CHANGES.map((change) => `${change}.>`), '$JS.API.STREAM.MSG.GET.EVENTS'];
const PREPARED = CONSUMERS.filter(({ stream }) => stream === 'EVENTS').map(({ config }) => config.durable_name);
const CHANGE_PREPARED = PREPARED.flatMap((name) => CHANGES.flatMap((change) => [`${change}.${name}`, `${change}.${name}.>`]));
// Who is let in is read by walking the bucket, for which no consumer is needed.
const READ_TENANTS = `$JS.API.STREAM.MSG.GET.${TENANTS_STREAM}`;
// Every app compares all streams and consumers with the wanted ones when it starts.
const LOOK = ['$JS.API.INFO', '$JS.API.STREAM.INFO.>', '$JS.API.CONSUMER.INFO.>'];

// What was buried is looked through, sent once more past the one message per subject that COMMANDS keeps, and its end is written down.
const REDRIVE = [
  ...['DEAD', 'COMMANDS', 'MINTS'].map((stream) => `$JS.API.STREAM.MSG.GET.${stream}`),
  '$JS.API.STREAM.MSG.DELETE.COMMANDS',
  'cmd.>',
  'mint.>',
  'dead.closed.*',
];

// Whether an event that the ledger cannot apply goes to suspense, an operator decides: nobody else may write that down, and an operator no more.
const DECIDE_ON_LEDGER = 'ev.*.ledger.*';

// A backup is the server's own snapshot of a stream; each chunk of it is acknowledged.
const BACK_UP = ['$JS.API.STREAM.SNAPSHOT.>', '$JS.SNAPSHOT.ACK.>'];

/** Acks carry the stream and consumer, in newer servers after a domain and an account hash. */
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
      ...REDRIVE,
      ...BACK_UP,
      DECIDE_ON_LEDGER,
      `$JS.API.CONSUMER.RESET.EVENTS.${REPLAY_CONSUMER}`, // a replay reads from the first event; it cannot rewind itself
    ],
    subscribe: [],
  },
  // Answers callers, whose reply subjects it must trust: so it may publish where answers go, and nowhere else.
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
      'dead.>',
      '$JS.ACK.>',
      '$JS.FC.>',
      `${inboxOf('purchase')}.>`,
      '$JS.API.STREAM.MSG.GET.COMMANDS',
      '$JS.API.STREAM.MSG.GET.DEAD', // whether a command was set aside
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
      '$JS.API.CONSUMER.CREATE.MINTS.*.mint.>', // the queue of a tenant, made when the tenant is seen first
      '$JS.API.CONSUMER.MSG.NEXT.MINTS.>',
      '$JS.API.CONSUMER.MSG.NEXT.EVENTS.>',
    ],
    publishNot: [...CHANGE_PREPARED, ...acks(`EVENTS.${LEDGER_CONSUMER}`)],
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
};

/** Every user the configuration knows, for whoever makes their passwords. */
export function usersOf(tenants: readonly string[]): string[] {
  return [...APP_USERS, REPLAY_USER, ...tenants];
}

/** The whole server configuration: streams and apps in APP, everybody else outside, tied to it by exactly what they may ask. */
export function accountsConfig(plan: AccountsPlan): string {
  checkTenants([...plan.tenants, ...Object.keys(plan.natsUsers ?? {})]);
  return [
    `server_name: ${plan.member?.name ?? 'admit-one'}`,
    `listen: ${quote(`${plan.host ?? '127.0.0.1'}:${plan.port}`)}`,
    `http: ${quote(`127.0.0.1:${plan.monitorPort}`)}`,
    `pid_file: ${quote(plan.pidFile)}`,
    `max_payload: ${MAX_PAYLOAD_BYTES}`,
    `jetstream { store_dir: ${quote(plan.storeDir)}, sync_interval: always }`,
    ...clusterConfig(plan.member),
    'system_account: SYS',
    'accounts {',
    '  SYS {}',
    ...appAccount(plan),
    ...plan.tenants.flatMap((tenant) => tenantAccount(tenant, loginOf(plan, tenant))),
    ...Object.entries(plan.natsUsers ?? {}).flatMap(([tenant, key]) => tenantAccount(tenant, `nkey: ${quote(key)}`)),
    ...replayAccount(loginOf(plan, REPLAY_USER)),
    '}',
    '',
  ].join('\n');
}

/** On loopback: routes between machines want TLS beside the password. */
function clusterConfig(member: ClusterMember | undefined): string[] {
  if (member === undefined) return [];
  const { port, routes, password, advertise } = member;
  return [
    'cluster {',
    '  name: admit-one',
    `  listen: ${quote(`127.0.0.1:${port}`)}`,
    ...(advertise === undefined ? [] : [`  advertise: ${quote(`127.0.0.1:${advertise}`)}`]),
    `  authorization { user: route, password: ${quote(password)} }`,
    `  routes: ${list(routes.map((route) => `nats://route:${password}@127.0.0.1:${route}`))}`,
    '}',
  ];
}

function appAccount(plan: AccountsPlan): string[] {
  const tenants = [...plan.tenants, ...Object.keys(plan.natsUsers ?? {})];
  return [
    '  APP {',
    '    jetstream: enabled',
    '    users: [',
    ...APP_USERS.map((user) => `      ${userLine(plan, user, user === 'provision' ? undefined : RIGHTS[user])}`),
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
  const subscribe = list([...rights.subscribe, `${inboxOf(user)}.>`]);
  return `{ ${login}, permissions: { publish: { allow: ${list(rights.publish)}${deny} }, subscribe: { allow: ${subscribe} } } }`;
}

function loginOf({ passwords }: AccountsPlan, user: string): string {
  const password = passwords[user];
  if (password === undefined) throw new Error(`No password was given for the NATS user ${user}.`);
  return `user: ${quote(user)}, password: ${quote(password)}`;
}

function checkTenants(tenants: readonly string[]): void {
  const taken = new Set<string>([...APP_USERS, REPLAY_USER]);
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
