import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Enough to find two free neighbouring ports on a busy machine; each try costs a millisecond. */
const MAX_TRIES = 50;

/** web3.js expects the websocket one port above the HTTP port. With port 0 this searches for a free pair. */
export async function listenPair(http: Server, websocket: Server, host: string, port: number): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const first = await listen(http, host, port);
    try {
      await listen(websocket, host, first + 1);
      return first;
    } catch (cause) {
      await close(http);
      if (port !== 0 || attempt === MAX_TRIES) throw cause;
    }
  }
}

/** Returns the port that it listens on. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (cause: Error) => reject(new Error(`cannot listen on ${host}:${port}: ${cause.message}`, { cause }));
    server.once('error', fail);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', fail);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Closes without waiting for clients that keep connections open. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((cause) => (cause === undefined ? resolve() : reject(cause)));
    server.closeAllConnections();
  });
}
