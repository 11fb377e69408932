import type { AreaId, CategoryId, OrderId, UnitId } from '../../../kernel/ids.js';
import type { Seat, UnitsOffered } from '../terms.js';
import { AreaBlock, type Block, ListBlock, RangeBlock, type Spot } from './block.js';
import { Stock } from './stock.js';

/** Places that can no longer be assigned, by area: `''` is the one without a name. */
export type Withdrawn = ReadonlyMap<AreaId | '', readonly number[]>;

/** The units of a sale in plan order, and their orders: at most one each. Rows are not expanded: memory grows with taken units. */
export class Units {
  private taken = 0;
  /** Blocks of a row by its name. */
  private readonly rows = new Map<string, RangeBlock[]>();
  private readonly seats = new Map<UnitId, Spot>();
  /** By name; the one without a name under ''. */
  private readonly areas = new Map<AreaId | '', AreaBlock>();
  private readonly stocks = new Map<CategoryId | undefined, Stock>();
  private total = 0;
  private readonly blocks: Block[] = [];

  constructor(
    offered: UnitsOffered,
    /** Of areas that had a larger quota. */
    readonly withdrawn: Withdrawn = new Map(),
  ) {
    this.offer(offered);
  }

  /** In the order of the plan. */
  get plan(): readonly Block[] {
    return this.blocks;
  }

  get opened(): number {
    return this.total;
  }

  get available(): number {
    return this.total - this.taken;
  }

  /** Its units are the places of a single area, and cannot be requested by name. */
  get isQuota(): boolean {
    return this.areas.size === 1 && this.rows.size === 0 && this.seats.size === 0;
  }

  /** Category by category, in the order in which they occur. */
  get categories(): readonly Stock[] {
    return [...this.stocks.values()];
  }

  ofCategory(category: CategoryId | undefined): Stock | undefined {
    return this.stocks.get(category);
  }

  /** `''`: the one without a name. */
  area(area: AreaId | ''): AreaBlock | undefined {
    return this.areas.get(area);
  }

  has(unit: UnitId): boolean {
    return this.spotOf(unit) !== undefined;
  }

  /** Its place in the plan. */
  spotOf(unit: UnitId): Spot | undefined {
    const listed = this.seats.get(unit);
    if (listed !== undefined) return listed;
    const dash = unit.lastIndexOf('-');
    const number = unit.slice(dash + 1);
    if (dash === 0 || !isNumber(number)) return undefined;
    const name = dash === -1 ? '' : unit.slice(0, dash);
    const area = this.areas.get(name as AreaId);
    if (area !== undefined) return area.places.has(Number(number)) ? { block: area, place: Number(number) } : undefined;
    for (const block of this.rows.get(name) ?? []) {
      const place = block.placeOf(Number(number));
      if (place !== undefined) return { block, place };
    }
    return undefined;
  }

  /** The text that people see instead of the unit. A withdrawn place keeps its label: tickets of ended orders name it. */
  labelOf(unit: UnitId): string | undefined {
    const spot = this.spotOf(unit);
    if (spot !== undefined) return spot.block.labelAt(spot.place);
    return this.areas.get(unit.slice(0, Math.max(0, unit.lastIndexOf('-'))) as AreaId | '')?.labelAt();
  }

  orderOf(unit: UnitId): OrderId | undefined {
    const spot = this.spotOf(unit);
    return spot?.block.places.holderOf(spot.place);
  }

  /** Whether the sale has all of them, and all are free. */
  areFree(units: readonly UnitId[]): boolean {
    return units.every((unit) => {
      const spot = this.spotOf(unit);
      return spot !== undefined && spot.block.places.holderOf(spot.place) === undefined;
    });
  }

  take(unit: UnitId, order: OrderId): void {
    const spot = this.spotOf(unit);
    const holder = spot?.block.places.holderOf(spot.place);
    if (spot === undefined || holder !== undefined)
      throw new Error(`unit ${unit} cannot go to ${order}: ${holder === undefined ? 'there is none' : `${holder} has it`}`);
    spot.block.places.give(spot.place, order);
    this.taken += 1;
  }

  release(unit: UnitId, order: OrderId): void {
    const spot = this.spotOf(unit);
    if (spot === undefined || spot.block.places.holderOf(spot.place) !== order)
      throw new Error(`unit ${unit} cannot be given back by ${order}, which does not have it`);
    spot.block.places.takeBack(spot.place);
    this.taken -= 1;
    this.stockOf(spot.block).lookAgain();
  }

  /** Hides free units from the search while `choose` runs. */
  without<T>(choose: (setAside: (spots: readonly Spot[]) => void) => T): T {
    const aside: Spot[] = [];
    try {
      return choose((spots) => {
        for (const spot of spots) spot.block.places.setAside(spot.place);
        aside.push(...spots);
      });
    } finally {
      for (const { block, place } of aside) {
        block.places.putBack(place);
        this.stockOf(block).lookAgain();
      }
    }
  }

  private offer({ rows = [], seats = [], areas = [] }: UnitsOffered): void {
    for (const row of rows) {
      const blocks = row.seats.map((range) => new RangeBlock(row, range));
      this.rows.set(row.row, blocks);
      for (const block of blocks) this.add(block);
    }
    for (const listed of sameCategory(seats)) {
      const block = new ListBlock(listed[0]?.category, listed);
      for (const [index, { unit }] of listed.entries()) this.seats.set(unit, { block, place: index + 1 });
      this.add(block);
    }
    for (const area of areas) {
      const block = new AreaBlock(area, this.withdrawn.get(area.area ?? ''));
      this.areas.set(block.id ?? '', block);
      this.add(block);
    }
  }

  private add(block: Block): void {
    this.total += block.places.count;
    this.blocks.push(block);
    this.stockOf(block).add(block);
  }

  private stockOf({ category }: Block): Stock {
    const known = this.stocks.get(category);
    if (known !== undefined) return known;
    const stock = new Stock(category);
    this.stocks.set(category, stock);
    return stock;
  }
}

/** Consecutive single seats of one category. */
function sameCategory(seats: readonly Seat[]): Seat[][] {
  const groups: Seat[][] = [];
  for (const seat of seats) {
    const last = groups.at(-1);
    if (last?.[0]?.category === seat.category && last !== undefined) last.push(seat);
    else groups.push([seat]);
  }
  return groups;
}

/** One spelling each: "7" is a number, "07" is not. */
const isNumber = (text: string): boolean => /^[1-9]\d{0,6}$/.test(text);
