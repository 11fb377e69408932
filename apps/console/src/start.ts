import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { callersServer } from '#shared/platform/http/callers.module.js';
import type { Environment } from '#shared/platform/process/environment.js';
import { HealthListener } from '#shared/platform/process/health-listener.js';
import { type Logger, NestLogger } from '#shared/platform/process/logger.js';
import { AppProcess } from '#shared/platform/process/process.module.js';
import { CALLERS, ConsoleModule } from './console.module.js';

/** Connects as the operator's NATS user, checks the streams, and serves the page and what it reads. @throws Fault `stream-differs`, `log-unreachable` */
export function startConsole(environment: Environment, logger: Logger): Promise<NestFastifyApplication> {
  const process = new AppProcess(environment, logger);
  return process.starting(async () => {
    const callers = callersServer(process, CALLERS);
    const app = await NestFactory.create<NestFastifyApplication>(ConsoleModule.of(process, callers.module), callers.adapter, {
      logger: new NestLogger(logger),
      abortOnError: false,
      bodyParser: false,
    });
    await app.listen(environment.HTTP_PORT, environment.HTTP_HOST);
    await app.get(HealthListener).listen();
    return app;
  });
}
