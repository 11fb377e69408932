import { Global, Module } from '@nestjs/common';
import { MinterMetrics } from './metrics.js';

/** This app's metrics. */
@Global()
@Module({
  providers: [MinterMetrics],
  exports: [MinterMetrics],
})
export class MinterMetricsModule {}
