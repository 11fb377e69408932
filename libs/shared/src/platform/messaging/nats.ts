import { setTimeout as pause } from 'node:timers/promises';
import { connect, errors, type NatsConnection } from '@nats-io/transport-node';
import { Fault } from '../../kernel/fault.js';
import type { Environment } from '../process/environment.js';
import type { Logger } from '../process/logger.js';

/** The shortest and longest wait between two tries to reach a server that went away. */
const RECONNECT_WAIT_MS = 100;
const RECONNECT_JITTER_MS = 200;
/** A server that says nothing for two of these is gone. */
const PING_INTERVAL_MS = 5_000;
/** How long a process waits for its first connection before it says that it cannot start. */
const FIRST_CONNECT_MS = 20_000;
const FIRST_CONNECT_WAIT_MS = 250;
/** One try: a server that reads its accounts anew may leave one without a word, and the client would wait for as long as there is. */
const CONNECT_TRY_MS = 5_000;
/** A server that reads its accounts anew refuses right logins too: twice in a row, and for 0.2 s, was the most that was seen. */
const REFUSED_MS = 2_000;

export interface NatsAccess {
  readonly servers: readonly string[];
  readonly user: string;
  readonly password: string;
  /** How the variables begin that name user and password; `NATS` where it is not said. */
  readonly variables?: 'NATS' | 'NATS_EDGE' | 'NATS_REPLAY';
}

/** As whom the environment says, or as `user` where it names nobody. */
export const accessOf = ({ NATS_URL, NATS_USER, NATS_PASSWORD }: Environment, user: string): NatsAccess => ({
  servers: NATS_URL.split(','),
  user: NATS_USER || user,
  password: NATS_PASSWORD,
});

/**
 * A connection that comes back by itself for as long as the process lives. Replies come to an inbox of this user's own. For the first one a
 * server that is not there yet is waited for, and a refused login too: an app may be started just before the accounts are reloaded that it is
 * meant for. That it is refused is told at once.
 */
export function connectNats(access: NatsAccess, name: string, logger?: Logger): Promise<NatsConnection> {
  let told = false;
  return firstConnection(access, name, (refusal) => {
    if (!told) logger?.error({ err: refusal }, `NATS refuses the login of ${access.user}: it is tried again for ${FIRST_CONNECT_MS} ms`);
    told = true;
  });
}

/** The same for a command: a server that is not there yet is waited for, but of a refused login whoever waits is told at once. */
export function connectForCommand(access: NatsAccess, name: string): Promise<NatsConnection> {
  let since: number | undefined;
  return firstConnection(access, name, (refusal) => {
    since ??= performance.now();
    if (performance.now() - since > REFUSED_MS) throw refusal;
  });
}

async function firstConnection(access: NatsAccess, name: string, refused: (refusal: Fault) => void): Promise<NatsConnection> {
  const deadline = performance.now() + FIRST_CONNECT_MS;
  for (;;) {
    const fault = await connectOnce(access, name).catch((cause: unknown) => faultOf(access, cause));
    if (!(fault instanceof Fault)) return fault;
    if (performance.now() > deadline || isDistrusted(fault)) throw fault;
    if (fault.kind === 'terminal') refused(fault);
    await pause(FIRST_CONNECT_WAIT_MS);
  }
}

const connectOnce = ({ servers, user, password }: NatsAccess, name: string): Promise<NatsConnection> =>
  connect({
    servers: [...servers],
    user,
    pass: password,
    name,
    inboxPrefix: `_INBOX.${user}`,
    timeout: CONNECT_TRY_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_JITTER_MS,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: 2,
    noAsyncTraces: true,
    ignoreAuthErrorAbort: true,
  });

/** What Node says of a certificate that it does not accept, and of a server that does not speak TLS as it should. */
const TLS_CODE = /^(?:CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/;

const isDistrusted = ({ cause }: Fault): boolean => tlsCodeOf(cause) !== undefined;

function tlsCodeOf(thrown: unknown): string | undefined {
  for (let inner = thrown; inner instanceof Error; inner = inner.cause) {
    const { code } = inner as { readonly code?: unknown };
    if (typeof code === 'string' && TLS_CODE.test(code)) return code;
  }
  return undefined;
}

/** A server that had no time to ask for the login says something of the same kind, but refuses nobody. */
function faultOf({ servers, user, password, variables = 'NATS' }: NatsAccess, cause: unknown): Fault {
  const isRefused = cause instanceof errors.AuthorizationError && /violation/i.test(cause.message);
  const code = tlsCodeOf(cause);
  if (code !== undefined) {
    const problems = [
      `NATS_URL: no TLS connection to ${servers.join(', ')} (${code}). NODE_EXTRA_CA_CERTS names the certificate of an authority of your own`,
    ];
    return new Fault('configuration', { problems, servers }, { cause });
  }
  if (!isRefused) return new Fault('log-unreachable', { servers, user }, { cause });
  const how = password === '' ? 'without a password' : 'with this password';
  return new Fault(
    'configuration',
    { problems: [`${variables}_USER, ${variables}_PASSWORD: ${user} is refused ${how}`], servers },
    { cause },
  );
}
