import { setTimeout as pause } from 'node:timers/promises';

const MS_PER_SECOND = 1_000;
/** Busy for so long after each time that it was: between two group commits nothing waits for a moment, and that is no idle time. */
const BUSY_MS = 100;

/** Lets background work begin at once while the app is idle, and at a fixed rate while it is busy: in the order of the calls. */
export class Pacer {
  private last: Promise<void> = Promise.resolve();
  private busyUntil = 0;
  private nextAt = 0;

  constructor(
    private readonly isBusy: () => boolean,
    private readonly perSecond: number,
    /** Milliseconds that never go back. */
    private readonly now: () => number = () => performance.now(),
    private readonly wait: (ms: number) => Promise<void> = (ms) => pause(ms, undefined, { ref: false }),
  ) {}

  /** Resolves when the next piece of work may begin. */
  turn(): Promise<void> {
    this.last = this.last.then(() => this.next());
    return this.last;
  }

  private async next(): Promise<void> {
    const now = this.now();
    if (this.isBusy()) this.busyUntil = now + BUSY_MS;
    if (now >= this.busyUntil) return;
    const at = Math.max(now, this.nextAt);
    this.nextAt = at + MS_PER_SECOND / this.perSecond;
    if (at > now) await this.wait(at - now);
  }
}
