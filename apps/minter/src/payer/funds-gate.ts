import { Inject, Injectable } from '@nestjs/common';
import type { Logger } from '#shared/platform/process/logger.js';
import { LOGGER } from '#shared/platform/process/process.module.js';
import { CHAIN, type Chain } from '../chains/chain.js';
import { ConfirmationTracker } from '../confirmation/confirmation-tracker.js';

/** A balance is valid for this long; mints admitted in between are counted against it. */
const FRESH_MS = 1_000;
/** Kept in the payer's account beyond mints in flight, counted in mints: covers spending that the count has not seen yet. */
const MARGIN_MINTS = 10n;
/** The interval of balance reads while there is too little. */
const PAUSE_MS = 1_000;

/** Permits a signature only while the payer can pay for it and for all mints in flight. Without funds mints wait; none fails. */
@Injectable()
export class FundsGate {
  private affordable = 0n;
  private readAt = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | undefined;
  private pausing: Promise<void> | undefined;
  private inside = 0;
  /** True while mints wait for funds. */
  paused = false;

  constructor(
    @Inject(CHAIN) private readonly chain: Chain,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(ConfirmationTracker) private readonly outstanding: Pick<ConfirmationTracker, 'count'>,
  ) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    await this.enter();
    try {
      return await work();
    } finally {
      this.inside -= 1;
    }
  }

  private async enter(): Promise<void> {
    for (;;) {
      await this.refresh();
      if (this.mayEnter()) return;
      await this.pause();
    }
  }

  private async refresh(): Promise<void> {
    if (performance.now() - this.readAt <= FRESH_MS) return;
    this.reading ??= this.read().finally(() => {
      this.reading = undefined;
    });
    await this.reading;
  }

  /** Counts a mint in the same step that admits it, so that a crowd waiting for one balance is admitted one by one. */
  private mayEnter(): boolean {
    const enough = this.affordable > BigInt(this.outstanding.count + this.inside);
    if (enough) this.inside += 1;
    if (enough && this.paused) this.logger.info({ affordable: Number(this.affordable) }, 'the payer has funds again: mints continue');
    this.paused = !enough;
    return enough;
  }

  private async read(): Promise<void> {
    const { balance, perMint } = await this.chain.funds();
    this.affordable = balance / perMint - MARGIN_MINTS;
    this.readAt = performance.now();
    if (this.affordable > BigInt(this.outstanding.count + this.inside)) return;
    const replenished = await this.chain.replenish();
    if (!replenished && !this.paused)
      this.logger.warn(
        { balance: `${balance}`, perMint: `${perMint}`, outstanding: this.outstanding.count },
        'mints wait: the payer is low on funds',
      );
  }

  /** All waiting mints share one timer. */
  private pause(): Promise<void> {
    this.pausing ??= new Promise<void>((resolve) => {
      setTimeout(resolve, PAUSE_MS).unref();
    }).finally(() => {
      this.pausing = undefined;
      this.readAt = Number.NEGATIVE_INFINITY;
    });
    return this.pausing;
  }
}
