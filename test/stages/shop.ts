import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Caller } from '../harness/caller.js';
import { HttpCaller } from '../harness/http-caller.js';
import { Log, startSelling } from './selling.js';
import { Stage } from './stage.js';

/** How the app of a shop is started. */
export interface ShopSettings {
  readonly tenants?: readonly string[];
  readonly level?: string;
  readonly environment?: Record<string, string>;
}

/** A separate log with the purchase app on it, and two calling tenants. */
export class Shop extends Stage {
  log!: Log;
  app!: NestFastifyApplication;
  private appIsUp = false;
  demo!: Caller;
  acme!: Caller;
  /** The same tenants over HTTP. */
  demoWeb!: HttpCaller;
  acmeWeb!: HttpCaller;

  constructor(
    private readonly name: string,
    private readonly settings: ShopSettings = {},
  ) {
    super();
  }

  override async open(): Promise<void> {
    this.log = await this.standOn(new Log(this.name, this.settings.tenants));
    this.onClose(() => this.stopApp());
    await this.startApp();
    this.demo = await this.keep(Caller.of(this.log.server, 'demo'));
    this.acme = await this.keep(Caller.of(this.log.server, 'acme'));
    [this.demoWeb, this.acmeWeb] = await Promise.all([HttpCaller.of(this.app, 'demo'), HttpCaller.of(this.app, 'acme')]);
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
}
