export interface WaitingLimits {
  /** The longest wait. */
  readonly longestMs: number;
  /** This many may wait at any rate. Below it nothing is measured: the rate would be that of the demand. */
  readonly least: number;
  /** This many may wait while the rate is unknown, and at most at any rate. */
  readonly most: number;
}

/** The window of a measurement. Shorter, one slow commit halves the rate; longer, the rate follows a change too late. */
const WINDOW_MS = 500;

/**
 * The number of requests that may wait so that each is served in time: as many as are served in that time, at the rate measured while
 * work is always waiting. A constant limit is too large for a slow machine, whose callers then all time out, and too small for a fast
 * one.
 */
export class WaitingBound {
  private window: { readonly since: number; served: number } | undefined;
  private perMs: number | undefined;

  constructor(
    private readonly limits: WaitingLimits,
    /** A monotonic clock in milliseconds. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Records one served request. @param waiting the number that still waits */
  served(waiting: number): void {
    if (waiting < this.limits.least) {
      this.window = undefined;
      this.perMs = undefined;
      return;
    }
    this.window ??= { since: this.now(), served: 0 };
    this.window.served += 1;
    this.measure(this.window);
  }

  get size(): number {
    if (this.window !== undefined) this.measure(this.window); // also when no request is served any more
    const { longestMs, least, most } = this.limits;
    return this.perMs === undefined ? most : Math.min(most, Math.max(least, this.perMs * longestMs));
  }

  private measure({ since, served }: { readonly since: number; readonly served: number }): void {
    const elapsedMs = this.now() - since;
    if (elapsedMs < WINDOW_MS) return;
    this.perMs = served / elapsedMs;
    this.window = { since: this.now(), served: 0 };
  }
}
