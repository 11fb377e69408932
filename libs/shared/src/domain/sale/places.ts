import type { OrderId } from '../../kernel/ids.js';

const WORD_BITS = 32;
const FULL = 0xffff_ffff;

/** The numbered places 1..count of a quota: a bit each, so that the lowest free ones of 100,000 are found in microseconds, and who has it. */
export class Places {
  /** By number. They are given away from the lowest on, so it is no longer than what was ever sold. */
  private readonly holders: (OrderId | undefined)[] = [];
  private readonly taken: Uint32Array;

  constructor(private readonly count: number) {
    this.taken = new Uint32Array(Math.ceil(count / WORD_BITS));
  }

  holderOf(place: number): OrderId | undefined {
    return this.holders[place];
  }

  /** @param holder `undefined`: it is free again */
  give(place: number, holder: OrderId | undefined): void {
    this.holders[place] = holder;
    const bit = 1 << ((place - 1) % WORD_BITS);
    const word = Math.floor((place - 1) / WORD_BITS);
    const before = this.taken[word] ?? 0;
    this.taken[word] = holder !== undefined ? before | bit : before & ~bit;
  }

  /** The lowest free places, fewer when fewer are left. */
  lowestFree(quantity: number): number[] {
    const found: number[] = [];
    for (let word = 0; word < this.taken.length && found.length < quantity; word++) {
      const bits = this.taken[word] ?? FULL;
      if (bits === FULL) continue;
      for (let bit = 0; bit < WORD_BITS && found.length < quantity; bit++) {
        const place = word * WORD_BITS + bit + 1;
        if ((bits & (1 << bit)) === 0 && place <= this.count) found.push(place);
      }
    }
    return found;
  }
}
