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
import { MicroServiceStrategy } from '#shared/platform/micro-service.js';
import { problemAnswer } from './answer.js';
import { PUBLIC_ROUTES } from './http/http-parts.js';
import { MAX_UNDER_WAY_PER_TENANT } from './http/idempotency-policy.js';
import { connectParts, type PurchaseParts } from './parts.js';
import { PurchaseModule } from './purchase.module.js';
import { MAX_BODY_BYTES } from './request-body.js';
import { toCall } from './requests.controller.js';

const VERSION = '0.1.0';

/** Connects, checks the streams, and serves: NATS endpoints first, then HTTP. */
export async function startPurchase(environment: Environment, logger: Logger): Promise<NestFastifyApplication> {
  const parts = await connectParts(environment, logger);
  const rate = { perSecond: environment.HTTP_TENANT_RATE, burst: environment.HTTP_TENANT_BURST };
  const admission = new Admission(parts.tenants, new TenantRates(rate.perSecond, rate.burst), {
    publicRoutes: PUBLIC_ROUTES,
    maxUnderWayPerTenant: MAX_UNDER_WAY_PER_TENANT,
  });
  const adapter = createHttpAdapter(MAX_BODY_BYTES);
  const server = adapter.getInstance<FastifyInstance>();
  const routes = new RouteList(server);
  admission.guard(server);
  const app = await NestFactory.create<NestFastifyApplication>(PurchaseModule.with(parts, { version: VERSION, rate, admission }), adapter, {
    logger: new NestLogger(logger),
    abortOnError: false,
    bodyParser: false,
  });
  app.useGlobalFilters(new ProblemFilter(routes, logger, MAX_BODY_BYTES));
  app.connectMicroservice<MicroserviceOptions>({ strategy: natsEndpoints(parts) });
  await app.startAllMicroservices();
  await app.listen(environment.HTTP_PORT, environment.HTTP_HOST);
  return app;
}

function natsEndpoints({ edge, tenants, logger }: PurchaseParts): MicroServiceStrategy {
  return new MicroServiceStrategy({
    name: 'admit-purchase',
    version: VERSION,
    description: 'Sells every ticket once',
    connection: edge,
    refuse: (tenant) =>
      tenants.active(tenant) === undefined
        ? toCall(problemAnswer(TENANT_PATTERN.test(tenant) ? 'tenant-refused' : 'tenant-malformed'))
        : undefined,
    onThrown: (pattern, thrown) => {
      logger.error({ err: thrown, pattern }, 'an endpoint failed');
      return toCall(problemAnswer('fault'));
    },
  });
}
