import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Environment } from '#shared/platform/environment.js';
import { type Logger, NestLogger } from '#shared/platform/logger.js';
import { MicroServiceStrategy } from '#shared/platform/micro-service.js';
import { problemAnswer } from './answer.js';
import { connectParts } from './parts.js';
import { PurchaseModule } from './purchase.module.js';
import { toCall } from './requests.controller.js';

const VERSION = '0.1.0';

/** Connects, checks the streams, and serves: NATS endpoints first, then HTTP with health. */
export async function startPurchase(environment: Environment, logger: Logger): Promise<NestFastifyApplication> {
  const parts = await connectParts(environment, logger);
  const app = await NestFactory.create<NestFastifyApplication>(PurchaseModule.with(parts), new FastifyAdapter(), {
    logger: new NestLogger(logger),
    abortOnError: false,
  });
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
  await app.startAllMicroservices();
  await app.listen(environment.HTTP_PORT, environment.HTTP_HOST);
  return app;
}
