import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, parse } from 'node:path';
import { Fault, isFault } from '#shared/kernel/fault.js';
import { connectOnce } from '#shared/platform/messaging/nats.js';
import { accessOf, isLoginSet, type NatsAccess } from '#shared/platform/messaging/nats-login.js';
import type { Environment } from '#shared/platform/process/environment.js';
import { ROUTE_USER } from '#shared/platform/topology/cluster-config.js';
import { type Lack, lacksOfAccounts, lacksOfLogins, lacksOfServer, lacksOfStreams } from '#shared/platform/topology/server-lacks.js';
import { type Finding, reasonOf } from './finding.js';

const MONITOR_MS = 3_000;
const REPLAY = 'replay';
const EDGE = 'edge';

export interface NatsChecks {
  /** Logins of all users: passwords in a JSON file, or a folder of `<user>.nk` and `<user>.creds`. */
  readonly credentials?: string;
  /** The server's monitoring port, which alone shows how it writes to its disk. */
  readonly monitor?: string;
}

/** The server, its accounts and its streams. */
export async function checkNats(environment: Environment, { credentials, monitor }: NatsChecks): Promise<Finding[]> {
  const own = accessOf(environment, 'operator');
  const finding = (lacks: readonly Lack[]): Finding => ({ part: 'NATS', of: environment.NATS_URL, lacks });
  try {
    const accesses = credentials === undefined ? knownTo(environment, own) : accessesIn(credentials, own);
    const refused = await lacksOfLogins(accesses);
    const me = accesses.find(({ user }) => user === own.user) ?? accesses[0] ?? own;
    if (refused.length > 0) return [finding(refused)];
    const connection = await connectOnce(me, 'admit doctor');
    try {
      const isClustered = connection.info?.cluster !== undefined;
      const lacks = [
        ...(await lacksOfServer(connection, me.user)),
        ...(environment.NATS_REPLICAS > 1 && !isClustered ? [alone(environment.NATS_REPLICAS)] : []),
        ...(await lacksOfAccounts(accesses)),
        ...(monitor === undefined ? [] : await lacksOfDisk(monitor)),
      ];
      if (lacks.some(({ what }) => what.startsWith('JetStream is off'))) return [finding(lacks)];
      return [
        finding(lacks),
        { part: 'streams', of: environment.NATS_URL, lacks: await lacksOfStreams(connection, environment.NATS_REPLICAS) },
      ];
    } finally {
      await connection.close();
    }
  } catch (thrown) {
    return [finding([unreachable(environment.NATS_URL, thrown)])];
  }
}

/** The users with passwords in the environment. */
function knownTo(environment: Environment, own: NatsAccess): NatsAccess[] {
  const others = [accessOf(environment, EDGE, 'NATS_EDGE'), accessOf(environment, REPLAY, 'NATS_REPLAY')];
  return [own, ...others.filter(isLoginSet)];
}

/** The client certificate for a server that requires one is that of the environment. */
function accessesIn(path: string, { servers, cert, key }: NatsAccess): NatsAccess[] {
  const shown = { servers, ...(cert !== undefined && { cert }), ...(key !== undefined && { key }) };
  if (!statSync(path).isDirectory()) {
    const passwords = Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>);
    return passwords.filter(([user]) => user !== ROUTE_USER).map(([user, password]) => ({ ...shown, user, password }));
  }
  const accesses = readdirSync(path).flatMap((name): NatsAccess[] => {
    const { name: user, ext } = parse(name);
    const file = join(path, name);
    if (ext === '.nk') return [{ ...shown, user, password: '', nkey: file }];
    return ext === '.creds' ? [{ ...shown, user, password: '', creds: file }] : [];
  });
  if (accesses.length === 0)
    throw new Fault('configuration', { problems: [`--credentials: ${path} has no <user>.nk and no <user>.creds`] });
  return accesses;
}

const alone = (replicas: number): Lack => ({
  what: `NATS_REPLICAS is ${replicas}, and the server is no member of a cluster`,
  cure: 'start the servers as docs/operations.md, "Three nodes", shows (`npx admit nats config --member`), or set NATS_REPLICAS=1',
});

function unreachable(url: string, thrown: unknown): Lack {
  if (isFault(thrown, 'configuration')) {
    const { problems = [] } = thrown.context as { readonly problems?: readonly string[] };
    const what = problems.join('; ');
    return { what, cure: CURES.find(([pattern]) => pattern.test(what))?.[1] ?? SIGN_IN };
  }
  return {
    what: `no NATS server responds at ${url} (${reasonOf(thrown)})`,
    cure: 'start the server, or correct NATS_URL; behind a firewall open the port; a server with TLS needs tls:// or nats://, one without it nats://',
  };
}

const SIGN_IN = 'set one login as docs/operations.md, "Sign in to NATS", shows';
const CURES: readonly (readonly [RegExp, string])[] = [
  [
    /asks for a client certificate|rejects the client certificate/,
    'set NATS_CERT and NATS_KEY to a certificate of the authority that the server names, and its key',
  ],
  [
    /no TLS connection/,
    'set NODE_EXTRA_CA_CERTS to the file of the authority’s certificate, and connect by a name that is in the server’s certificate',
  ],
];

interface Varz {
  readonly jetstream?: { readonly config?: { readonly sync_always?: boolean } };
}

/** An acknowledged message is on the disk only with `sync_interval: always`. */
async function lacksOfDisk(monitor: string): Promise<Lack[]> {
  try {
    const response = await fetch(new URL('/varz', monitor), { signal: AbortSignal.timeout(MONITOR_MS) });
    const { jetstream } = (await response.json()) as Varz;
    if (jetstream?.config?.sync_always === true) return [];
    return [
      {
        what: 'sync_interval is not always: a power cut loses acknowledged orders of the last two minutes',
        cure: 'set `jetstream { …, sync_interval: always }` and restart the server',
      },
    ];
  } catch (thrown) {
    return [
      {
        what: `its monitor does not respond at ${monitor} (${reasonOf(thrown)})`,
        cure: 'set `http: "127.0.0.1:8222"`, or correct --monitor',
      },
    ];
  }
}
