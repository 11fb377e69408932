import type { NatsConnection } from '@nats-io/transport-node';
import { type BeforeApplicationShutdown, Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { EventStore } from '#shared/event-store/event-store.js';
import { DeadLetters } from '#shared/platform/messaging/dead-letters.js';
import { EVENT_STORE, EventStoreModule } from '#shared/platform/messaging/event-store.module.js';
import { NATS } from '#shared/platform/messaging/nats.module.js';
import { showQueue } from '#shared/platform/metrics/log-metrics.js';
import { MetricsPage } from '#shared/platform/metrics/metrics-page.js';
import type { Environment } from '#shared/platform/process/environment.js';
import type { Logger } from '#shared/platform/process/logger.js';
import { ENVIRONMENT, LOGGER } from '#shared/platform/process/process.module.js';
import { MINT_ACK_WAIT_MS } from '#shared/platform/topology/consumers.js';
import { Token2022Chain } from '../chains/token-2022/token-2022-chain.js';
import { ConfirmationModule, FAILPOINT } from '../confirmation/confirmation.module.js';
import { ConfirmationTracker } from '../confirmation/confirmation-tracker.js';
import { MinterMetrics, showMints } from '../metrics.js';
import { FundsGate } from '../payer/funds-gate.js';
import { PayerModule } from '../payer/payer.module.js';
import { SpendingCaps } from '../payer/spending-caps.js';
import type { FailpointHook } from './failpoint.js';
import { MintAggregateHandler } from './mint-aggregate-handler.js';
import { MintQueues } from './mint-queues.js';
import { MintsIntake } from './mints-intake.js';
import { TicketMinter } from './ticket-minter.js';

const MINTS_STREAM = 'MINTS';
const MINTS_SHOWN = Symbol('mints and their queues on the metrics page');
/** Three extensions within the time after which the broker would redeliver to another minter. */
const KEEP_ALIVE_MS = MINT_ACK_WAIT_MS / 3;

/** Consumes the queue of each tenant on MINTS. The intake acknowledges a command when the verdict on its mint is in the log. */
@Module({
  imports: [EventStoreModule, ConfirmationModule, PayerModule],
  providers: [
    {
      provide: MintAggregateHandler,
      inject: [EVENT_STORE, MinterMetrics],
      useFactory: (store: EventStore, metrics: MinterMetrics) =>
        new MintAggregateHandler(store, Date.now, metrics.decided, metrics.lostRace),
    },
    {
      provide: TicketMinter,
      inject: [MintAggregateHandler, Token2022Chain, ConfirmationTracker, FundsGate, SpendingCaps, FAILPOINT, ENVIRONMENT, LOGGER],
      useFactory: (
        mints: MintAggregateHandler,
        chain: Token2022Chain,
        outstanding: ConfirmationTracker,
        gate: FundsGate,
        caps: SpendingCaps,
        passBy: FailpointHook,
        { MINT_SYMBOL: symbol, MINT_URI_PREFIX: uriPrefix }: Environment,
        logger: Logger,
      ) => new TicketMinter({ mints, chain, outstanding, gate, caps, style: { symbol, uriPrefix }, passBy, logger }),
    },
    {
      provide: MintsIntake,
      inject: [TicketMinter, DeadLetters, LOGGER, SpendingCaps, MinterMetrics, ENVIRONMENT],
      useFactory: (
        minter: TicketMinter,
        dead: DeadLetters,
        logger: Logger,
        caps: SpendingCaps,
        metrics: MinterMetrics,
        { MINT_MAX_OUTSTANDING: maxOutstanding }: Environment,
      ) =>
        new MintsIntake(minter, dead, logger, {
          maxOutstanding,
          keepAliveMs: KEEP_ALIVE_MS,
          mayBegin: (tenant) => caps.allows(tenant),
          onWait: metrics.waits,
        }),
    },
    {
      provide: MINTS_SHOWN,
      inject: [MetricsPage, NATS, MintsIntake, ConfirmationTracker, FundsGate, Token2022Chain],
      useFactory: async (
        page: MetricsPage,
        connection: NatsConnection,
        intake: MintsIntake,
        outstanding: ConfirmationTracker,
        gate: FundsGate,
        chain: Token2022Chain,
      ) => {
        showMints(page, { intake, outstanding, gate, chain });
        await showQueue(page, connection, { stream: MINTS_STREAM, consumer: 'minter', handedOut: () => intake.count });
      },
    },
  ],
  exports: [EventStoreModule, ConfirmationModule, PayerModule],
})
export class MintingModule implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  private queues: MintQueues | undefined;

  constructor(
    private readonly intake: MintsIntake,
    private readonly mints: MintAggregateHandler,
    private readonly page: MetricsPage,
    @Inject(NATS) private readonly connection: NatsConnection,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.queues = await MintQueues.open({
      connection: this.connection,
      logger: this.logger,
      intake: this.intake,
      onDelivery: this.page.countsDeliveries(MINTS_STREAM, 'minter'),
    });
  }

  /** Stops pulling. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.queues?.stop();
  }

  /** Gives back the commands in work: the log has everything needed to resume. */
  async onApplicationShutdown(): Promise<void> {
    this.intake.release();
    await this.mints.drained();
  }
}
