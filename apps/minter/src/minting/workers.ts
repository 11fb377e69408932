import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { MinterApp } from '../parts.js';
import { MintQueues } from './mint-queues.js';

export const MINTER = Symbol('minter');
/** What this app consumes: the mint commands. */
@Injectable()
export class Workers implements OnApplicationBootstrap, OnApplicationShutdown {
  private queues: MintQueues | undefined;

  constructor(@Inject(MINTER) private readonly app: MinterApp) {}

  async onApplicationBootstrap(): Promise<void> {
    const { connection, logger, intake, page } = this.app;
    this.queues = await MintQueues.open({ connection, logger, intake, onDelivery: page.countsDeliveries('MINTS', 'minter') });
  }

  /** Takes nothing new and gives back what is in hand: everything needed to go on is in the log. */
  async onApplicationShutdown(): Promise<void> {
    const { connection, intake, outstanding, desk, spending } = this.app;
    await this.queues?.stop();
    outstanding.stop();
    await spending.stop();
    intake.release();
    await desk.drained();
    await connection.drain();
  }
}
