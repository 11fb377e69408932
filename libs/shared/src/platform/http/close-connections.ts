import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** The time for requests in flight after a stop; a decision takes 5 s at most. */
const FINISH_MS = 10_000;
/** Node closes only connections that are idle at this moment; this interval closes those that become idle later. */
const POLL_MS = 50;
/** A new connection may have its first request on its way. */
const FIRST_REQUEST_MS = 500;

/** On shutdown, finishes accepted requests and closes connections without requests. */
export function closeConnectionsAtEnd(fastify: FastifyInstance): void {
  const { server } = fastify;
  const unasked = new Set<Socket>();
  server.on('connection', (socket) => {
    unasked.add(socket);
    socket.once('close', () => unasked.delete(socket));
  });
  server.on('request', ({ socket }) => unasked.delete(socket));
  fastify.addHook('preClose', (done) => {
    const leaving = setTimeout(() => {
      for (const socket of unasked) socket.destroy();
    }, FIRST_REQUEST_MS);
    const looking = setInterval(() => server.closeIdleConnections(), POLL_MS);
    const ending = setTimeout(() => server.closeAllConnections(), FINISH_MS);
    server.once('close', () => {
      clearTimeout(leaving);
      clearInterval(looking);
      clearTimeout(ending);
    });
    done();
  });
}
