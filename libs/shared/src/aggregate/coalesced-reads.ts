interface Caller<T> {
  readonly deliver: (state: T) => void;
  readonly fail: (thrown: unknown) => void;
}

/**
 * Concurrent reads share one read of the log. A caller that arrives during a read waits for the next one. Each read begins after its
 * callers arrived, so no caller gets a state older than its request.
 */
export class CoalescedReads<T> {
  private readonly waiting = new Map<string, Caller<T>[]>();
  private readonly running = new Set<string>();

  constructor(
    /** Reads the log and passes the state, once, while it may be used. */
    private readonly readLog: (subject: string, deliver: (state: T) => void) => Promise<void>,
  ) {}

  /** Resolves with `use` of the state. `use` runs under the lock, so it must be synchronous. */
  read<R>(subject: string, use: (state: T) => R): Promise<R> {
    return new Promise((resolve, reject) => {
      const deliver = (state: T): void => {
        try {
          resolve(use(state));
        } catch (thrown) {
          reject(thrown);
        }
      };
      const waiting = this.waiting.get(subject);
      if (waiting === undefined) this.waiting.set(subject, [{ deliver, fail: reject }]);
      else waiting.push({ deliver, fail: reject });
      if (!this.running.has(subject)) void this.run(subject);
    });
  }

  /** Reads until no caller waits. */
  private async run(subject: string): Promise<void> {
    this.running.add(subject);
    await Promise.resolve(); // calls of the same tick share one read
    for (let callers = this.waiting.get(subject); callers !== undefined; callers = this.waiting.get(subject)) {
      this.waiting.delete(subject);
      await this.serve(subject, callers);
    }
    this.running.delete(subject);
  }

  private async serve(subject: string, callers: readonly Caller<T>[]): Promise<void> {
    try {
      await this.readLog(subject, (state) => {
        for (const caller of callers) caller.deliver(state);
      });
    } catch (thrown) {
      for (const caller of callers) caller.fail(thrown); // has no effect on callers that have their result
    }
  }
}
