/** A value that concurrent callers share for a short time. A failure reaches the waiting callers; the next caller requests it again. */
export class TtlCache<T> {
  private current: Promise<T> | undefined;
  private askedAt = 0;

  constructor(
    private readonly ask: () => Promise<T>,
    private readonly freshMs: number,
  ) {}

  async read(): Promise<T> {
    const now = performance.now();
    if (this.current === undefined || now - this.askedAt > this.freshMs) {
      this.askedAt = now;
      const asked = this.ask();
      this.current = asked;
      asked.catch(() => {
        if (this.current === asked) this.current = undefined;
      });
    }
    return this.current;
  }

  /** Marks the value as stale, whatever its age. */
  forget(): void {
    this.current = undefined;
  }
}
