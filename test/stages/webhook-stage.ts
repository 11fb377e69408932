import type { INestApplicationContext } from '@nestjs/common';
import { type Environment, readEnvironment } from '#shared/platform/process/environment.js';
import { createLogger } from '#shared/platform/process/logger.js';
import { startWebhooks } from '../../apps/webhooks/src/start.js';
import { waitFor } from '../../dev/processes/wait.js';
import type { Caller, Heard } from '../harness/caller.js';
import { type Answering, WebhookReceiver } from '../harness/webhook-receiver.js';
import { Shop, type ShopSettings } from './shop.js';

const DELIVERED_MS = 60_000;
/** Failures are tried again soon, and at addresses of this machine. */
const HURRIED = { WEBHOOK_TARGETS: 'any', WEBHOOK_RETRY_MS: '20', WEBHOOK_TIMEOUT_MS: '2000' };

/** A shop, and the app that sends its webhooks. */
export class WebhookStage extends Shop {
  webhooks!: INestApplicationContext;
  private isUp = false;

  constructor(
    name: string,
    private readonly more: Record<string, string> = {},
    settings: ShopSettings = {},
  ) {
    super(name, { ...settings, environment: { ...HURRIED, ...more, ...settings.environment } });
  }

  override async open(): Promise<void> {
    await super.open();
    this.onClose(() => this.stopWebhooks());
    await this.startWebhooks();
  }

  get environment(): Environment {
    const { url } = this.log.server;
    return readEnvironment({ ...HURRIED, ...this.more, NATS_URL: url, NATS_PASSWORD: this.log.server.credentials('webhooks').pass });
  }

  async startWebhooks(): Promise<void> {
    this.webhooks = await startWebhooks(this.environment, createLogger('webhooks', 'fatal'));
    this.isUp = true;
  }

  /** Asked again, nothing more happens. */
  async stopWebhooks(): Promise<void> {
    if (!this.isUp) return;
    this.isUp = false;
    await this.webhooks.close();
  }

  receiver(answering?: Answering): Promise<WebhookReceiver> {
    return this.keep(WebhookReceiver.open(answering));
  }

  /** Adds an endpoint. @returns its secret */
  async endpoint(caller: Caller, endpoint: string, { url }: WebhookReceiver, more: object = {}): Promise<string> {
    const { status, body, text } = await caller.ask('webhook.add', { endpoint, url, ...more });
    if (status !== 200) throw new Error(`${endpoint} was not added: ${status} ${text}`);
    return String(body.secret);
  }

  deliveries(caller: Caller, endpoint: string): Promise<Heard> {
    return caller.ask('webhook.deliveries', { endpoint });
  }

  until(condition: () => Promise<boolean> | boolean, what: string, timeoutMs = DELIVERED_MS): Promise<void> {
    return waitFor(condition, { what, timeoutMs });
  }
}
