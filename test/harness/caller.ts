import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type ConnectionOptions, connect, headers, type NatsConnection } from '@nats-io/transport-node';
import type { Broker } from '../../dev/nats/server.js';
import { waitFor } from '../../dev/processes/wait.js';

/** An answer as a NATS client sees it. */
export interface Heard {
  readonly status: number;
  readonly text: string;
  readonly replayed: boolean;
  readonly retryAfter: string;
  readonly error: string;
  readonly body: Readonly<Record<string, unknown>> & {
    readonly code?: string;
    readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  };
}

const TIMEOUT_MS = 20_000;
/** Longer than any test: on a busy machine elections and starts of processes take long. */
const RETRIES = { tries: 720, timeoutMs: 6_000, pauseMs: 250 };
/**
 * Each pause of a caller doubles up to this one. Thousands that repeat four times a second would keep a slow machine from deciding
 * anything.
 */
const LONGEST_PAUSE_MS = 2_000;
const CONNECTED_MS = 60_000;
const TRANSIENT: ReadonlySet<number> = new Set([202, 429, 500, 503]);

/** A tenant's back end with nothing but a NATS client. */
export class Caller {
  private constructor(
    readonly connection: NatsConnection,
    readonly tenant: string,
  ) {}

  static of(server: Broker, tenant: string): Promise<Caller> {
    return Caller.with(server.connection(tenant), tenant);
  }

  static async with(access: ConnectionOptions, tenant: string): Promise<Caller> {
    return new Caller(await connect({ ...access, maxReconnectAttempts: -1, reconnectTimeWait: 50 }), tenant);
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

  /** Repeats the request with the same key until the answer is final, as a caller should. */
  async askUntilSettled(what: string, body: unknown, key: string, retries = RETRIES): Promise<Heard> {
    for (let tries = 1; ; tries++) {
      try {
        const response = await this.ask(what, body, key, retries.timeoutMs);
        if (!TRANSIENT.has(response.status) && response.body.code !== 'in-progress') return response;
        if (tries === retries.tries) return response;
      } catch (thrown) {
        if (tries === retries.tries || this.connection.isClosed()) throw thrown;
      }
      await pause(Math.min(retries.pauseMs * 2 ** (tries - 1), LONGEST_PAUSE_MS));
    }
  }

  /** Resolves when the server is reachable (again): earlier requests may be lost. */
  connected(): Promise<void> {
    return waitFor(async () => (await this.connection.rtt()) >= 0, { what: `${this.tenant} reaches the server`, timeoutMs: CONNECTED_MS });
  }

  close(): Promise<void> {
    return this.connection.close();
  }
}
