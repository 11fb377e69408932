import { ADDRESSES } from '../operations.js';
import type { NoResponse, OutgoingRequest, Response, Transport } from '../transport.js';

export interface HttpAccess {
  /** Where the service listens, such as `https://tickets.example`. */
  readonly url: string;
  readonly apiKey: string;
}

/** The same requests over HTTP, where the network between lets nothing else through. */
export class HttpTransport implements Transport {
  constructor(private readonly access: HttpAccess) {}

  async request(asked: OutgoingRequest, timeoutMs: number): Promise<Response | NoResponse> {
    const [method, url] = this.routeOf(asked);
    const body = method === 'GET' ? {} : { body: JSON.stringify(asked.body) };
    return hear(url, { method, headers: this.headersOf(asked, method), ...body }, timeoutMs);
  }

  async close(): Promise<void> {
    // fetch keeps its connections by itself and lets idle ones go
  }

  private routeOf({ operation, body }: OutgoingRequest): readonly [method: string, url: string] {
    const [method, address] = ADDRESSES[operation] ?? [];
    if (method === undefined || address === undefined)
      throw new Error(`${operation} is not asked over HTTP: a trusted back end asks it over NATS`);
    const said = body as Readonly<Record<string, unknown>>; // members in the address are sent in the body too
    const path = address.replace(/:([a-z]+)/g, (_, name: string) => encodeURIComponent(String(said[name])));
    return [method, `${this.access.url.replace(/\/$/, '')}${path}`];
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

/** What comes back, or why nothing did. */
export async function hear(url: string, request: RequestInit, timeoutMs: number): Promise<Response | NoResponse> {
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(timeoutMs), redirect: 'manual' });
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

/** Seconds or a date (RFC 9110); what is neither is not heeded. */
export function retryAfterMs(value: string | null, now: () => number = Date.now): number | undefined {
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now();
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0);
}

/** fetch says "fetch failed" and has the reason as its cause. By shape: not every runtime throws errors of this realm. */
function messagesOf(thrown: unknown): string {
  const { message, cause } = thrown as { readonly message?: string; readonly cause?: { readonly message?: string } };
  return [message ?? String(thrown), cause?.message].filter((part) => part !== undefined && part !== '').join(': ');
}
