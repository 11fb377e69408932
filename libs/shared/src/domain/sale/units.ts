import type { OrderId, UnitId } from '../../kernel/ids.js';
import type { RowRange, UnitsOffered } from './events.js';

/** Which units a sale has and who has them. A unit has at most one order. Rows are never written out: a sale weighs what was taken of it. */
export class Units {
  private readonly takenBy = new Map<UnitId, OrderId>();
  private readonly seats: ReadonlySet<string>;
  private readonly rows: ReadonlyMap<string, RowRange>;
  readonly opened: number;
  /** Every place of a quota below this one is taken or in `returned`. */
  private nextPlace = 1;
  private readonly returned: number[] = [];

  constructor(readonly offered: UnitsOffered) {
    this.seats = new Set('seats' in offered ? offered.seats : []);
    this.rows = new Map('rows' in offered ? offered.rows.map((range) => [range.row, range]) : []);
    this.opened =
      'quota' in offered ? offered.quota : this.seats.size + [...this.rows.values()].reduce((sum, { from, to }) => sum + to - from + 1, 0);
  }

  get isQuota(): boolean {
    return 'quota' in this.offered;
  }

  get available(): number {
    return this.opened - this.takenBy.size;
  }

  has(unit: UnitId): boolean {
    if (this.isQuota) return isNumber(unit) && Number(unit) <= this.opened;
    return this.seats.has(unit) || this.isInRow(unit);
  }

  orderOf(unit: UnitId): OrderId | undefined {
    return this.takenBy.get(unit);
  }

  /** The lowest free places of a quota; fewer when fewer are left. Nothing is taken. */
  lowestFree(quantity: number): UnitId[] {
    const places = [...this.returned].sort((left, right) => left - right).slice(0, quantity);
    for (let place = this.nextPlace; places.length < quantity && place <= this.opened; place++) {
      if (!this.takenBy.has(`${place}` as UnitId)) places.push(place);
    }
    return places.map((place) => `${place}` as UnitId);
  }

  take(unit: UnitId, order: OrderId): void {
    const holder = this.takenBy.get(unit);
    if (holder !== undefined || !this.has(unit))
      throw new Error(`unit ${unit} cannot go to ${order}: ${holder === undefined ? 'there is none' : `${holder} has it`}`);
    this.takenBy.set(unit, order);
    if (!this.isQuota) return;
    const place = Number(unit);
    const returned = this.returned.indexOf(place);
    if (returned >= 0) this.returned.splice(returned, 1);
    while (this.takenBy.has(`${this.nextPlace}` as UnitId)) this.nextPlace += 1;
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
