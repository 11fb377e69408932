/** Transport faults: the response comes from a failing node, proxy or network, and the call is not executed. */
import { z } from 'zod';
import { type Fault, fault } from './fault.js';

const HTML = '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>';

export const transportFaults: readonly Fault[] = [
  fault('too-many-requests', null, { retryAfterSeconds: z.number().int().nonnegative().default(1) }, (_call, { retryAfterSeconds }) => ({
    kind: 'http',
    status: 429,
    headers: { 'content-type': 'application/json', 'retry-after': String(retryAfterSeconds) },
    body: JSON.stringify({ jsonrpc: '2.0', error: { code: 429, message: 'Too many requests for a specific RPC call' }, id: null }),
  })),

  fault('html', null, { status: z.number().int().min(200).max(599).default(200) }, (_call, { status }) => ({
    kind: 'http',
    status,
    headers: { 'content-type': 'text/html' },
    body: HTML,
  })),

  fault('never-answers', null, {}, () => ({ kind: 'silence' })),
];
