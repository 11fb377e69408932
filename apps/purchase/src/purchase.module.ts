import { type DynamicModule, Module } from '@nestjs/common';
import { showHealth } from '#shared/platform/metrics/health-metrics.js';
import { HealthController, HealthModule } from '#shared/platform/process/health.js';
import { type HttpFacts, httpControllers, httpProviders } from './api/http/http-parts.js';
import { NatsRequests, natsController } from './api/nats/requests.controller.js';
import { Decider } from './deciding/decider.js';
import { PARTS, Workers } from './deciding/workers.js';
import { operations } from './operations/operations.js';
import type { PurchaseParts } from './parts.js';
import { HoldExpiryReactor } from './reactors/hold-expiry-reactor.js';
import { MintRequestReactor } from './reactors/mint-request-reactor.js';
import { MintResultReactor } from './reactors/mint-result-reactor.js';
import { readiness } from './readiness.js';
import { Reads } from './reads/reads.js';
import { Intake } from './requests/intake.js';

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a Nest module is a class, and a dynamic one is made by a static method
export class PurchaseModule {
  static with(parts: PurchaseParts, http: HttpFacts): DynamicModule {
    const decider = new Decider(parts);
    const checks = readiness(parts, decider);
    showHealth(parts.page, checks);
    parts.metrics.showsWaiting(parts.replies, decider);
    return {
      module: PurchaseModule,
      imports: [HealthModule.with(checks, parts.page, http.listening)],
      controllers: [...operations().map(natsController), HealthController, ...httpControllers()],
      providers: [
        NatsRequests,
        { provide: PARTS, useValue: parts },
        { provide: Decider, useValue: decider },
        { provide: Intake, useValue: new Intake(parts) },
        { provide: Reads, useValue: new Reads({ ...parts, sales: parts.folds }) },
        { provide: MintRequestReactor, useValue: new MintRequestReactor(parts.connection, parts.logger) },
        { provide: MintResultReactor, useValue: new MintResultReactor(parts.inbox, parts.logger) },
        { provide: HoldExpiryReactor, useValue: new HoldExpiryReactor(parts.inbox, parts.logger) },
        ...httpProviders(parts, http),
        Workers,
      ],
    };
  }
}
