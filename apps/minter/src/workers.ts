import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { JetStreamSource } from '#shared/platform/jetstream-source.js';
import type { MinterApp } from './parts.js';

export const MINTER = Symbol('minter');
/** Asked for at once. What waits in this process's buffer gives no sign of life, so it must be little. */
const DELIVERIES_AT_ONCE = 256;

/** What this app consumes: the mint commands. */
@Injectable()
export class Workers implements OnApplicationBootstrap, OnApplicationShutdown {
  private source: JetStreamSource | undefined;

  constructor(@Inject(MINTER) private readonly app: MinterApp) {}

  onApplicationBootstrap(): void {
    const { connection, logger, intake, page } = this.app;
    const onTrouble = (thrown: unknown): void => logger.warn({ err: thrown }, 'the mint commands cannot be reached; tried again');
    const from = { stream: 'MINTS', durable: 'minter', onDelivery: page.countsDeliveries('MINTS', 'minter') };
    this.source = new JetStreamSource(connection, { ...from, maxMessages: DELIVERIES_AT_ONCE, onTrouble });
    void intake.pump(this.source);
  }

  /** Takes nothing new and gives back what is in hand: everything needed to go on is in the log. */
  async onApplicationShutdown(): Promise<void> {
    const { connection, intake, outstanding, desk, spending } = this.app;
    await this.source?.stop();
    outstanding.stop();
    await spending.stop();
    intake.release();
    await desk.drained();
    await connection.drain();
  }
}
