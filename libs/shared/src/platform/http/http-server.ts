import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Answer, httpProblem } from './answer.js';
import type { TrustedProxies } from './client-address.js';
import { closeConnectionsAtEnd } from './close-connections.js';
import type { Connections } from './connections.js';
import { headersOf, send } from './reply.js';

/** All headers of a request together: Node's own default, said here because it is promised. */
export const MAX_HEADER_BYTES = 16 * 1024;
/** Headers fit one packet or a few: a client that takes longer sends them slowly on purpose. */
export const HEADERS_TIMEOUT_MS = 5_000;
/** A request that takes longer to arrive is given up: 14 KiB/s are enough for the longest body. */
export const REQUEST_TIMEOUT_MS = 15_000;
/** How often both are checked: the most by which a slow request outstays its time. */
const TIMEOUT_CHECK_MS = 1_000;
/** A connection with a request under way on which no byte moves is given up: its client does not read. Answers and heartbeats come sooner. */
export const SILENT_MS = 60_000;
/** After a refusal on the socket the client has this long to read it. */
const FAREWELL_MS = 1_000;
/** An idle connection is kept this long, longer than load balancers keep theirs (60 s), so that they close first. */
const KEEP_ALIVE_MS = 72_000;
/** Longer than any name that can stand in an address. */
const MAX_ADDRESS_PART = 128;

/** Nest's server with our limits, whose every word is a problem or an answer of ours. */
export function createHttpAdapter(maxBodyBytes: number, connections: Connections, proxies: TrustedProxies): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: maxBodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: SILENT_MS,
    trustProxy: (address: string) => proxies.has(address),
    keepAliveTimeout: KEEP_ALIVE_MS,
    return503OnClosing: false, // the door says so itself
    forceCloseConnections: 'idle',
    http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: TIMEOUT_CHECK_MS },
    routerOptions: { maxParamLength: MAX_ADDRESS_PART },
    frameworkErrors: (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) => {
      send(reply, httpProblem(error.code === 'FST_ERR_BAD_URL' ? 'request-malformed' : 'route-unknown'));
    },
    clientErrorHandler: refuseSocket,
  });
  const server = adapter.getInstance<FastifyInstance>();
  connections.watch(server.server);
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
  const answer = httpProblem(
    error.code === 'HPE_HEADER_OVERFLOW'
      ? 'headers-too-large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? 'request-timeout'
        : 'request-malformed',
  );
  socket.end(rawAnswer(answer));
  const timer = setTimeout(() => socket.destroy(), FAREWELL_MS); // a client that does not close would keep the connection
  socket.once('close', () => clearTimeout(timer));
}

function rawAnswer(answer: Answer): string {
  const headers = { ...headersOf(answer), 'Content-Length': `${Buffer.byteLength(answer.body)}`, Connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${answer.status} Refused`, ...lines, '', answer.body].join('\r\n');
}
