import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { callersServer } from '#shared/platform/http/callers.module.js';
import { MicroServiceStrategy } from '#shared/platform/messaging/micro-service.js';
import type { Environment } from '#shared/platform/process/environment.js';
import { HealthListener } from '#shared/platform/process/health-listener.js';
import { type Logger, NestLogger } from '#shared/platform/process/logger.js';
import { AppProcess } from '#shared/platform/process/process.module.js';
import { CALLERS } from './api/http/http-api.module.js';
import { PurchaseModule } from './purchase.module.js';

/** Connects, checks the streams, and serves: NATS endpoints first, then HTTP. @throws Fault `stream-differs`, `log-unreachable` */
export function startPurchase(environment: Environment, logger: Logger): Promise<NestFastifyApplication> {
  const process = new AppProcess(environment, logger);
  return process.starting(async () => {
    const callers = callersServer(process, CALLERS);
    const app = await NestFactory.create<NestFastifyApplication>(PurchaseModule.of(process, callers.module), callers.adapter, {
      logger: new NestLogger(logger),
      abortOnError: false,
      bodyParser: false,
    });
    app.connectMicroservice<MicroserviceOptions>({ strategy: app.get(MicroServiceStrategy) });
    await app.startAllMicroservices();
    await app.listen(environment.HTTP_PORT, environment.HTTP_HOST);
    await app.get(HealthListener).listen();
    return app;
  });
}
