import { ADDRESSES } from '../operations.js';
import type { HttpAccess, NoResponse, OutgoingRequest, Response, Transport } from '../transport.js';

/** The same requests over HTTP, for networks that permit nothing else. */
export class HttpTransport implements Transport {
  constructor(readonly access: HttpAccess) {}

  async request(asked: OutgoingRequest, timeoutMs: number): Promise<Response | NoResponse> {
    const [method, url] = this.routeOf(asked);
    const body = method === 'GET' ? {} : { body: JSON.stringify(asked.body) };
    return send(url, { method, headers: this.headersOf(asked, method), ...body }, timeoutMs);
  }

  async close(): Promise<void> {
    // fetch pools its connections and closes idle ones itself
  }

  private routeOf({ operation, body }: OutgoingRequest): readonly [method: string, url: string] {
    const [method, address] = ADDRESSES[operation] ?? [];
    if (method === undefined || address === undefined)
      throw new Error(`${operation} is not available over HTTP: a trusted back end sends it over NATS`);
    const said = body as Readonly<Record<string, unknown>>; // members in the address are sent in the body too
    const [path = '', query = ''] = address.split('?');
    const filled = (text: string): string => text.replace(/:([a-z]+)/g, (_, name: string) => encodeURIComponent(String(said[name])));
    const members = query.split('&').filter((member) => said[member.split('=', 1)[0] ?? ''] !== undefined);
    return [method, `${this.access.url.replace(/\/$/, '')}${filled(path)}${members.length === 0 ? '' : `?${filled(members.join('&'))}`}`];
  }

  private headersOf({ key, traceparent }: OutgoingRequest, method: string): Record<string, string> {
    return {
      Authorization: `Bearer ${this.access.apiKey}`,
      Accept: 'application/json, application/problem+json',
      ...(method === 'POST' && { 'Content-Type': 'application/json' }),
      ...(key !== undefined && { 'Idempotency-Key': key }),
      ...(traceparent !== undefined && { traceparent }),
    };
  }
}

/** Sends a request; returns the response or the reason for its absence. */
export async function send(url: string, request: RequestInit, timeoutMs: number): Promise<Response | NoResponse> {
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(Math.ceil(timeoutMs)), redirect: 'manual' });
    return {
      status: response.status,
      body: await response.text(),
      replayed: response.headers.get('Idempotent-Replayed') === 'true',
      retryAfterMs: retryAfterMs(response.headers.get('Retry-After')),
    };
  } catch (thrown) {
    return { lost: messagesOf(thrown) };
  }
}

/** Seconds or a date (RFC 9110); other values are ignored. */
export function retryAfterMs(value: string | null, now: () => number = Date.now): number | undefined {
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now();
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0);
}

/** fetch reports "fetch failed" and keeps the reason in `cause`. Checked by shape: some runtimes throw errors of another realm. */
function messagesOf(thrown: unknown): string {
  const { message, cause } = thrown as { readonly message?: string; readonly cause?: { readonly message?: string } };
  return [message ?? String(thrown), cause?.message].filter((part) => part !== undefined && part !== '').join(': ');
}
