import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Answer, doorProblem } from './answer.js';
import { closeConnectionsAtEnd } from './connections.js';
import { headersOf, send } from './reply.js';

/** All headers of a request together: Node's own default, said here because it is promised. */
export const MAX_HEADER_BYTES = 16 * 1024;
/** A request that takes longer to arrive is given up: nobody occupies a connection by being slow. */
const REQUEST_TIMEOUT_MS = 30_000;
/** An idle connection is kept this long, longer than load balancers keep theirs (60 s), so that they close first. */
const KEEP_ALIVE_MS = 72_000;
/** Open connections of one process: each costs some tens of kilobytes. */
const MAX_CONNECTIONS = 10_000;
/** Longer than any name that can stand in an address. */
const MAX_ADDRESS_PART = 128;

/** Nest's server with our limits, whose every word is a problem or an answer of ours. */
export function createHttpAdapter(maxBodyBytes: number): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: maxBodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    return503OnClosing: false, // the door says so itself
    forceCloseConnections: 'idle',
    http: { maxHeaderSize: MAX_HEADER_BYTES },
    routerOptions: { maxParamLength: MAX_ADDRESS_PART },
    frameworkErrors: (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) => {
      send(reply, doorProblem(error.code === 'FST_ERR_BAD_URL' ? 'request-malformed' : 'route-unknown'));
    },
    clientErrorHandler: refuseSocket,
  });
  const server = adapter.getInstance<FastifyInstance>();
  server.server.maxConnections = MAX_CONNECTIONS;
  closeConnectionsAtEnd(server);
  server.removeAllContentTypeParsers();
  // The body stays the bytes that were sent: whoever reads it refuses what is no JSON with the same words as over NATS.
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  return adapter;
}

/** What is no HTTP never becomes a request: it is answered on the socket. */
function refuseSocket(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy(error);
    return;
  }
  const answer = doorProblem(
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'headers-too-large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'request-timeout'
        : 'request-malformed',
  );
  socket.end(rawAnswer(answer));
}

function rawAnswer(answer: Answer): string {
  const headers = { ...headersOf(answer), 'Content-Length': `${Buffer.byteLength(answer.body)}`, Connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${answer.status} Refused`, ...lines, '', answer.body].join('\r\n');
}
