import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { NatsModule } from '#shared/platform/messaging/nats.module.js';
import type { Environment } from '#shared/platform/process/environment.js';
import { AppProcess, ProcessModule } from '#shared/platform/process/process.module.js';
import { PurchaseMetricsModule } from '../../apps/purchase/src/metrics.module.js';
import { RequestsModule } from '../../apps/purchase/src/requests/requests.module.js';
import { SILENT } from './crash-stage.js';

/** The purchase app without its consumers and without callers: it stores requests and decides none. The caller closes it. */
export async function purchaseContext(environment: Environment): Promise<INestApplicationContext> {
  const process = new AppProcess(environment, SILENT);
  const imports = [ProcessModule.of(process), NatsModule.as('purchase'), PurchaseMetricsModule, RequestsModule];
  return (await Test.createTestingModule({ imports }).compile()).init();
}
