interface Asker<T> {
  readonly tell: (seen: T) => void;
  readonly fail: (thrown: unknown) => void;
}

/**
 * Concurrent reads share one read of the log. A caller during a read waits for the next one: each read begins after all its callers have
 * asked, so no caller gets a state older than its request.
 */
export class CoalescedReads<T> {
  private readonly waiting = new Map<string, Asker<T>[]>();
  private readonly running = new Set<string>();

  constructor(
    /** Reads the log and passes the result, once, when it may be used. */
    private readonly look: (subject: string, tell: (seen: T) => void) => Promise<void>,
  ) {}

  /** What `use` makes of what was seen. It is told in the middle of the look, so it must not wait for anything. */
  ask<R>(subject: string, use: (seen: T) => R): Promise<R> {
    return new Promise((resolve, reject) => {
      const tell = (seen: T): void => {
        try {
          resolve(use(seen));
        } catch (thrown) {
          reject(thrown);
        }
      };
      const waiting = this.waiting.get(subject);
      if (waiting === undefined) this.waiting.set(subject, [{ tell, fail: reject }]);
      else waiting.push({ tell, fail: reject });
      if (!this.running.has(subject)) void this.run(subject);
    });
  }

  /** Reads until no caller waits. */
  private async run(subject: string): Promise<void> {
    this.running.add(subject);
    await Promise.resolve(); // who asks in the same breath is told by the same look
    for (let askers = this.waiting.get(subject); askers !== undefined; askers = this.waiting.get(subject)) {
      this.waiting.delete(subject);
      await this.tell(subject, askers);
    }
    this.running.delete(subject);
  }

  private async tell(subject: string, askers: readonly Asker<T>[]): Promise<void> {
    try {
      await this.look(subject, (seen) => {
        for (const asker of askers) asker.tell(seen);
      });
    } catch (thrown) {
      for (const asker of askers) asker.fail(thrown); // who was told already is not told twice
    }
  }
}
