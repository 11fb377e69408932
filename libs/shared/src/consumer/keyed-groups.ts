export interface GroupLimits {
  /** A group closes at this many items … */
  readonly maxCount: number;
  /** … or at this many bytes, whichever comes first. A single larger item is a group of its own. */
  readonly maxBytes: number;
  /** So many keys are worked on at once. */
  readonly maxKeys: number;
  /** Whose a key is: those take turns, whatever number of keys each has. Absent: keys alone take turns. */
  readonly ownerOf?: (key: string) => string;
}

interface Waiting<T> {
  readonly item: T;
  readonly bytes: number;
}

/**
 * Group commit: what waits for one key is handled together, one group of a key at a time, keys in turn.
 * One item when idle, many in a rush: contention for one key costs nothing.
 */
export class KeyedGroups<T> {
  /** By owner and key; the front has its turn next. */
  private readonly waiting = new Map<string, Map<string, Waiting<T>[]>>();
  private readonly running = new Set<string>();
  private idle: (() => void)[] = [];

  constructor(
    private readonly limits: GroupLimits,
    /** Handles one group. It must not throw: what fails is settled inside. */
    private readonly handle: (key: string, group: readonly T[]) => Promise<void>,
  ) {}

  add(key: string, item: T, bytes: number): void {
    const owner = this.ownerOf(key);
    const keys = this.waiting.get(owner) ?? new Map<string, Waiting<T>[]>();
    if (keys.size === 0) this.waiting.set(owner, keys);
    const queue = keys.get(key);
    if (queue === undefined) keys.set(key, [{ item, bytes }]);
    else queue.push({ item, bytes });
    this.start();
  }

  /** Everything that waits, to be kept alive or counted. */
  *pending(): Iterable<T> {
    for (const keys of this.waiting.values()) for (const queue of keys.values()) for (const { item } of queue) yield item;
  }

  /** Resolves when nothing waits and nothing runs. */
  async drained(): Promise<void> {
    if (this.waiting.size === 0 && this.running.size === 0) return;
    await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  private start(): void {
    while (this.running.size < this.limits.maxKeys) {
      const next = this.next();
      if (next === undefined) return;
      const { owner, keys, key, queue } = next;
      this.waiting.delete(owner); // to the end of the turn, with what is left
      keys.delete(key); // what is left goes to the end of the line below: keys take turns
      const group = this.close(queue);
      if (queue.length > 0) keys.set(key, queue);
      if (keys.size > 0) this.waiting.set(owner, keys);
      this.running.add(key);
      void this.run(key, group);
    }
  }

  private next() {
    for (const [owner, keys] of this.waiting)
      for (const [key, queue] of keys) if (!this.running.has(key)) return { owner, keys, key, queue };
    return undefined;
  }

  private ownerOf(key: string): string {
    return this.limits.ownerOf?.(key) ?? '';
  }

  private async run(key: string, group: readonly T[]): Promise<void> {
    try {
      await this.handle(key, group);
    } finally {
      this.running.delete(key);
      this.start();
      if (this.waiting.size === 0 && this.running.size === 0) for (const resolve of this.idle.splice(0)) resolve();
    }
  }

  private close(queue: Waiting<T>[]): T[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of queue) {
      bytes += waiting.bytes;
      if (count > 0 && (count >= this.limits.maxCount || bytes > this.limits.maxBytes)) break;
      count += 1;
    }
    return queue.splice(0, count).map(({ item }) => item);
  }
}
