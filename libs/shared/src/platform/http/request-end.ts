import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** What is to be called for the requests of a connection that are not over yet. */
const pending = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls `over` once when a request is over: its answer was handed to the network, or its connection is gone. Node emits no `close` for a
 * response that still waits behind another one of its connection, so the connection is watched as well, with one listener for all of them.
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
