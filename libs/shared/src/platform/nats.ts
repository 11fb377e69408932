import { connect, type NatsConnection } from '@nats-io/transport-node';
import { Fault } from '../kernel/fault.js';

/** The shortest and longest wait between two tries to reach a server that went away. */
const RECONNECT_WAIT_MS = 100;
const RECONNECT_JITTER_MS = 200;
/** A server that says nothing for two of these is gone. */
const PING_INTERVAL_MS = 5_000;
/** How long a process waits for its first connection before it says that it cannot start. */
const FIRST_CONNECT_MS = 20_000;
const FIRST_CONNECT_WAIT_MS = 250;

export interface NatsAccess {
  readonly servers: readonly string[];
  readonly user: string;
  readonly password: string;
}

/** A connection that comes back by itself for as long as the process lives. Replies come to an inbox of this user's own. */
export async function connectNats(access: NatsAccess, name: string): Promise<NatsConnection> {
  const deadline = Date.now() + FIRST_CONNECT_MS;
  for (;;) {
    try {
      return await connect({
        servers: [...access.servers],
        user: access.user,
        pass: access.password,
        name,
        inboxPrefix: `_INBOX.${access.user}`,
        maxReconnectAttempts: -1,
        reconnectTimeWait: RECONNECT_WAIT_MS,
        reconnectJitter: RECONNECT_JITTER_MS,
        pingInterval: PING_INTERVAL_MS,
        maxPingOut: 2,
        noAsyncTraces: true,
        ignoreAuthErrorAbort: true,
      });
    } catch (cause) {
      if (Date.now() > deadline) throw new Fault('log-unreachable', { servers: access.servers, user: access.user }, { cause });
      await new Promise((resolve) => setTimeout(resolve, FIRST_CONNECT_WAIT_MS));
    }
  }
}
