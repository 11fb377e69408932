import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Environment } from '#shared/platform/process/environment.js';
import { HealthListener } from '#shared/platform/process/health-listener.js';
import { type Logger, NestLogger } from '#shared/platform/process/logger.js';
import { AppProcess } from '#shared/platform/process/process.module.js';
import { MinterModule } from './minter.module.js';

/** Connects, checks streams and keys, and starts. It has no callers: HTTP serves only health and metrics. @throws Fault */
export function startMinter(environment: Environment, logger: Logger): Promise<INestApplicationContext> {
  const process = new AppProcess(environment, logger);
  return process.starting(async () => {
    const app = await NestFactory.createApplicationContext(MinterModule.of(process), {
      logger: new NestLogger(logger),
      abortOnError: false,
    });
    await app.get(HealthListener).listen();
    return app;
  });
}
