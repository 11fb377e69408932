import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { TENANT_PATTERN } from '#shared/kernel/ids.js';
import type { Environment } from '#shared/platform/environment.js';
import { Admission } from '#shared/platform/http/admission.js';
import { createHttpAdapter } from '#shared/platform/http/http-server.js';
import { ProblemFilter } from '#shared/platform/http/problem.filter.js';
import { RouteList } from '#shared/platform/http/route-list.js';
import { TenantRates } from '#shared/platform/http/tenant-rates.js';
import { type Logger, NestLogger } from '#shared/platform/logger.js';
import { countAborted, countHttpAnswers, countTurnedAway } from '#shared/platform/metrics/http-metrics.js';
import { showConsumers, watchedConsumers } from '#shared/platform/metrics/log-metrics.js';
import { showStreams } from '#shared/platform/metrics/stream-metrics.js';
import { MicroServiceStrategy } from '#shared/platform/micro-service.js';
import { VERSION } from '#shared/platform/version.js';
import { problemAnswer } from './answer.js';
import { PUBLIC_ROUTES } from './http/http-parts.js';
import { MAX_UNDER_WAY_PER_TENANT } from './http/idempotency-policy.js';
import { connectParts, type PurchaseParts } from './parts.js';
import { PurchaseModule } from './purchase.module.js';
import { MAX_BODY_BYTES } from './request-body.js';
import { toCall } from './requests.controller.js';

/** Connects, checks the streams, and serves: NATS endpoints first, then HTTP. */
export async function startPurchase(environment: Environment, logger: Logger): Promise<NestFastifyApplication> {
  const parts = await connectParts(environment, logger);
  const rate = { perSecond: environment.HTTP_TENANT_RATE, burst: environment.HTTP_TENANT_BURST };
  await showLog(parts);
  const turnedAway = countTurnedAway(parts.page);
  const admission = new Admission(parts.tenants, new TenantRates(rate.perSecond, rate.burst), {
    publicRoutes: PUBLIC_ROUTES,
    maxUnderWayPerTenant: MAX_UNDER_WAY_PER_TENANT,
    turnedAway,
  });
  const adapter = createHttpAdapter(MAX_BODY_BYTES);
  const server = adapter.getInstance<FastifyInstance>();
  const routes = new RouteList(server);
  countHttpAnswers(parts.page, server);
  admission.guard(server);
  const app = await NestFactory.create<NestFastifyApplication>(PurchaseModule.with(parts, { version: VERSION, rate, admission }), adapter, {
    logger: new NestLogger(logger),
    abortOnError: false,
    bodyParser: false,
  });
  app.useGlobalFilters(new ProblemFilter(routes, logger, MAX_BODY_BYTES, countAborted(parts.page)));
  app.connectMicroservice<MicroserviceOptions>({ strategy: natsEndpoints(parts, turnedAway) });
  await app.startAllMicroservices();
  await app.listen(environment.HTTP_PORT, environment.HTTP_HOST);
  return app;
}

/** This app shows the streams, and every consumer that is not another app's. */
async function showLog({ page, connection }: PurchaseParts): Promise<void> {
  await showStreams(page, connection);
  const ours = (stream: string, durable: string): boolean => stream !== 'MINTS' && !['ledger', 'replay'].includes(durable);
  await showConsumers(page, connection, watchedConsumers(ours, ['EVENTS']));
}

function natsEndpoints({ edge, tenants, logger }: PurchaseParts, turnedAway: (why: string) => void): MicroServiceStrategy {
  return new MicroServiceStrategy({
    name: 'admit-purchase',
    version: VERSION,
    description: 'Sells every ticket once',
    connection: edge,
    refuse: (tenant) => {
      if (tenants.active(tenant) !== undefined) return undefined;
      const why = TENANT_PATTERN.test(tenant) ? 'tenant-refused' : 'tenant-malformed';
      turnedAway(why);
      return toCall(problemAnswer(why));
    },
    onThrown: (pattern, thrown) => {
      logger.error({ err: thrown, pattern }, 'an endpoint failed');
      return toCall(problemAnswer('fault'));
    },
  });
}
