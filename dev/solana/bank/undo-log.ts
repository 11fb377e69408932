import type { AccountImage } from './account-image.js';

interface SlotBefore {
  readonly slot: number;
  readonly before: Map<string, AccountImage | null>;
}

/**
 * For each slot, the previous state of every account written in it. Read forward, it gives the state at the end of an earlier slot (the
 * three commitment views); applied backward, it rolls the chain back.
 */
export class UndoLog {
  /** Oldest first; only slots with writes. */
  private slots: SlotBefore[] = [];

  remember(slot: number, address: string, before: AccountImage | null): void {
    let last = this.slots.at(-1);
    if (last?.slot !== slot) {
      last = { slot, before: new Map() };
      this.slots.push(last);
    }
    if (!last.before.has(address)) last.before.set(address, before);
  }

  /** The account's state at the end of `slot`; undefined when it has not been written since. */
  imageAt(address: string, slot: number): AccountImage | null | undefined {
    for (const entry of this.slots) {
      if (entry.slot <= slot) continue;
      const before = entry.before.get(address);
      if (before !== undefined) return before;
    }
    return undefined;
  }

  /** Undoes every slot after `slot`, newest first. */
  rewind(slot: number, restore: (address: string, image: AccountImage | null) => void): void {
    for (const entry of this.slots.toReversed()) {
      if (entry.slot <= slot) break;
      for (const [address, image] of entry.before) restore(address, image);
    }
    this.slots = this.slots.filter((entry) => entry.slot <= slot);
  }

  forgetUpTo(slot: number): void {
    while (this.slots[0] !== undefined && this.slots[0].slot <= slot) this.slots.shift();
  }
}
