import type { NatsConnection } from '@nats-io/transport-node';
import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { TENANT_PATTERN } from '#shared/kernel/ids.js';
import { COUNT_REJECTED, type CountRejected } from '#shared/platform/http/callers.module.js';
import { type CallAnswer, MicroServiceStrategy } from '#shared/platform/messaging/micro-service.js';
import { endConnection } from '#shared/platform/messaging/nats.js';
import { natsConnection } from '#shared/platform/messaging/nats.module.js';
import { accessOf } from '#shared/platform/messaging/nats-login.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';
import { VERSION } from '#shared/platform/process/version.js';
import { TenantDirectory } from '#shared/platform/tenants/tenant-directory.js';
import { isAdmitted, TenantLimits } from '#shared/platform/tenants/tenant-limits.js';
import { isRefusable } from '../../operations/operation.js';
import { mutations, operations } from '../../operations/operations.js';
import { ReadsModule } from '../../reads/reads.module.js';
import { problemAnswer } from '../../requests/answer.js';
import { RequestsModule } from '../../requests/requests.module.js';
import { NatsRequests, natsController, toCall } from './requests.controller.js';

/** The connection for answers to callers; it may not publish to streams. */
export const EDGE = Symbol('NATS connection of callers');

const DECISIONS: ReadonlySet<string> = new Set(
  mutations()
    .filter(isRefusable)
    .map(({ name }) => name),
);
/** Created once: under overload most answers are this one. */
const { body, headers } = toCall(problemAnswer('too-many-waiting'));
const TOO_MANY_WAITING: CallAnswer = { body, headers: [...headers] };

function endpoints(edge: NatsConnection, tenants: TenantDirectory, limits: TenantLimits, countRejected: CountRejected, logger: Logger) {
  return new MicroServiceStrategy({
    name: 'admit-purchase',
    version: VERSION,
    description: 'Sells every ticket once',
    connection: edge,
    admit: (tenant, pattern) => {
      if (tenants.active(tenant) === undefined) {
        const why = TENANT_PATTERN.test(tenant) ? 'tenant-refused' : 'tenant-malformed';
        countRejected(why);
        return toCall(problemAnswer(why));
      }
      const admission = limits.enter(tenant, DECISIONS.has(pattern) ? 'decision' : 'other');
      if (isAdmitted(admission)) return admission;
      const { why, retryAfterSeconds } = admission;
      countRejected(why, tenant);
      return why === 'too-many-waiting' ? TOO_MANY_WAITING : toCall({ ...problemAnswer(why), retryAfterSeconds });
    },
    onThrown: (pattern, thrown) => {
      logger.error({ err: thrown, pattern }, 'an endpoint failed');
      return toCall(problemAnswer('fault'));
    },
  });
}

/** The operations as endpoints of the NATS service `admit-purchase`. */
@Module({})
export class NatsApiModule implements OnApplicationShutdown {
  constructor(@Inject(EDGE) private readonly edge: NatsConnection) {}

  static of(): DynamicModule {
    return {
      module: NatsApiModule,
      imports: [RequestsModule, ReadsModule],
      controllers: operations().map(natsController),
      providers: [
        natsConnection(EDGE, 'purchase-edge', (environment) => accessOf(environment, 'edge', 'NATS_EDGE')),
        NatsRequests,
        {
          provide: MicroServiceStrategy,
          inject: [EDGE, TenantDirectory, TenantLimits, COUNT_REJECTED, LOGGER],
          useFactory: endpoints,
        },
      ],
      exports: [EDGE, MicroServiceStrategy],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    await endConnection(this.edge);
  }
}
