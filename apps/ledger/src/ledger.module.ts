import { type DynamicModule, Inject, Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { showHealth } from '#shared/platform/metrics/health-metrics.js';
import { type HealthChecks, HealthController, HealthModule } from '#shared/platform/process/health.js';
import { type HttpFacts, httpControllers, httpProviders } from './http/http-parts.js';

const END = Symbol('end of the ledger');

/** Ends the projector with the app. */
@Injectable()
class Projection implements OnApplicationShutdown {
  constructor(@Inject(END) private readonly end: () => Promise<void>) {}

  onApplicationShutdown(): Promise<void> {
    return this.end();
  }
}

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a Nest module is a class, and a dynamic one is made by a static method
export class LedgerModule {
  static with(checks: HealthChecks, http: HttpFacts, end: () => Promise<void>): DynamicModule {
    showHealth(http.page, checks);
    return {
      module: LedgerModule,
      imports: [HealthModule.with(checks, http.page, http.listening)],
      controllers: [HealthController, ...httpControllers],
      providers: [{ provide: END, useValue: end }, Projection, ...httpProviders(http)],
    };
  }
}
