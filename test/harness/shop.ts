import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Caller } from './caller.js';
import { HttpCaller } from './http-caller.js';
import { Log, startSelling } from './selling.js';

/** A NATS server, its streams and the app, on a machine that does much else. */
const STARTS_SERVERS_MS = 180_000;

/** How the app of a shop is started. */
export interface ShopSettings {
  readonly level?: string;
  readonly environment?: Record<string, string>;
}

/** A log of its own with the purchase app on it, and two tenants who call: open before the first test of its file, closed after the last. */
export class Shop {
  log!: Log;
  app!: NestFastifyApplication;
  private appIsUp = false;
  demo!: Caller;
  acme!: Caller;
  /** The same tenants over HTTP. */
  demoWeb!: HttpCaller;
  acmeWeb!: HttpCaller;

  private constructor(
    private readonly name: string,
    private readonly settings: ShopSettings,
  ) {}

  static forTests(name: string, settings: ShopSettings = {}): Shop {
    const shop = new Shop(name, settings);
    beforeAll(() => shop.open(), STARTS_SERVERS_MS);
    afterAll(() => shop.close());
    return shop;
  }

  async startApp(): Promise<void> {
    this.app = await startSelling(this.log.server, this.settings.level, this.settings.environment);
    this.appIsUp = true;
  }

  /** Asked again, nothing more happens. */
  async stopApp(): Promise<void> {
    if (!this.appIsUp) return;
    this.appIsUp = false;
    await this.app.close();
  }

  private async open(): Promise<void> {
    this.log = await Log.start(this.name);
    await this.startApp();
    [this.demo, this.acme] = await Promise.all([Caller.of(this.log.server, 'demo'), Caller.of(this.log.server, 'acme')]);
    [this.demoWeb, this.acmeWeb] = await Promise.all([HttpCaller.of(this.app, 'demo'), HttpCaller.of(this.app, 'acme')]);
  }

  /** What was opened before a start failed is closed too. */
  private async close(): Promise<void> {
    await Promise.all([this.demo?.close(), this.acme?.close()]);
    await this.stopApp();
    await this.log?.stop();
  }
}
