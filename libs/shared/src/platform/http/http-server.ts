import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Answer, httpProblem } from './answer.js';
import type { TrustedProxies } from './client-address.js';
import { closeConnectionsAtEnd } from './close-connections.js';
import type { Connections } from './connections.js';
import { headersOf, send } from './reply.js';

/** The limit for all headers of a request: Node's default, explicit because it is documented. */
export const MAX_HEADER_BYTES = 16 * 1024;
/** Headers fit one packet or a few: a client that takes longer is slow on purpose. */
export const HEADERS_TIMEOUT_MS = 5_000;
/** The limit for a request to arrive: 30 KiB/s suffice for the longest body. */
export const REQUEST_TIMEOUT_MS = 15_000;
/** The interval of both timeout checks: a slow request may exceed its limit by this. */
const TIMEOUT_CHECK_MS = 1_000;
/** The limit for a connection with a request in flight but no traffic: its client does not read. Responses and heartbeats come sooner. */
export const SILENT_MS = 60_000;
/** The client's time to read a response that was written on the socket. */
const FAREWELL_MS = 1_000;
/** The idle time of a connection, longer than that of load balancers (60 s), so that they close first. */
const KEEP_ALIVE_MS = 72_000;
/** Longer than any name in a path. */
const MAX_ADDRESS_PART = 128;

/** Bytes of a body, on every route and on those where it may have more (`POST /v1/…`). */
export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly largerBodies?: ReadonlyMap<string, number>;
}

/** Nest's server with the app's limits; every response is a problem or a result of the app. */
export function createHttpAdapter(bodies: BodyLimits, connections: Connections, proxies: TrustedProxies): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: bodies.maxBodyBytes,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionTimeout: SILENT_MS,
    trustProxy: (address: string) => proxies.has(address),
    keepAliveTimeout: KEEP_ALIVE_MS,
    return503OnClosing: false, // the app sends its own problem
    forceCloseConnections: 'idle',
    http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_TIMEOUT_MS, connectionsCheckingInterval: TIMEOUT_CHECK_MS },
    routerOptions: { maxParamLength: MAX_ADDRESS_PART },
    frameworkErrors: (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) => {
      send(reply, httpProblem(error.code === 'FST_ERR_BAD_URL' ? 'request-malformed' : 'route-unknown'));
    },
    clientErrorHandler: refuseSocket,
  });
  const server = adapter.getInstance<FastifyInstance>();
  server.addHook('onRoute', (route) => {
    const larger = bodies.largerBodies?.get(`${String(route.method)} ${route.url}`);
    if (larger !== undefined) route.bodyLimit = larger;
  });
  connections.watch(server.server);
  closeConnectionsAtEnd(server);
  server.removeAllContentTypeParsers();
  // The body stays bytes: the operation parses it and rejects invalid JSON with the same problem as over NATS.
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  return adapter;
}

/** Bytes that are not HTTP never become a request: the response is written to the socket. */
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
