import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The callbacks of a connection's unfinished requests. */
const pending = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls `over` once when a request ends: its response was given to the network, or its connection closed. Node emits no `close` for a
 * response that is queued behind another one of its connection, so this watches the connection too, with one listener for all its
 * requests.
 */
export function whenOver(socket: Socket, response: ServerResponse, over: () => void): void {
  if (socket.destroyed) {
    over();
    return;
  }
  const waiting = pending.get(socket) ?? watch(socket);
  const end = (): void => {
    if (waiting.delete(end)) over();
  };
  waiting.add(end);
  response.once('close', end);
}

function watch(socket: Socket): Set<() => void> {
  const waiting = new Set<() => void>();
  pending.set(socket, waiting);
  socket.once('close', () => {
    for (const end of waiting) end();
  });
  return waiting;
}
