import type { NatsConnection } from '@nats-io/transport-node';
import { reloadSubject } from '#shared/platform/topology/accounts.js';
import { waitFor } from '../processes/wait.js';

const PROBE_MS = 2_000;
const RELOAD_MS = 60_000; // a busy machine delays every answer
const RELOADS = 2; // an account's imports work only from the reload after the one that added them (measured with 2.15.1)

/** A server that may exit and restart as another process at any time. */
export interface RunningServer {
  readonly pid: number | undefined;
  readonly monitorUrl: string;
}

/** Makes a server reload its configuration, including accounts. A stopped server reads it at its next start. */
export async function reloadServer(server: RunningServer): Promise<void> {
  for (let reloads = 0; reloads < RELOADS; reloads++) await reloadOnce(server);
}

/** The same over a connection of the user that may: from another container, which cannot send a signal. @throws Error with the server's reason */
export async function reloadOverNats(connection: NatsConnection): Promise<void> {
  for (let reloads = 0; reloads < RELOADS; reloads++) {
    const answer = await connection.request(reloadSubject(connection.info?.server_id ?? ''), '', { timeout: RELOAD_MS });
    const { error } = answer.json<{ readonly error?: { readonly description?: string } }>();
    if (error !== undefined) throw new Error(`NATS did not reload its configuration: ${error.description}`);
  }
}

async function reloadOnce(server: RunningServer): Promise<void> {
  const { pid, monitorUrl } = server;
  if (pid === undefined) return;
  let before: unknown;
  const isKnown = async (): Promise<boolean> => {
    if (server.pid === pid) before = await loadedAt(monitorUrl); // without it any later answer would count as a reload
    return true;
  };
  await waitFor(isKnown, { what: 'NATS reports when it read its configuration', timeoutMs: RELOAD_MS });
  if (server.pid === pid) process.kill(pid, 'SIGHUP');
  const done = async (): Promise<boolean> => server.pid !== pid || (await loadedAt(monitorUrl)) !== before;
  await waitFor(done, { what: 'NATS reloads its configuration', timeoutMs: RELOAD_MS });
}

async function loadedAt(monitorUrl: string): Promise<unknown> {
  const answer = await fetch(`${monitorUrl}/varz`, { signal: AbortSignal.timeout(PROBE_MS) });
  return ((await answer.json()) as { readonly config_load_time?: unknown }).config_load_time;
}
