import { setTimeout as pause } from 'node:timers/promises';
import { connect, errors, type NatsConnection } from '@nats-io/transport-node';
import { Fault } from '../../kernel/fault.js';
import type { Logger } from '../process/logger.js';
import { rejectedCertificate } from './client-certificate.js';
import { describeLogin, type NatsAccess, signIn } from './nats-login.js';

/** The shortest and longest pause between attempts to reconnect. */
const RECONNECT_WAIT_MS = 100;
const RECONNECT_JITTER_MS = 200;
/** A server that stays silent for two intervals counts as down. */
const PING_INTERVAL_MS = 5_000;
/** The time limit for a process's first connection. */
const FIRST_CONNECT_MS = 20_000;
const FIRST_CONNECT_WAIT_MS = 250;
/** One attempt: a server that reloads its accounts may never respond, and the client has no limit of its own. */
const CONNECT_TRY_MS = 5_000;
/** A server that reloads its accounts also rejects valid logins: at most twice in a row, and for 0.2 s, as measured. */
const REFUSED_MS = 2_000;

/**
 * A connection that reconnects for as long as the process runs. Replies arrive in an inbox of its own user. The first connection waits
 * for a server that is down, and also for a rejected login, because an app may start just before its account is loaded. A rejected login
 * is logged at once.
 */
export function connectNats(access: NatsAccess, name: string, logger?: Logger): Promise<NatsConnection> {
  let isLogged = false;
  return firstConnection(access, name, (refusal) => {
    if (!isLogged)
      logger?.error({ err: refusal }, `NATS refuses the login of ${access.user}: it is tried again for ${FIRST_CONNECT_MS} ms`);
    isLogged = true;
  });
}

/** The same for a command: it waits for a server that is down, but a rejected login fails at once. */
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
    const fault = await connectOnce(access, name).catch((thrown: unknown) => thrown as Fault);
    if (!(fault instanceof Fault)) return fault;
    if (performance.now() > deadline || isHopeless(fault)) throw fault;
    if (fault.kind === 'terminal') refused(fault);
    await pause(FIRST_CONNECT_WAIT_MS);
  }
}

/** One attempt. @throws Fault `configuration` for a rejected login or certificate, else `log-unreachable` */
export async function connectOnce(access: NatsAccess, name: string): Promise<NatsConnection> {
  const login = signIn(access);
  return connect({
    ...login,
    servers: [...access.servers],
    name,
    inboxPrefix: `_INBOX.${access.user}`,
    timeout: CONNECT_TRY_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT_MS,
    reconnectJitter: RECONNECT_JITTER_MS,
    pingInterval: PING_INTERVAL_MS,
    maxPingOut: 2,
    noAsyncTraces: true,
    ignoreAuthErrorAbort: true,
  }).catch(async (cause: unknown) => {
    const fault = faultOf(access, cause);
    const rejected = fault.kind === 'terminal' ? undefined : await rejectedCertificate(access);
    throw rejected === undefined ? fault : new Fault('configuration', { problems: [rejected], servers: access.servers }, { cause });
  });
}

/** Node's error codes for a rejected certificate, and for a server that fails the TLS handshake. */
const TLS_CODE = /^(?:CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/;

/** Also where a file of the login is unusable: no server was asked. */
const isHopeless = ({ kind, cause }: Fault): boolean => tlsCodeOf(cause) !== undefined || (kind === 'terminal' && cause === undefined);

function tlsCodeOf(thrown: unknown): string | undefined {
  for (let inner = thrown; inner instanceof Error; inner = inner.cause) {
    const { code } = inner as { readonly code?: unknown };
    if (typeof code === 'string' && TLS_CODE.test(code)) return code;
  }
  return undefined;
}

/** A server that had no time to ask for the login reports a similar error, but rejected no login. */
function faultOf(access: NatsAccess, cause: unknown): Fault {
  const { servers, user } = access;
  const isRefused = cause instanceof errors.AuthorizationError && /violation/i.test(cause.message);
  const code = tlsCodeOf(cause);
  if (code !== undefined) {
    const problems = [
      `NATS_URL: no TLS connection to ${servers.join(', ')} (${code}). NODE_EXTRA_CA_CERTS names the certificate of an authority of your own`,
    ];
    return new Fault('configuration', { problems, servers }, { cause });
  }
  if (!isRefused) return new Fault('log-unreachable', { servers, user }, { cause });
  return new Fault('configuration', { problems: [describeLogin(access)], servers }, { cause });
}

/** Sends what is buffered and closes. Without a server nothing can be sent: the connection closes, and no longer tries to reconnect. */
export async function endConnection(connection: NatsConnection): Promise<void> {
  await connection.drain().catch(() => connection.close());
}
