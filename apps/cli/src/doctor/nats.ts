import { isFault } from '#shared/kernel/fault.js';
import { accessOf, connectOnce, type NatsAccess } from '#shared/platform/messaging/nats.js';
import type { Environment } from '#shared/platform/process/environment.js';
import { type Lack, lacksOfAccounts, lacksOfLogins, lacksOfServer, lacksOfStreams } from '#shared/platform/topology/server-lacks.js';
import { type Finding, reasonOf } from './finding.js';

const MONITOR_MS = 3_000;
const REPLAY = 'replay';
const EDGE = 'edge';

export interface NatsChecks {
  /** Passwords by user, as `admit nats config` keeps them: all users are checked then. */
  readonly passwords?: Readonly<Record<string, string>>;
  /** The server's monitor, which alone shows how it writes to its disk. */
  readonly monitor?: string;
}

/** The server, its accounts and its streams. */
export async function checkNats(environment: Environment, { passwords, monitor }: NatsChecks): Promise<Finding[]> {
  const own = accessOf(environment, 'operator');
  const finding = (lacks: readonly Lack[]): Finding => ({ part: 'NATS', of: environment.NATS_URL, lacks });
  try {
    const accesses = passwords === undefined ? knownTo(environment, own) : accessesOf(own.servers, passwords);
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

/** The users that the environment has passwords for. */
function knownTo(
  { NATS_EDGE_USER, NATS_EDGE_PASSWORD, NATS_REPLAY_USER, NATS_REPLAY_PASSWORD }: Environment,
  own: NatsAccess,
): NatsAccess[] {
  const edge: NatsAccess = { servers: own.servers, user: NATS_EDGE_USER || EDGE, password: NATS_EDGE_PASSWORD, variables: 'NATS_EDGE' };
  const replay: NatsAccess = {
    servers: own.servers,
    user: NATS_REPLAY_USER || REPLAY,
    password: NATS_REPLAY_PASSWORD,
    variables: 'NATS_REPLAY',
  };
  return [own, edge, replay].filter((access) => access === own || access.password !== '');
}

const accessesOf = (servers: readonly string[], passwords: Readonly<Record<string, string>>): NatsAccess[] =>
  Object.entries(passwords).map(([user, password]) => ({ servers, user, password }));

const alone = (replicas: number): Lack => ({
  what: `NATS_REPLICAS is ${replicas}, and the server is no member of a cluster`,
  cure: 'start the servers as docs/operations.md, "Three nodes", shows (`npx admit nats config --member`), or set NATS_REPLICAS=1',
});

function unreachable(url: string, thrown: unknown): Lack {
  if (isFault(thrown, 'configuration')) {
    const { problems = [] } = thrown.context as { readonly problems?: readonly string[] };
    return {
      what: problems.join('; '),
      cure: 'set NODE_EXTRA_CA_CERTS to the file of the authority’s certificate, and connect by a name that is in the server’s certificate',
    };
  }
  return {
    what: `no NATS server responds at ${url} (${reasonOf(thrown)})`,
    cure: 'start the server, or correct NATS_URL; behind a firewall open the port; a server with TLS needs tls:// or nats://, one without it nats://',
  };
}

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
