import { connect } from '@nats-io/transport-node';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { keyHash } from '#shared/kernel/ids.js';
import { DeadLetters } from '#shared/platform/messaging/dead-letters.js';
import { Progress } from '../../dev/stack/progress.js';
import type { Stack } from '../../dev/stack/stack.js';
import { startStack } from '../../dev/stack/start-stack.js';
import { APPS, CONSOLE, inherited } from '../../dev/stack/wiring.js';
import { HttpCaller } from '../harness/http-caller.js';
import { type Answering, WebhookReceiver } from '../harness/webhook-receiver.js';
import { Stage } from './stage.js';

export const CHROMIUM = '/usr/bin/chromium';
const FLAGS =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
/** Timeout for content of a page: a busy machine is slow. */
export const SHOWN_MS = 60_000;
export const SALE = 'evening';
/** An event that an endpoint refuses is set aside within seconds. */
const HURRIED = { WEBHOOK_RETRY_MS: '100', WEBHOOK_GIVE_UP_MS: '1000' };
export const SIZES = [
  { width: 1_280, height: 900 },
  { width: 390, height: 844 },
] as const;

/** A whole stack with its console, and a browser. */
export class ConsoleStage extends Stage {
  stack!: Stack;
  browser!: Browser;
  demo!: HttpCaller;
  readonly violations: string[] = [];

  override async open(): Promise<void> {
    const progress = new Progress({ isTTY: false, write: () => true } as unknown as NodeJS.WriteStream);
    const dataDir = this.folder('console');
    this.stack = await this.keep(
      startStack({ dataDir, env: inherited(process.env), slotMs: 50, progress, settings: { webhooks: HURRIED }, apps: [...APPS, CONSOLE] }),
    );
    this.browser = await this.keep(chromium.launch({ executablePath: CHROMIUM, args: FLAGS.split(' ') }));
    const { HTTP_URL = '', ADMIT_API_KEY } = this.stack.clientSettings;
    this.demo = new HttpCaller(HTTP_URL, 'demo', ADMIT_API_KEY);
  }

  get url(): string {
    return `http://127.0.0.1:${this.stack.wiring.ports.console}/`;
  }

  get wallet(): string {
    return this.stack.clientSettings.ADMIT_WALLET ?? '';
  }

  get token(): string {
    return this.stack.settingsOf('console').CONSOLE_OPERATOR_TOKEN ?? '';
  }

  /** A page that records every violation of its content policy. */
  async page(options: Parameters<Browser['newContext']>[0] = {}): Promise<{ page: Page; context: BrowserContext }> {
    const context = await this.browser.newContext({ viewport: SIZES[0], ...options });
    context.setDefaultTimeout(SHOWN_MS);
    const page = await context.newPage();
    page.on('console', (message) => {
      if (/content security policy/i.test(message.text())) this.violations.push(message.text());
    });
    page.on('pageerror', (error) => this.violations.push(error.message));
    await page.goto(this.url);
    return { page, context };
  }

  async signedIn(secret: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const { page } = await this.page(options);
    await page.getByLabel('API key or operator token').fill(secret);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('navigation').waitFor();
    return page;
  }

  async operating(options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
    const page = await this.signedIn(this.token, options);
    await page.getByLabel('Tenant').selectOption('demo');
    await page.getByText('live', { exact: true }).waitFor();
    return page;
  }

  receiver(answering: Answering): Promise<WebhookReceiver> {
    return this.keep(WebhookReceiver.open(answering));
  }

  place(key: string, units: readonly string[], sale = SALE) {
    const body = { buyer: `buyer-${key}`, units, wallet: this.wallet };
    return this.demo.ask('POST', `/v1/sales/${sale}/orders`, { key, body });
  }

  /** An order that was dead-lettered before it was decided. */
  async deadLetter(key: string, unit: string): Promise<void> {
    const { user, pass } = this.stack.wiring.natsLogin('purchase');
    const connection = await connect({ servers: this.stack.wiring.natsUrl, user, pass, inboxPrefix: `_INBOX.${user}` });
    try {
      const command = {
        namespace: 'api',
        operation: 'order.place',
        key,
        fingerprint: key,
        request: { sale: SALE, buyer: `buyer-${key}`, units: [unit], wallet: this.wallet },
      };
      const subject = `cmd.0.demo.${SALE}.${keyHash('api', key)}`;
      const body = Buffer.from(JSON.stringify(command));
      const delivery = { subject, sequence: 1, deliveries: 5, storedAt: Date.now(), body, headers: () => ({}) };
      await new DeadLetters(connection).deadLetter('COMMANDS', delivery as never, `a test set it aside: ${key}`);
    } finally {
      await connection.close();
    }
  }
}
