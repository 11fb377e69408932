import type { OrderId, UnitId } from '../../kernel/ids.js';
import type { RowRange, UnitsOffered } from './events.js';
import { Places } from './places.js';

/** Which units a sale has and who has them. A unit has at most one order. Rows are never written out: a sale weighs what was taken of it. */
export class Units {
  private taken = 0;
  /** Of a quota, its places know it. */
  private readonly takenBy = new Map<UnitId, OrderId>();
  private readonly seats: ReadonlySet<string>;
  private readonly rows: ReadonlyMap<string, RowRange>;
  readonly opened: number;
  private readonly places: Places | undefined;

  constructor(offered: UnitsOffered) {
    this.seats = new Set('seats' in offered ? offered.seats : []);
    this.rows = new Map('rows' in offered ? offered.rows.map((range) => [range.row, range]) : []);
    this.places = 'quota' in offered ? new Places(offered.quota) : undefined;
    this.opened =
      'quota' in offered ? offered.quota : this.seats.size + [...this.rows.values()].reduce((sum, { from, to }) => sum + to - from + 1, 0);
  }

  get isQuota(): boolean {
    return this.places !== undefined;
  }

  get available(): number {
    return this.opened - this.taken;
  }

  has(unit: UnitId): boolean {
    if (this.isQuota) return isNumber(unit) && Number(unit) <= this.opened;
    return this.seats.has(unit) || this.isInRow(unit);
  }

  orderOf(unit: UnitId): OrderId | undefined {
    if (this.places === undefined) return this.takenBy.get(unit);
    return isNumber(unit) ? this.places.holderOf(Number(unit)) : undefined;
  }

  /** Whether all of them are free. */
  areFree(units: readonly UnitId[]): boolean {
    return units.every((unit) => this.orderOf(unit) === undefined);
  }

  /** The lowest free places of a quota; fewer when fewer are left. Nothing is taken. */
  lowestFree(quantity: number): UnitId[] {
    return (this.places?.lowestFree(quantity) ?? []).map((place) => `${place}` as UnitId);
  }

  take(unit: UnitId, order: OrderId): void {
    const holder = this.orderOf(unit);
    if (holder !== undefined || !this.has(unit))
      throw new Error(`unit ${unit} cannot go to ${order}: ${holder === undefined ? 'there is none' : `${holder} has it`}`);
    this.taken += 1;
    if (this.places === undefined) this.takenBy.set(unit, order);
    else this.places.give(Number(unit), order);
  }

  release(unit: UnitId, order: OrderId): void {
    if (this.orderOf(unit) !== order) throw new Error(`unit ${unit} cannot be given back by ${order}, which does not have it`);
    this.taken -= 1;
    if (this.places === undefined) this.takenBy.delete(unit);
    else this.places.give(Number(unit), undefined);
  }

  /** `<row>-<number>`; a row's name may hold a dash, its numbers cannot. */
  private isInRow(unit: UnitId): boolean {
    const dash = unit.lastIndexOf('-');
    const range = this.rows.get(unit.slice(0, dash));
    const number = unit.slice(dash + 1);
    return range !== undefined && isNumber(number) && Number(number) >= range.from && Number(number) <= range.to;
  }
}

/** One way to write each: "7" is a number, "07" is not. */
const isNumber = (text: string): boolean => /^[1-9]\d{0,6}$/.test(text);
