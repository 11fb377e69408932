/**
 * Runs at most this many tasks at once. The others wait in one queue for each key, and the queues take turns. With a time limit, a task
 * that exceeds it gives its place to the next one and continues.
 */
export class Semaphore {
  private running = 0;
  private readonly lines = new Map<string, (() => void)[]>();

  constructor(
    private readonly width: number,
    private readonly longestMs?: number,
  ) {}

  async run<T>(work: () => Promise<T>, key = ''): Promise<T> {
    if (this.running >= this.width) await new Promise<void>((resolve) => this.wait(key, resolve));
    else this.running += 1;
    let hasPlace = true;
    const leave = (): void => {
      if (hasPlace) this.passOn();
      hasPlace = false;
    };
    const timer = this.longestMs === undefined ? undefined : setTimeout(leave, this.longestMs);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      leave();
    }
  }

  private wait(key: string, begin: () => void): void {
    const line = this.lines.get(key);
    if (line === undefined) this.lines.set(key, [begin]);
    else line.push(begin);
  }

  private passOn(): void {
    const [first] = this.lines;
    if (first === undefined) {
      this.running -= 1;
      return;
    }
    const [key, line] = first;
    const next = line.shift();
    this.lines.delete(key);
    if (line.length > 0) this.lines.set(key, line); // to the end: every other key comes first
    next?.(); // takes over this place
  }
}
