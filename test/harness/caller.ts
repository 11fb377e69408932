import { randomUUID } from 'node:crypto';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import type { NatsServer } from '../../dev/nats/server.js';
import { waitFor } from '../../dev/processes/wait.js';

/** An answer as a NATS client sees it. */
export interface Heard {
  readonly status: number;
  readonly text: string;
  readonly replayed: boolean;
  readonly retryAfter: string;
  readonly error: string;
  readonly body: Readonly<Record<string, unknown>> & { readonly code?: string; readonly errors?: readonly { readonly pointer: string; readonly detail: string }[] };
}

const TIMEOUT_MS = 20_000;

/** A tenant's back end with nothing but a NATS client. */
export class Caller {
  private constructor(
    readonly connection: NatsConnection,
    readonly tenant: string,
  ) {}

  static async of(server: NatsServer, tenant: string): Promise<Caller> {
    return new Caller(await connect({ ...server.connection(tenant), maxReconnectAttempts: -1, reconnectTimeWait: 50 }), tenant);
  }

  async ask(what: string, body: unknown, key?: string, timeoutMs = TIMEOUT_MS): Promise<Heard> {
    const head = headers();
    if (key !== undefined) head.set('Idempotency-Key', key);
    const payload = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    const message = await this.connection.request(`admit.${this.tenant}.${what}`, payload, { headers: head, timeout: timeoutMs });
    const text = message.string();
    return {
      status: Number(message.headers?.get('Admit-Status')),
      text,
      replayed: message.headers?.get('Idempotent-Replayed') === 'true',
      retryAfter: message.headers?.get('Retry-After') ?? '',
      error: message.headers?.get('Nats-Service-Error') ?? '',
      body: JSON.parse(text) as Heard['body'],
    };
  }

  open(sale: string, units: object, more: object = {}): Promise<Heard> {
    const terms = { sale, name: 'Gala', units, price: { amount: '5000', currency: 'EUR' }, mint: 'on-request', ...more };
    return this.ask('sale.open', terms, `open-${sale}`);
  }

  place(sale: string, more: object, key: string = randomUUID()): Promise<Heard> {
    return this.ask('order.place', { sale, buyer: 'b-1', ...more }, key);
  }

  /** Resolves when the server can be reached (again): what is asked before may be lost on the way. */
  connected(): Promise<void> {
    return waitFor(async () => (await this.connection.rtt()) >= 0, { what: `${this.tenant} reaches the server`, timeoutMs: TIMEOUT_MS });
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
