import { NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { TENANT_PATTERN } from '#shared/kernel/ids.js';
import { callersServer, healthListening } from '#shared/platform/http/callers-server.js';
import { ProblemFilter } from '#shared/platform/http/problem.filter.js';
import { MicroServiceStrategy } from '#shared/platform/messaging/micro-service.js';
import { countAborted } from '#shared/platform/metrics/http-metrics.js';
import { showConsumers, watchedConsumers } from '#shared/platform/metrics/log-metrics.js';
import { showStreams } from '#shared/platform/metrics/stream-metrics.js';
import type { Environment } from '#shared/platform/process/environment.js';
import { HealthListener } from '#shared/platform/process/health-listener.js';
import { type Logger, NestLogger } from '#shared/platform/process/logger.js';
import { VERSION } from '#shared/platform/process/version.js';
import { TenantLimits } from '#shared/platform/tenants/tenant-limits.js';
import { TenantRates } from '#shared/platform/tenants/tenant-rates.js';
import { MAX_IN_FLIGHT_PER_TENANT } from './api/docs/idempotency-policy.js';
import { PUBLIC_ROUTES } from './api/http/http-parts.js';
import { toCall } from './api/nats/requests.controller.js';
import { connectParts, type PurchaseParts } from './parts.js';
import { PurchaseModule } from './purchase.module.js';
import { problemAnswer } from './requests/answer.js';
import { MAX_BODY_BYTES } from './requests/request-body.js';

/** Connects, checks the streams, and serves: NATS endpoints first, then HTTP. */
export async function startPurchase(environment: Environment, logger: Logger): Promise<NestFastifyApplication> {
  const parts = await connectParts(environment, logger);
  const rate = { perSecond: environment.TENANT_RATE, burst: environment.TENANT_BURST };
  await showLog(parts);
  const { tenants, page } = parts;
  const limits = new TenantLimits(new TenantRates(rate.perSecond, rate.burst), MAX_IN_FLIGHT_PER_TENANT);
  const { adapter, admission, routes, countRefused } = callersServer(environment, {
    tenants,
    limits,
    page,
    publicRoutes: PUBLIC_ROUTES,
    maxBodyBytes: MAX_BODY_BYTES,
  });
  const facts = { version: VERSION, rate, admission, listening: healthListening(environment) };
  const app = await NestFactory.create<NestFastifyApplication>(PurchaseModule.with(parts, facts), adapter, {
    logger: new NestLogger(logger),
    abortOnError: false,
    bodyParser: false,
  });
  app.useGlobalFilters(new ProblemFilter(routes, logger, MAX_BODY_BYTES, countAborted(page)));
  app.connectMicroservice<MicroserviceOptions>({ strategy: natsEndpoints(parts, limits, countRefused) });
  await app.startAllMicroservices();
  await app.listen(environment.HTTP_PORT, environment.HTTP_HOST);
  await app.get(HealthListener).listen();
  return app;
}

/** This app shows the streams, and every consumer that is not another app's. */
async function showLog({ page, connection }: PurchaseParts): Promise<void> {
  await showStreams(page, connection);
  const ours = (stream: string, durable: string): boolean => stream !== 'MINTS' && !['ledger', 'replay'].includes(durable);
  await showConsumers(page, connection, watchedConsumers(ours, ['EVENTS']));
}

function natsEndpoints(
  { edge, tenants, logger }: PurchaseParts,
  limits: TenantLimits,
  countRefused: (why: string, tenant?: string) => void,
): MicroServiceStrategy {
  return new MicroServiceStrategy({
    name: 'admit-purchase',
    version: VERSION,
    description: 'Sells every ticket once',
    connection: edge,
    admit: (tenant) => {
      if (tenants.active(tenant) === undefined) {
        const why = TENANT_PATTERN.test(tenant) ? 'tenant-refused' : 'tenant-malformed';
        countRefused(why);
        return toCall(problemAnswer(why));
      }
      const release = limits.enter(tenant);
      if (typeof release === 'function') return release;
      countRefused('too-many-requests', tenant);
      return toCall({ ...problemAnswer('too-many-requests'), retryAfterSeconds: release });
    },
    onThrown: (pattern, thrown) => {
      logger.error({ err: thrown, pattern }, 'an endpoint failed');
      return toCall(problemAnswer('fault'));
    },
  });
}
