import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Answer } from './rpc-dispatch.js';

/** 256 signatures or 100 addresses a call, a thousand calls a batch, with room. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;
/** Longer than the idle time of common clients, so that the client closes an idle connection, not the server. */
const KEEP_ALIVE_MS = 65_000;

export interface Routes {
  readonly rpc: (body: string) => Promise<Answer>;
  readonly control: (request: string, body: string) => Answer;
}

export function serveHttp(server: Server, routes: Routes): void {
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    handle(routes, request, response).catch((cause: unknown) => {
      if (request.destroyed) return; // The caller disconnected while its body was read: no response is needed.
      console.error('local solana: request failed', cause);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
}

async function handle(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const answer = await route(routes, request);
  if (answer === null || response.destroyed) return;
  response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(answer.body) }).end(answer.body);
}

async function route(routes: Routes, request: IncomingMessage): Promise<Answer> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const body = await readBody(request);
  if (body === null) return plain(413, `body above ${MAX_BODY_BYTES} bytes`);
  if (path.startsWith('/control')) return routes.control(`${request.method} ${path}`, body);
  if (path === '/health' && request.method === 'GET') return plain(200, 'ok');
  if (request.method !== 'POST') return plain(405, 'Used HTTP Method is not allowed. POST is required');
  return routes.rpc(body);
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function plain(status: number, body: string): Answer {
  return { status, headers: { 'content-type': 'text/plain' }, body };
}
