import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { readEnvironment } from '#shared/platform/environment.js';
import { createLogger, NestLogger } from '#shared/platform/logger.js';
import { MicroServiceStrategy } from '#shared/platform/micro-service.js';
import { problemAnswer } from './answer.js';
import { connectParts } from './parts.js';
import { PurchaseModule } from './purchase.module.js';
import { toCall } from './requests.controller.js';

const VERSION = '0.1.0';

const environment = readEnvironment();
const logger = createLogger('purchase', environment.LOG_LEVEL);
try {
  const parts = await connectParts(environment, logger);
  const app = await NestFactory.create<NestFastifyApplication>(PurchaseModule.with(parts), new FastifyAdapter(), { logger: new NestLogger(logger) });
  const strategy = new MicroServiceStrategy({
    name: 'admit-purchase',
    version: VERSION,
    description: 'Sells every ticket once',
    connection: parts.edge,
    onThrown: (pattern, thrown) => {
      logger.error({ err: thrown, pattern }, 'an endpoint failed');
      return toCall(problemAnswer('fault'));
    },
  });
  app.connectMicroservice<MicroserviceOptions>({ strategy });
  app.enableShutdownHooks();
  await app.startAllMicroservices();
  await app.listen(environment.HTTP_PORT, environment.HTTP_HOST);
  logger.info({ url: await app.getUrl() }, 'purchase is ready');
} catch (thrown) {
  logger.fatal({ err: thrown }, thrown instanceof Error ? thrown.message : 'purchase could not start');
  process.exit(1);
}
