export interface GroupLimits {
  /** A group closes at this many items … */
  readonly maxCount: number;
  /** … or at this many bytes, whichever is reached first. A single larger item is a group of its own. */
  readonly maxBytes: number;
  /** The number of keys with a running group. */
  readonly maxKeys: number;
  /** The owner of a key: owners take turns, whatever their number of keys. Absent: only keys take turns. */
  readonly ownerOf?: (key: string) => string;
}

interface Waiting<T> {
  readonly item: T;
  readonly bytes: number;
}

/**
 * Group commit: all items that wait for one key are handled together, one group per key at a time, keys in turn. A group has one item
 * when idle and many under load, so contention for one key adds no commits.
 */
export class KeyedGroups<T> {
  /** By owner and key; the first entry has the next turn. */
  private readonly waiting = new Map<string, Map<string, Waiting<T>[]>>();
  private readonly running = new Set<string>();
  private idle: (() => void)[] = [];

  constructor(
    private readonly limits: GroupLimits,
    /** Handles one group. It must not throw: it settles its own failures. */
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

  /** All waiting items, for extending their ack wait and for counting. */
  *pending(): Iterable<T> {
    for (const keys of this.waiting.values()) for (const queue of keys.values()) for (const { item } of queue) yield item;
  }

  /** Resolves when no item waits and no group runs. */
  async drained(): Promise<void> {
    if (this.waiting.size === 0 && this.running.size === 0) return;
    await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  private start(): void {
    while (this.running.size < this.limits.maxKeys) {
      const next = this.next();
      if (next === undefined) return;
      const { owner, keys, key, queue } = next;
      this.waiting.delete(owner); // the owner goes to the end of the line with its other keys
      keys.delete(key); // remaining items go to the end of the line below: keys take turns
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
