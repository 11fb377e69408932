import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { WEBHOOK_PATH } from '../../apps/purchase/src/api/http/payment-webhook.js';
import { fill, routes } from '../../apps/purchase/src/api/http/routes.js';
import type { OperationName } from '../../apps/purchase/src/operations/operations.js';
import { signed } from '../payments/signing.js';
import type { Settings } from '../stack/wiring.js';

/** Longer than the service's longest answer. */
const TIMEOUT_MS = 15_000;

export type Transport = 'nats' | 'http' | 'webhook';

export interface FuzzRequest {
  readonly operation: OperationName;
  readonly body: Readonly<Record<string, unknown>>;
  readonly key: string;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Event types of the payment provider. */
const EVENT_TYPES: Readonly<Record<string, (body: FuzzRequest['body']) => string>> = {
  'payment.confirm': () => 'payment.succeeded',
  'payment.fail': () => 'payment.failed',
  'payment.refunded': () => 'payment.refunded',
  'payment.disputed': ({ status }) => `payment.dispute.${String(status)}`,
};

/** A tenant's back end and its payment provider: over NATS, HTTP and signed webhooks. */
export class TenantCaller {
  private constructor(
    private readonly connection: NatsConnection,
    private readonly settings: Settings,
    readonly tenant: string,
  ) {}

  static async of(settings: Settings): Promise<TenantCaller> {
    const { NATS_URL: servers = '', ADMIT_TENANT: tenant = '', ADMIT_NATS_USER: user = '', ADMIT_NATS_PASSWORD: pass = '' } = settings;
    const options = {
      servers: servers.split(','),
      user,
      pass,
      inboxPrefix: `_INBOX.${user}`,
      maxReconnectAttempts: -1,
      reconnectTimeWait: 100,
    };
    return new TenantCaller(await connect(options), settings, tenant);
  }

  /** Over an existing connection, such as one with its own certificate. */
  static over(connection: NatsConnection, settings: Settings): TenantCaller {
    return new TenantCaller(connection, settings, settings.ADMIT_TENANT ?? '');
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** Transports for this request. Webhook keys and callers' keys have separate namespaces, so each request stays with its kind. */
  transportsOf(operation: OperationName): readonly Transport[] {
    const isRouted = routes().some(({ name }) => name === operation);
    return ['nats', ...(isRouted ? ['http' as const] : []), ...(EVENT_TYPES[operation] === undefined ? [] : ['webhook' as const])];
  }

  /** @throws when no answer arrives in time, or the connection is lost: the outcome of the request is then unknown */
  ask(asked: FuzzRequest, transport: Transport): Promise<Answer> {
    if (transport === 'nats') return this.askNats(asked);
    return transport === 'http' ? this.askHttp(asked, AbortSignal.timeout(TIMEOUT_MS)) : this.tell(asked, AbortSignal.timeout(TIMEOUT_MS));
  }

  /** Sends the request and disconnects before the answer. */
  async askAndLeave(asked: FuzzRequest, transport: Transport, afterMs: number): Promise<void> {
    if (transport === 'nats') {
      const reply = `_INBOX.${this.settings.ADMIT_NATS_USER}.unheard`;
      this.connection.publish(`admit.${this.tenant}.${asked.operation}`, JSON.stringify(asked.body), { headers: keyed(asked.key), reply });
      return;
    }
    const left = AbortSignal.timeout(afterMs);
    await (transport === 'http' ? this.askHttp(asked, left) : this.tell(asked, left)).catch(() => undefined); // intended
  }

  private async askNats({ operation, body, key }: FuzzRequest): Promise<Answer> {
    const message = await this.connection.request(`admit.${this.tenant}.${operation}`, JSON.stringify(body), {
      headers: keyed(key),
      timeout: TIMEOUT_MS,
    });
    return { status: Number(message.headers?.get('Admit-Status')), text: message.string() };
  }

  private async askHttp({ operation, body, key }: FuzzRequest, signal: AbortSignal): Promise<Answer> {
    const route = routes().find(({ name }) => name === operation);
    if (route === undefined) throw new Error(`${operation} is not asked over HTTP`);
    const head = { authorization: `Bearer ${this.settings.ADMIT_API_KEY}`, 'content-type': 'application/json', 'idempotency-key': key };
    return this.post(fill(route.http.path, body as Record<string, string>), { headers: head, body: JSON.stringify(body) }, signal);
  }

  private tell({ operation, body, key }: FuzzRequest, signal: AbortSignal): Promise<Answer> {
    const { status: _, ...about } = body; // the type says it
    const event = { type: EVENT_TYPES[operation]?.(body), data: { tenant: this.tenant, ...about } };
    const told = { id: key, payment: String(body.payment), body: JSON.stringify(event) };
    return this.post(WEBHOOK_PATH, signed(told, [this.settings.ADMIT_WEBHOOK_SECRET ?? ''], Date.now()), signal);
  }

  private async post(path: string, request: Pick<RequestInit, 'headers' | 'body'>, signal: AbortSignal): Promise<Answer> {
    const response = await fetch(`${this.settings.HTTP_URL}${path}`, { method: 'POST', ...request, signal });
    return { status: response.status, text: await response.text() };
  }
}

function keyed(key: string): ReturnType<typeof headers> {
  const head = headers();
  head.set('Idempotency-Key', key);
  return head;
}
