import { Global, Module } from '@nestjs/common';
import { MetricsPage } from '#shared/platform/metrics/metrics-page.js';
import { MinterMetrics } from './metrics.js';

/** This app's metrics. */
@Global()
@Module({
  providers: [{ provide: MinterMetrics, inject: [MetricsPage], useFactory: ({ registry }: MetricsPage) => new MinterMetrics(registry) }],
  exports: [MinterMetrics],
})
export class MinterMetricsModule {}
