import type { Release } from './keyed-slots.js';

export interface SemaphoreLimits {
  /** Pieces of work that run at once. */
  readonly width: number;
  /** Of those, at most so many of one key while another key is in use. A key that is alone may have them all. Absent: no bound of a key. */
  readonly perKey?: number;
  /** Work that takes longer gives its place to the next, and runs on. */
  readonly longestMs?: number;
}

/** A key is in use for so long after its last work came: one that asks once a second finds its places free each time. */
const IN_USE_MS = 10_000;

/**
 * Runs at most `width` tasks at once. The others wait: first in, first out within a key, and keys in turn. So a busy key delays another by
 * at most the running tasks and one task of each waiting key.
 */
export class Semaphore {
  private running = 0;
  /** By key; the front has its turn next. */
  private readonly lines = new Map<string, (() => void)[]>();
  /** Places that a key holds. */
  private readonly held = new Map<string, number>();
  /** When each key that is in use came last; the front came first. */
  private readonly cameAt = new Map<string, number>();
  private readonly limits: SemaphoreLimits;

  constructor(
    limits: number | SemaphoreLimits,
    /** Milliseconds that never go back. */
    private readonly now: () => number = () => performance.now(),
  ) {
    this.limits = typeof limits === 'number' ? { width: limits } : limits;
  }

  async run<T>(work: () => Promise<T>, key = ''): Promise<T> {
    const turn = this.acquire(key);
    const leave = typeof turn === 'function' ? turn : await turn; // where there is room, it begins at once
    try {
      return await work();
    } finally {
      leave();
    }
  }

  /** Takes a place, or waits for one. @returns the function that gives it back */
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
    this.cameAt.set(key, now); // at the end: the front came first
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
    this.beginAll(); // where a key is alone again
  }

  private release(key: string): void {
    this.running -= 1;
    const left = (this.held.get(key) ?? 0) - 1;
    if (left > 0) this.held.set(key, left);
    else this.held.delete(key);
    this.beginAll();
  }

  /** Fills the places that are free: more than one where a key is alone again that had to leave places to others. */
  private beginAll(): void {
    for (let key = this.nextKey(); key !== undefined; key = this.nextKey()) {
      const line = this.lines.get(key) ?? [];
      const next = line.shift();
      this.lines.delete(key);
      if (line.length > 0) this.lines.set(key, line); // at the end: every other key has its turn first
      this.hold(key);
      next?.();
    }
  }

  private nextKey(): string | undefined {
    for (const key of this.lines.keys()) if (this.hasRoom(key)) return key;
    return undefined;
  }
}
