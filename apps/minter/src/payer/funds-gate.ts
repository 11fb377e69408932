import type { Logger } from '#shared/platform/process/logger.js';
import type { Chain } from '../chains/chain.js';

/** A balance read is believed for this long; in between, what was let through is counted. */
const FRESH_MS = 1_000;
/** Kept on the payer's account beyond what is outstanding, in mints: for what the count of a moment cannot know. */
const MARGIN_MINTS = 10n;
/** While there is too little, the balance is read again this often. */
const PAUSE_MS = 1_000;

/** Lets a mint be signed only while the payer can pay for it and for everything outstanding. Nothing fails for want of money: it waits. */
export class FundsGate {
  private affordable = 0n;
  private readAt = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | undefined;
  private pausing: Promise<void> | undefined;
  private inside = 0;
  /** True while mints wait for funds. */
  paused = false;

  constructor(
    private readonly chain: Chain,
    private readonly logger: Logger,
    private readonly outstanding: () => number,
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

  /** Counts who enters in the same breath in which it is found to be paid for: a crowd that waited for one reading goes in one by one. */
  private mayEnter(): boolean {
    const enough = this.affordable > BigInt(this.outstanding() + this.inside);
    if (enough) this.inside += 1;
    if (enough && this.paused) this.logger.info({ affordable: Number(this.affordable) }, 'the payer has funds again: mints go on');
    this.paused = !enough;
    return enough;
  }

  private async read(): Promise<void> {
    const { balance, perMint } = await this.chain.funds();
    this.affordable = balance / perMint - MARGIN_MINTS;
    this.readAt = performance.now();
    if (this.affordable > BigInt(this.outstanding() + this.inside)) return;
    const replenished = await this.chain.replenish();
    if (!replenished && !this.paused)
      this.logger.warn(
        { balance: `${balance}`, perMint: `${perMint}`, outstanding: this.outstanding() },
        'mints wait: the payer is low on funds',
      );
  }

  /** All that wait share one timer. */
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
