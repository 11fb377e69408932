import type { Release } from './keyed-slots.js';

export interface SemaphoreLimits {
  /** Tasks that run at once. */
  readonly width: number;
  /** At most this many tasks of one key while another key is in use. A key alone may use all slots. Absent: no limit per key. */
  readonly perKey?: number;
  /** A task that takes longer releases its slot to the next one, and continues. */
  readonly longestMs?: number;
}

/** A key counts as in use for this long after its last task arrived: a key with one task a second finds its slots free each time. */
const IN_USE_MS = 10_000;

/**
 * Runs at most `width` tasks at once. The others wait: first in, first out within a key, and keys in turn. So a busy key delays another by
 * at most the running tasks and one task of each waiting key.
 */
export class Semaphore {
  private running = 0;
  /** By key; the first entry has the next turn. */
  private readonly lines = new Map<string, (() => void)[]>();
  /** Slots that each key holds. */
  private readonly held = new Map<string, number>();
  /** The last arrival of each key in use; the oldest comes first. */
  private readonly cameAt = new Map<string, number>();
  private readonly limits: SemaphoreLimits;

  constructor(
    limits: number | SemaphoreLimits,
    /** A monotonic clock in milliseconds. */
    private readonly now: () => number = () => performance.now(),
  ) {
    this.limits = typeof limits === 'number' ? { width: limits } : limits;
  }

  async run<T>(work: () => Promise<T>, key = ''): Promise<T> {
    const turn = this.acquire(key);
    const leave = typeof turn === 'function' ? turn : await turn; // a free slot is taken synchronously
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** Takes a slot, or waits for one. @returns the function that releases it */
  acquire(key = ''): Release | Promise<Release> {
    this.note(key);
    if (!this.hasRoom(key) || this.lines.has(key)) return new Promise((resolve) => this.wait(key, () => resolve(this.leaving(key))));
    this.hold(key);
    return this.leaving(key);
  }

  private leaving(key: string): Release {
    let hasPlace = true;
    const leave = (): void => {
      clearTimeout(timer);
      if (hasPlace) this.release(key);
      hasPlace = false;
    };
    const timer = this.limits.longestMs === undefined ? undefined : setTimeout(leave, this.limits.longestMs);
    return leave;
  }

  private hasRoom(key: string): boolean {
    if (this.running >= this.limits.width) return false;
    const { perKey } = this.limits;
    return perKey === undefined || this.cameAt.size <= 1 || (this.held.get(key) ?? 0) < perKey;
  }

  private note(key: string): void {
    if (this.limits.perKey === undefined) return;
    const now = this.now();
    this.cameAt.delete(key);
    this.cameAt.set(key, now); // moves it to the end: the oldest comes first
    for (const [other, at] of this.cameAt) {
      if (now - at < IN_USE_MS) break;
      this.cameAt.delete(other);
    }
  }

  private hold(key: string): void {
    this.running += 1;
    this.held.set(key, (this.held.get(key) ?? 0) + 1);
  }

  private wait(key: string, begin: () => void): void {
    const line = this.lines.get(key);
    if (line === undefined) this.lines.set(key, [begin]);
    else line.push(begin);
    this.beginAll(); // a key may be alone again
  }

  private release(key: string): void {
    this.running -= 1;
    const left = (this.held.get(key) ?? 0) - 1;
    if (left > 0) this.held.set(key, left);
    else this.held.delete(key);
    this.beginAll();
  }

  /** Fills the free slots: more than one when a key is alone again after it left slots to others. */
  private beginAll(): void {
    for (let key = this.nextKey(); key !== undefined; key = this.nextKey()) {
      const line = this.lines.get(key) ?? [];
      const next = line.shift();
      this.lines.delete(key);
      if (line.length > 0) this.lines.set(key, line); // to the end: every other key has its turn first
      this.hold(key);
      next?.();
    }
  }

  private nextKey(): string | undefined {
    for (const key of this.lines.keys()) if (this.hasRoom(key)) return key;
    return undefined;
  }
}
