import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { type ControlServer, listenForOrders } from './control.js';
import { DEFAULT_RETRIES, type Delivery, deliver, type Endpoint, type Retries } from './delivery.js';
import type { PaymentEvent, PaymentOrder, PaymentOutcome, WebhookFault, WebhookFaults } from './event.js';
import { newSecret } from './signing.js';
import { stripeEvent } from './stripe.js';

export interface ProviderOptions {
  /** Target of the events, such as `http://127.0.0.1:3000/v1/webhooks/payments`. */
  readonly webhookUrl: string;
  /** `whsec_…`; generated if absent. */
  readonly secret?: string;
  /** Port of the HTTP control; a free one by default. */
  readonly port?: number;
  readonly retries?: Partial<Retries>;
  /** The provider whose events it sends. Absent: one that follows Standard Webhooks. */
  readonly form?: 'stripe';
}

/** The order in which held events are released. */
export type Turn = 'as-sent' | 'reversed' | 'shuffled';

type Job = { readonly event: PaymentEvent; readonly delivery: Delivery };

/** Beyond this number the oldest deliveries are dropped, so that a demo that runs for weeks keeps bounded memory. */
const MAX_REMEMBERED = 100_000;

/**
 * A payment provider for tests and demos. It takes no money and reports payments to a webhook. On request it sends duplicates, delays, reorders
 * or falsifies events.
 */
export class PaymentProvider {
  private readonly remembered: Delivery[] = [];
  private readonly underway = new Set<Promise<void>>();
  private held: Job[] = [];
  private readonly stopping = new AbortController();
  private secrets: readonly string[];
  private webhookUrl: string;
  private control: ControlServer | undefined;

  constructor(private readonly options: ProviderOptions) {
    this.secrets = [options.secret ?? newSecret()];
    this.webhookUrl = options.webhookUrl;
    setMaxListeners(0, this.stopping.signal); // every delivery in flight adds a listener; many listeners are no leak
  }

  async listen(): Promise<this> {
    this.control = await listenForOrders(this, this.options.port ?? 0);
    return this;
  }

  /** URL of the HTTP control. */
  get url(): string {
    if (this.control === undefined) throw new Error('the provider does not listen');
    return this.control.url;
  }

  get secret(): string {
    return this.secrets[0] ?? '';
  }

  get deliveries(): readonly Delivery[] {
    return this.remembered;
  }

  pay(order: PaymentOrder, faults?: WebhookFaults): PaymentEvent {
    return this.tell('succeeded', order, faults);
  }

  fail(order: PaymentOrder, faults?: WebhookFaults): PaymentEvent {
    return this.tell('failed', order, faults);
  }

  refund(order: PaymentOrder, faults?: WebhookFaults): PaymentEvent {
    return this.tell('refunded', order, faults);
  }

  tell(outcome: PaymentOutcome, order: PaymentOrder, faults: WebhookFaults = {}): PaymentEvent {
    const event = eventOf(outcome, order, faults.lie, this.options.form);
    this.send(event, faults);
    return event;
  }

  /** Sends an event again under the same id, as a provider without memory of earlier deliveries does. */
  send(event: PaymentEvent, { copies = 1, delayMs = 0, hold = false }: Omit<WebhookFaults, 'lie'> = {}): void {
    for (let copy = 1; copy <= copies; copy++) {
      const delivery: Delivery = { id: event.id, payment: event.payment, copy, tries: [], state: 'held' };
      this.remembered.push(delivery);
      if (hold) this.held.push({ event, delivery });
      else this.start({ event, delivery }, delayMs);
    }
    if (this.remembered.length > MAX_REMEMBERED) this.remembered.splice(0, this.remembered.length - MAX_REMEMBERED);
  }

  /** Releases held events. @returns their number */
  release(turn: Turn = 'as-sent'): number {
    const jobs = turned(this.held, turn);
    this.held = [];
    for (const job of jobs) this.start(job, 0);
    return jobs.length;
  }

  /** Signs with a new secret from now on, and also with the previous one until `endRotation`. */
  rotate(secret = newSecret()): string {
    this.secrets = [secret, this.secret];
    return secret;
  }

  /** Sends to another endpoint from the next attempt on. */
  moveTo(webhookUrl: string): void {
    this.webhookUrl = webhookUrl;
  }

  endRotation(): void {
    this.secrets = [this.secret];
  }

  /** Resolves when no delivery is in flight; held events do not count. */
  async settled(): Promise<void> {
    while (this.underway.size > 0) await Promise.all(this.underway);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.settled();
    await this.control?.close();
  }

  private start({ event, delivery }: Job, delayMs: number): void {
    const endpoint: Endpoint = {
      url: () => this.webhookUrl,
      secrets: () => this.secrets,
      retries: { ...DEFAULT_RETRIES, ...this.options.retries },
      stopped: this.stopping.signal,
    };
    const sent = (async () => {
      if (delayMs > 0) await pause(delayMs, undefined, { signal: this.stopping.signal }).catch(() => undefined); // stopping ends the pause
      await deliver(event, delivery, endpoint);
    })();
    this.underway.add(sent);
    void sent.finally(() => this.underway.delete(sent));
  }
}

export const startPaymentProvider = (options: ProviderOptions): Promise<PaymentProvider> => new PaymentProvider(options).listen();

/** A well-formed order id that does not exist. */
const NO_ORDER = `ord_${'z'.repeat(26)}`;

function eventOf(outcome: PaymentOutcome, order: PaymentOrder, lie: WebhookFault | undefined, form: 'stripe' | undefined): PaymentEvent {
  const said = {
    ...order,
    order: lie === 'unknown-order' ? NO_ORDER : order.order,
    amount: lie === 'wrong-amount' ? `${BigInt(order.amount) + 1n}` : order.amount,
    currency: lie === 'wrong-currency' ? (order.currency === 'XTS' ? 'EUR' : 'XTS') : order.currency, // XTS is the test currency of ISO 4217
  };
  if (form === 'stripe') return { ...stripeEvent(outcome, said), ...(lie !== undefined && { lie }) };
  const { tenant, sale, amount, currency, payment = `pay_${randomUUID()}`, refund, refundedTotal, dispute } = said;
  const data = { tenant, sale, order: said.order, payment, amount, currency, ...{ refund, refundedTotal, dispute } }; // undefined members are not sent
  const body = JSON.stringify({ type: `payment.${outcome}`, timestamp: new Date().toISOString(), data });
  return { id: `evt_${randomUUID()}`, payment, body, ...(lie !== undefined && { lie }) };
}

function turned(jobs: readonly Job[], turn: Turn): readonly Job[] {
  if (turn === 'as-sent') return jobs;
  if (turn === 'reversed') return jobs.toReversed();
  return jobs
    .map((job) => ({ job, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ job }) => job);
}
