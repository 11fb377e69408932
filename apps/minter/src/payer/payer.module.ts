import type { NatsConnection } from '@nats-io/transport-node';
import { type BeforeApplicationShutdown, Module } from '@nestjs/common';
import { mintSubject } from '#shared/event-store/event-store.js';
import { NATS } from '#shared/platform/messaging/nats.module.js';
import { RecentCommits } from '#shared/platform/messaging/recent-commits.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';
import { START_TIMEOUT_MS } from '#shared/platform/topology/inspect.js';
import { ConfirmationModule } from '../confirmation/confirmation.module.js';
import { FundsGate } from './funds-gate.js';
import { CAPPED_MS, SpendingCaps } from './spending-caps.js';

/** The payer's balance and spending caps. Attempts that any minter signed within the last minute are counted before this one signs. */
@Module({
  imports: [ConfirmationModule],
  providers: [
    FundsGate,
    SpendingCaps,
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
