import { randomUUID } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { fill, methodOf, routes } from '../../apps/purchase/src/api/http/routes.js';
import { apiKeyOf } from '../stages/selling.js';

/** An answer as an HTTP client sees it. */
export interface HttpHeard {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly replayed: boolean;
  readonly body: Readonly<Record<string, unknown>> & {
    readonly code?: string;
    readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  };
}

/** Checks that the answer is a problem in the HTTP form; the test checks which one. */
export function problemOf({ status, headers, body }: HttpHeard): HttpHeard['body'] {
  expect([status, headers.get('Content-Type')]).toEqual([body.status, 'application/problem+json; charset=utf-8']);
  expect(body).toMatchObject({ type: `urn:admit-one:problem:${body.code}`, title: expect.stringMatching(/^[A-Z].*\.$/) });
  return body;
}

export interface HttpAsked {
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A tenant's back end with nothing but HTTP. */
export class HttpCaller {
  constructor(
    readonly url: string,
    readonly tenant: string,
    /** Empty: no API key. */
    private readonly apiKey: string = apiKeyOf(tenant),
  ) {}

  static async of(app: NestFastifyApplication, tenant: string, apiKey?: string): Promise<HttpCaller> {
    return new HttpCaller((await app.getUrl()).replace('[::1]', '127.0.0.1'), tenant, apiKey);
  }

  get authorization(): Record<string, string> {
    return this.apiKey === '' ? {} : { Authorization: `Bearer ${this.apiKey}` };
  }

  async ask(method: string, path: string, { key, body, headers = {}, signal }: HttpAsked = {}): Promise<HttpHeard> {
    const bytes = body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...this.authorization,
        ...(bytes !== undefined && { 'Content-Type': 'application/json' }),
        ...(key !== undefined && { 'Idempotency-Key': key }),
        ...headers,
      },
      ...(bytes !== undefined && { body: bytes as string }),
      ...(signal && { signal }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      replayed: response.headers.get('Idempotent-Replayed') === 'true',
      body: text !== '' && /json/.test(response.headers.get('Content-Type') ?? '') ? (JSON.parse(text) as HttpHeard['body']) : {},
    };
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpHeard> {
    return this.ask('GET', path, { headers });
  }

  post(path: string, body: unknown, key: string = randomUUID(), headers: Readonly<Record<string, string>> = {}): Promise<HttpHeard> {
    return this.ask('POST', path, { body, key, headers });
  }

  open(sale: string, units: object, more: object = {}): Promise<HttpHeard> {
    const terms = { sale, name: 'Gala', units, price: { amount: '5000', currency: 'EUR' }, mint: 'on-request' };
    return this.post('/v1/sales', { ...terms, ...more }, `open-${sale}`);
  }

  place(sale: string, more: object, key?: string): Promise<HttpHeard> {
    return this.post(`/v1/sales/${sale}/orders`, { buyer: 'b-1', ...more }, key);
  }

  /** Calls an operation by its NATS name: path members are taken from the body. */
  askFor(operation: string, body: unknown, key?: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpHeard> {
    const { method, path } = addressOf(operation, isObject(body) ? body : {});
    return this.ask(method, path, { headers, ...(key !== undefined && { key }), ...(method === 'POST' && { body }) });
  }
}

/** The path value for a member absent from the body. */
const ANY: Readonly<Record<string, string>> = {
  sale: 'bad',
  order: `ord_${'a'.repeat(26)}`,
  ticket: `tkt_${'a'.repeat(26)}`,
  endpoint: 'crm',
};
const isObject = (body: unknown): body is Readonly<Record<string, unknown>> =>
  typeof body === 'object' && body !== null && !(body instanceof Uint8Array);

export function addressOf(operation: string, body: Readonly<Record<string, unknown>>): { readonly method: string; readonly path: string } {
  const route = routes().find(({ name }) => name === operation);
  if (route === undefined) throw new Error(`${operation} is not asked over HTTP`);
  const query = ('query' in route.http ? (route.http.query ?? []) : [])
    .map((part) => `?${part}=${encodeURIComponent(String(body[part]))}`)
    .join('');
  return { method: methodOf(route), path: `${fill(route.http.path, { ...ANY, ...body })}${query}` };
}
