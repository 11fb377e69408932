import { type DynamicModule, Module } from '@nestjs/common';
import { type HealthChecks, HealthModule } from '#shared/platform/health.js';
import type { MinterApp } from './parts.js';
import { readiness } from './readiness.js';
import { MINTER, Workers } from './workers.js';

@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a Nest module is a class, and a dynamic one is made by a static method
export class MinterModule {
  static with(app: MinterApp): DynamicModule {
    const checks = (): HealthChecks => readiness(app);
    return {
      module: MinterModule,
      imports: [HealthModule.with(checks, [])],
      providers: [{ provide: MINTER, useValue: app }, Workers],
    };
  }
}
