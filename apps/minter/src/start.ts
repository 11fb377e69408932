import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { Environment } from '#shared/platform/environment.js';
import { type Logger, NestLogger } from '#shared/platform/logger.js';
import { countHttpAnswers } from '#shared/platform/metrics/http-metrics.js';
import { MinterModule } from './minter.module.js';
import { connectMinter } from './parts.js';

/** Connects, checks streams and keys, and works; HTTP serves health and metrics alone. */
export async function startMinter(environment: Environment, logger: Logger): Promise<NestFastifyApplication> {
  const minter = await connectMinter(environment, logger);
  const adapter = new FastifyAdapter();
  countHttpAnswers(minter.page, adapter.getInstance<FastifyInstance>());
  const app = await NestFactory.create<NestFastifyApplication>(MinterModule.with(minter), adapter, {
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  await app.listen(environment.HTTP_PORT, environment.HTTP_HOST);
  return app;
}
