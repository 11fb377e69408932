import type { NatsConnection } from '@nats-io/transport-node';
import { type BeforeApplicationShutdown, Module } from '@nestjs/common';
import { mintSubject } from '#shared/event-store/event-store.js';
import { NATS } from '#shared/platform/messaging/nats.module.js';
import { RecentCommits } from '#shared/platform/messaging/recent-commits.js';
import type { Environment } from '#shared/platform/process/environment.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { ENVIRONMENT, LOGGER } from '#shared/platform/process/process.module.js';
import { START_TIMEOUT_MS } from '#shared/platform/topology/inspect.js';
import { Token2022Chain } from '../chains/token-2022/token-2022-chain.js';
import { ConfirmationModule } from '../confirmation/confirmation.module.js';
import { ConfirmationTracker } from '../confirmation/confirmation-tracker.js';
import { FundsGate } from './funds-gate.js';
import { CAPPED_MS, SpendingCaps } from './spending-caps.js';

/** The payer's balance and spending caps. Attempts that any minter signed within the last minute are counted before this one signs. */
@Module({
  imports: [ConfirmationModule],
  providers: [
    {
      provide: FundsGate,
      inject: [Token2022Chain, LOGGER, ConfirmationTracker],
      useFactory: (chain: Token2022Chain, logger: Logger, outstanding: ConfirmationTracker) =>
        new FundsGate(chain, logger, () => outstanding.count),
    },
    {
      provide: SpendingCaps,
      inject: [ENVIRONMENT],
      useFactory: ({ MINT_CAP_PER_MINUTE: perMinute, MINT_CAP_TENANT_PER_MINUTE: perTenantMinute }: Environment) =>
        new SpendingCaps({ perMinute, perTenantMinute }),
    },
    {
      provide: RecentCommits,
      inject: [NATS, SpendingCaps, LOGGER],
      useFactory: (connection: NatsConnection, caps: SpendingCaps, logger: Logger) =>
        RecentCommits.follow(connection, {
          filter: mintSubject('*', '*'),
          sinceMs: CAPPED_MS,
          startWithinMs: START_TIMEOUT_MS,
          onCommit: (commit) => caps.note(commit),
          onTrouble: (err) => logger.warn({ err }, 'attempts of other minters cannot be read; retried'),
        }),
    },
  ],
  exports: [FundsGate, SpendingCaps],
})
export class PayerModule implements BeforeApplicationShutdown {
  constructor(private readonly spending: RecentCommits) {}

  async beforeApplicationShutdown(): Promise<void> {
    await this.spending.stop();
  }
}
