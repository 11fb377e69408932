import { type BeforeApplicationShutdown, Module } from '@nestjs/common';
import type { Environment } from '#shared/platform/process/environment.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { ENVIRONMENT, LOGGER } from '#shared/platform/process/process.module.js';
import { ChainModule } from '../chains/chain.module.js';
import { Token2022Chain } from '../chains/token-2022/token-2022-chain.js';
import { armFailpoint, type FailpointHook } from '../minting/failpoint.js';
import { ConfirmationTracker } from './confirmation-tracker.js';

export const FAILPOINT = Symbol('where a test ends this process');
/** Five slots of a real chain: long enough for a leader to take the bytes before they are sent again. */
const RESEND_MS = 2_000;

/** Tracks signed transactions and resends them until the chain has a verdict. */
@Module({
  imports: [ChainModule],
  providers: [
    { provide: FAILPOINT, inject: [ENVIRONMENT], useFactory: armFailpoint },
    {
      provide: ConfirmationTracker,
      inject: [Token2022Chain, FAILPOINT, ENVIRONMENT, LOGGER],
      useFactory: (chain: Token2022Chain, passBy: FailpointHook, { MINT_POLL_MS: pollMs }: Environment, logger: Logger) =>
        new ConfirmationTracker({ chain, logger, passBy, pollMs, resendMs: RESEND_MS }),
    },
  ],
  exports: [ChainModule, ConfirmationTracker, FAILPOINT],
})
export class ConfirmationModule implements BeforeApplicationShutdown {
  constructor(private readonly outstanding: ConfirmationTracker) {}

  beforeApplicationShutdown(): void {
    this.outstanding.stop();
  }
}
