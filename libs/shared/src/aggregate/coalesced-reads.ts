interface Asker<T> {
  readonly tell: (seen: T) => void;
  readonly fail: (thrown: unknown) => void;
}

/**
 * Looks at the log that many share. Who comes while a look is under way is told by the next one: a look begins after all whom it tells
 * have asked, so nobody is told less than was true when they came.
 */
export class CoalescedReads<T> {
  private readonly waiting = new Map<string, Asker<T>[]>();
  private readonly running = new Set<string>();

  constructor(
    /** Looks, and tells what it saw, once, when that may be used. */
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

  /** One look after the other, for as long as somebody waits. */
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
