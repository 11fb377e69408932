import { type DynamicModule, Module } from '@nestjs/common';
import { showHealth } from '#shared/platform/metrics/health-metrics.js';
import { HealthModule } from '#shared/platform/process/health.js';
import type { HealthListening } from '#shared/platform/process/health-listener.js';
import { MINTER, Workers } from './minting/workers.js';
import type { MinterApp } from './parts.js';
import { readiness } from './readiness.js';

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a Nest module is a class, and a dynamic one is made by a static method
export class MinterModule {
  static with(app: MinterApp, listening: HealthListening): DynamicModule {
    const checks = readiness(app);
    showHealth(app.page, checks);
    return {
      module: MinterModule,
      imports: [HealthModule.with(checks, app.page, listening)],
      providers: [{ provide: MINTER, useValue: app }, Workers],
    };
  }
}
