import type { OrderId } from '../../../kernel/ids.js';

const WORD_BITS = 32;
const FULL = 0xffff_ffff;
const NOTHING = new Uint32Array();

/**
 * Numbered places 1..count with their orders. One bit each, so that the lowest free ones of 100,000 are found in microseconds. Nothing
 * is allocated before the first place is taken: a hall has thousands of ranges.
 */
export class Places {
  /** By number, no longer than the highest taken one. */
  private readonly holders: (OrderId | undefined)[] = [];
  #taken: Uint32Array | undefined;
  /** Without those that are set aside. */
  #free: number;
  private given = 0;
  readonly #withdrawn: ReadonlySet<number>;
  /** Every earlier word is full: places are assigned from the lowest on, and full words are not searched again for each order. */
  #firstWord = 0;

  /**
   * @param highest the number of the last place
   * @param withdrawn places that can no longer be assigned
   */
  constructor(
    readonly highest: number,
    withdrawn: readonly number[] = [],
  ) {
    this.#free = highest;
    this.#withdrawn = new Set(withdrawn);
    for (const place of withdrawn) this.mark(place, true);
  }

  /** Without those that are withdrawn. */
  get count(): number {
    return this.highest - this.#withdrawn.size;
  }

  has(place: number): boolean {
    return place <= this.highest && !this.#withdrawn.has(place);
  }

  /**
   * The withdrawn places for a new count: the highest free ones if it shrinks; the lowest are put back first if it grows.
   * @param count at least the number of assigned places
   */
  withdrawnFor(count: number): number[] {
    const before = [...this.#withdrawn].sort((one, other) => one - other);
    if (count >= this.count) return before.slice(count - this.count);
    const more: number[] = [];
    for (let place = this.highest; place > 0 && more.length < this.count - count; place--) if (this.isFree(place)) more.push(place);
    return [...before, ...more].sort((one, other) => one - other);
  }

  /** Taken now. */
  get taken(): number {
    return this.given;
  }

  /** Not taken, and not set aside. */
  get free(): number {
    return this.#free;
  }

  /** Not taken. */
  get available(): number {
    return this.count - this.given;
  }

  holderOf(place: number): OrderId | undefined {
    return this.holders[place];
  }

  give(place: number, holder: OrderId): void {
    this.holders[place] = holder;
    this.given += 1;
    this.mark(place, true);
  }

  takeBack(place: number): void {
    this.holders[place] = undefined;
    while (this.holders.length > 0 && this.holders.at(-1) === undefined) this.holders.pop();
    this.given -= 1;
    this.mark(place, false);
  }

  /** Hides a free place from the search until it is put back. */
  setAside(place: number): void {
    this.mark(place, true);
  }

  putBack(place: number): void {
    this.mark(place, false);
  }

  /** The lowest free places, fewer if fewer are left. */
  lowestFree(quantity: number): number[] {
    const found: number[] = [];
    const taken = this.#taken ?? NOTHING;
    while (taken[this.#firstWord] === FULL) this.#firstWord += 1;
    for (let word = this.#firstWord; word * WORD_BITS < this.highest && found.length < quantity; word++) {
      const bits = taken[word] ?? 0;
      if (bits === FULL) continue;
      for (let bit = 0; bit < WORD_BITS && found.length < quantity; bit++) {
        const place = word * WORD_BITS + bit + 1;
        if ((bits & (1 << bit)) === 0 && place <= this.highest) found.push(place);
      }
    }
    return found;
  }

  /** The first place of the lowest run of this many consecutive free places. */
  lowestRun(quantity: number): number | undefined {
    let run = 0;
    for (let place = 1; place <= this.highest; place++) {
      run = this.isFree(place) ? run + 1 : 0;
      if (run === quantity) return place - quantity + 1;
    }
    return undefined;
  }

  private isFree(place: number): boolean {
    const bits = this.#taken?.[Math.floor((place - 1) / WORD_BITS)] ?? 0;
    return (bits & (1 << ((place - 1) % WORD_BITS))) === 0;
  }

  private mark(place: number, taken: boolean): void {
    this.#taken ??= new Uint32Array(Math.ceil(this.highest / WORD_BITS));
    const bit = 1 << ((place - 1) % WORD_BITS);
    const word = Math.floor((place - 1) / WORD_BITS);
    const before = this.#taken[word] ?? 0;
    this.#taken[word] = taken ? before | bit : before & ~bit;
    if (!taken && word < this.#firstWord) this.#firstWord = word;
    this.#free += taken ? -1 : 1;
  }
}
