/** A value that is asked for once for everybody who wants it within a moment. A failure is seen by those who waited; the next one asks again. */
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

  /** What is known is too old, whatever the time says. */
  forget(): void {
    this.current = undefined;
  }
}
