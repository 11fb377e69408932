import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** How long requests under way may take once the process stops; a decision takes 5 s at most. */
const FINISH_MS = 10_000;
/** Node closes connections that are idle at this moment; those that become so are closed by looking again. */
const LOOK_MS = 50;
/** A connection that was just made may have its first request on its way. */
const FIRST_REQUEST_MS = 500;

/** Lets a server that closes finish what it took in, and wait for no connection on which nothing is asked. */
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
    const looking = setInterval(() => server.closeIdleConnections(), LOOK_MS);
    const ending = setTimeout(() => server.closeAllConnections(), FINISH_MS);
    server.once('close', () => {
      clearTimeout(leaving);
      clearInterval(looking);
      clearTimeout(ending);
    });
    done();
  });
}
