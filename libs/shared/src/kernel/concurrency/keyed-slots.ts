/** Frees a slot. Further calls do nothing, so that every exit path may call it. */
export type Release = () => void;

/** Bounds concurrent slots for each key and in total. The function that `take` returns frees a slot. */
export class KeyedSlots {
  private readonly taken = new Map<string, number>();
  private inAll = 0;

  constructor(
    private readonly perKey: number,
    private readonly total = Number.POSITIVE_INFINITY,
  ) {}

  /** Takes a slot. @returns the function that frees it, or `undefined` when none is free */
  take(key: string): Release | undefined {
    const before = this.of(key);
    if (before >= this.perKey || this.inAll >= this.total) return undefined;
    this.taken.set(key, before + 1);
    this.inAll += 1;
    let isHeld = true;
    return () => {
      if (isHeld) this.giveBack(key);
      isHeld = false;
    };
  }

  /** Slots that this key holds now. */
  of(key: string): number {
    return this.taken.get(key) ?? 0;
  }

  /** Slots that all keys hold now. */
  get count(): number {
    return this.inAll;
  }

  /** Keys that hold a slot. */
  get keys(): number {
    return this.taken.size;
  }

  private giveBack(key: string): void {
    this.inAll -= 1;
    const left = this.of(key) - 1;
    if (left === 0) this.taken.delete(key);
    else this.taken.set(key, left);
  }
}
