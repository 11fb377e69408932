import { randomUUID } from 'node:crypto';
import { type ConnectionOptions, connect } from '@nats-io/transport-node';
import type { CallOptions } from './call-options.js';
import { followPages } from './event-pages.js';
import { type EventsOptions, followEvents, type TenantEvent } from './events.js';
import { type KeyStore, MemoryKeys } from './keys.js';
import { type MutationName, type Mutations, Operations, type Queries, type QueryName } from './operations.js';
import type { Outcome } from './outcome.js';
import { type Problem, RequestRejected } from './problem.js';
import { retryUntilSettled } from './retry.js';
import { CLOCK, type Clock, DEFAULT_RETRY_POLICY, type RetryPolicy } from './retry-policy.js';
import type { HttpAccess, OutgoingRequest, Response, Transport } from './transport.js';
import { HttpTransport } from './transports/http.js';
import { NatsTransport } from './transports/nats.js';

export interface ClientOptions {
  /** Keys are stored per tenant. */
  readonly tenant: string;
  /** Default: in memory. */
  readonly keys?: KeyStore;
  readonly retryPolicy?: Partial<RetryPolicy>;
  readonly clock?: Clock;
}

/** Sends requests to admit-one and retries until the outcome is final. One instance serves any number of concurrent calls. */
export class AdmitClient extends Operations {
  private readonly keys: KeyStore;
  private readonly retryPolicy: RetryPolicy;
  private readonly clock: Clock;
  private readonly closed = new AbortController();

  constructor(
    private readonly transport: Transport,
    private readonly options: ClientOptions,
  ) {
    super();
    this.keys = options.keys ?? new MemoryKeys();
    this.retryPolicy = { ...DEFAULT_RETRY_POLICY, ...options.retryPolicy };
    this.clock = options.clock ?? CLOCK;
  }

  /** Connects, and reconnects for ever; requests that were in flight meanwhile are retried. */
  static async overNats(server: ConnectionOptions, options: ClientOptions): Promise<AdmitClient> {
    const { servers } = server;
    // Several addresses in one text, as NATS_URL has them: the NATS client would know the last one alone.
    const addresses = typeof servers === 'string' ? { servers: servers.split(',') } : {};
    const connection = await connect({ maxReconnectAttempts: -1, ...server, ...addresses });
    return new AdmitClient(new NatsTransport(connection, options.tenant), options);
  }

  static overHttp(access: HttpAccess, options: ClientOptions): AdmitClient {
    return new AdmitClient(new HttpTransport(access), options);
  }

  /** Gives an intent a new key, for another attempt after a refusal: the refusal stays bound to the old key. */
  forget(operation: MutationName, sale: string, intent: string): Promise<void> {
    return this.keys.forget(this.intentOf(operation, sale, intent));
  }

  /**
   * The tenant's events, for ever, each once and in the order of the log: `for await (const event of client.events({ after }))`. It
   * reconnects automatically, and resumes after the last event. Over HTTP an event arrives at once, over NATS within half a second: there
   * the kit requests pages.
   * @throws RequestRejected if the service rejects the cursor or the API key
   */
  events(options: EventsOptions = {}): AsyncIterable<TenantEvent> {
    const { access } = this.transport;
    const { signal = this.closed.signal } = options;
    const until = { ...options, signal: AbortSignal.any([signal, this.closed.signal]) };
    if (access !== undefined) return followEvents(access, until, this.retryPolicy, this.clock);
    return followPages((body) => this.eventPage(body), until, this.retryPolicy, this.clock);
  }

  close(): Promise<void> {
    this.closed.abort();
    return this.transport.close();
  }

  protected async change<M extends MutationName>(
    operation: M,
    body: Mutations[M]['body'],
    options: CallOptions = {},
  ): Promise<Outcome<Mutations[M]['answer']>> {
    const proposed = options.key ?? randomUUID();
    const { intent, traceparent } = options;
    const key = intent === undefined ? proposed : await this.keys.keep(this.intentOf(operation, body.sale, intent), proposed);
    return this.ask({ operation, body, key, traceparent });
  }

  protected query<Q extends QueryName>(operation: Q, body: Queries[Q]['body']): Promise<Outcome<Queries[Q]['answer']>> {
    return this.ask({ operation, body });
  }

  private async ask<T>(request: OutgoingRequest): Promise<Outcome<T>> {
    const response = await retryUntilSettled((timeoutMs) => this.transport.request(request, timeoutMs), this.retryPolicy, this.clock);
    const keyed = request.key === undefined ? {} : { key: request.key };
    return 'lost' in response
      ? { outcome: 'unknown', reason: response.lost, ...keyed }
      : { ...outcomeOf<T>(response, request.key), ...keyed };
  }

  /** A key's scope is a tenant's sale; an intent may need one key for each operation. Tenant and sale contain no slash. */
  private intentOf(operation: MutationName, sale: string, intent: string): string {
    return `${this.options.tenant}/${sale}/${operation}/${intent}`;
  }
}

/** The service's address is wrong, not the name of a sale. */
const NOTHING_THERE = 'route-unknown';

/** @throws RequestRejected */
function outcomeOf<T>({ status, body, replayed }: Response, key: string | undefined): Outcome<T> {
  const json = JSON.parse(body) as unknown;
  if (status < 400) return { outcome: 'done', value: json as T, replayed };
  const problem = json as Problem;
  if (status === 409 || (status === 404 && problem.code !== NOTHING_THERE)) return { outcome: 'refused', problem, replayed };
  throw new RequestRejected(problem, key);
}
