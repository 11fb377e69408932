/**
 * Runs at most this many tasks at once. The others wait: first in, first out within a key, and keys in turn. So a busy key delays
 * another by at most the running tasks and one task of each waiting key.
 */
export class TurnLane {
  private running = 0;
  /** By key; the first key is next. */
  private readonly waiting = new Map<string, (() => void)[]>();

  constructor(private readonly width: number) {}

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    if (this.running >= this.width) await new Promise<void>((resolve) => this.wait(key, resolve));
    else this.running += 1;
    try {
      return await work();
    } finally {
      this.passOn();
    }
  }

  private wait(key: string, goOn: () => void): void {
    const line = this.waiting.get(key);
    if (line === undefined) this.waiting.set(key, [goOn]);
    else line.push(goOn);
  }

  private passOn(): void {
    const [first] = this.waiting;
    if (first === undefined) {
      this.running -= 1;
      return;
    }
    const [key, line] = first;
    const next = line.shift();
    this.waiting.delete(key); // to the end of the turn
    if (line.length > 0) this.waiting.set(key, line);
    next?.(); // takes over this place
  }
}
