import { type DynamicModule, Module } from '@nestjs/common';
import type { EventStore } from '#shared/event-store/event-store.js';
import { EVENT_STORE } from '#shared/platform/messaging/event-store.module.js';
import { NatsModule } from '#shared/platform/messaging/nats.module.js';
import { HealthModule } from '#shared/platform/process/health.js';
import { type AppProcess, ProcessModule } from '#shared/platform/process/process.module.js';
import { Token2022Chain } from './chains/token-2022/token-2022-chain.js';
import { ConfirmationTracker } from './confirmation/confirmation-tracker.js';
import { MinterMetricsModule } from './metrics.module.js';
import { MintingModule } from './minting/minting.module.js';
import { FundsGate } from './payer/funds-gate.js';
import { SpendingCaps } from './payer/spending-caps.js';
import { readiness } from './readiness.js';

/**
 * The minter: MintingModule consumes MINTS, sends through ChainModule, waits through ConfirmationModule, and spends within PayerModule's
 * limits.
 */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a Nest module is a class, and a dynamic one is made by a static method
export class MinterModule {
  static of(process: AppProcess): DynamicModule {
    const health = HealthModule.with({
      imports: [MintingModule],
      inject: [EVENT_STORE, Token2022Chain, ConfirmationTracker, FundsGate, SpendingCaps],
      checks: (store: EventStore, chain: Token2022Chain, outstanding: ConfirmationTracker, gate: FundsGate, caps: SpendingCaps) =>
        readiness({ store, chain, outstanding, gate, caps }),
    });
    return {
      module: MinterModule,
      imports: [ProcessModule.of(process), NatsModule.as('minter'), MinterMetricsModule, health, MintingModule],
    };
  }
}
