import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Environment } from '#shared/platform/process/environment.js';
import { HealthListener } from '#shared/platform/process/health-listener.js';
import { type Logger, NestLogger } from '#shared/platform/process/logger.js';
import { MinterModule } from './minter.module.js';
import { connectMinter } from './parts.js';

/** Connects, checks streams and keys, and works. It has no callers: HTTP serves health and metrics alone. */
export async function startMinter(environment: Environment, logger: Logger): Promise<INestApplicationContext> {
  const minter = await connectMinter(environment, logger);
  const listening = { host: environment.HEALTH_HOST, port: environment.HEALTH_PORT };
  const app = await NestFactory.createApplicationContext(MinterModule.with(minter, listening), {
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  await app.get(HealthListener).listen();
  return app;
}
