import type { CategoryId } from '../../../kernel/ids.js';
import type { Block, Source, Spot } from './block.js';

/** The units of one category, in plan order. */
export class Stock implements Source {
  private readonly blocks: Block[] = [];
  opened = 0;
  /** Every earlier block is full: a category that sells from its beginning is not searched again for each order. */
  #first = 0;

  constructor(readonly category: CategoryId | undefined) {}

  add(block: Block): void {
    this.blocks.push(block);
    this.opened += block.places.count;
  }

  /** Not taken. */
  get available(): number {
    return this.blocks.reduce((sum, { places }) => sum + places.available, 0);
  }

  earliest(quantity: number): Spot[] {
    const found: Spot[] = [];
    for (let index = this.firstWithFree(); index < this.blocks.length && found.length < quantity; index++) {
      const block = this.blocks[index] as Block;
      if (block.places.free === 0) continue;
      for (const place of block.places.lowestFree(quantity - found.length)) found.push({ block, place });
    }
    return found;
  }

  adjacent(quantity: number): Spot[] | undefined {
    if (quantity === 1) return this.anyOne();
    for (let index = this.firstWithFree(); index < this.blocks.length; index++) {
      const block = this.blocks[index] as Block;
      if (!block.hasNeighbours || block.places.free < quantity) continue;
      const first = block.places.lowestRun(quantity);
      if (first !== undefined) return Array.from({ length: quantity }, (_, more) => ({ block, place: first + more }));
    }
    return undefined;
  }

  /** A unit was released: its block has a free one. */
  lookAgain(): void {
    this.#first = 0;
  }

  /** A single unit needs no neighbour. */
  private anyOne(): Spot[] | undefined {
    const found = this.earliest(1);
    return found.length === 0 ? undefined : found;
  }

  private firstWithFree(): number {
    while (this.#first < this.blocks.length && this.blocks[this.#first]?.places.free === 0) this.#first += 1;
    return this.#first;
  }
}
