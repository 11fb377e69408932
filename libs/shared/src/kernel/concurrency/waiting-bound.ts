export interface WaitingLimits {
  /** The longest wait. */
  readonly longestMs: number;
  /** So many may wait whatever the rate; below it, nothing is measured, because the rate is that of the demand. */
  readonly least: number;
  /** So many may wait while the rate is not known, and at any rate. */
  readonly most: number;
}

/** A rate is measured over this long: shorter, one slow commit halves it; longer, it follows a change too late. */
const WINDOW_MS = 500;

/**
 * How many may wait, so that each is served in time: as many as are served in that time, at the rate measured while there is always work. A
 * constant bound is too large for a slow machine, whose callers then all time out, and too small for a fast one.
 */
export class WaitingBound {
  private window: { readonly since: number; served: number } | undefined;
  private perMs: number | undefined;

  constructor(
    private readonly limits: WaitingLimits,
    /** Milliseconds that never go back. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** One was served. @param waiting so many wait still */
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
    if (this.window !== undefined) this.measure(this.window); // also where none is served any more
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
