import type { OrderId, UnitId } from '../../kernel/ids.js';
import type { UnitsOffered } from './events.js';

/** Which units a sale has and who has them. A unit has at most one order. */
export class Units {
  private readonly takenBy = new Map<UnitId, OrderId>();
  private readonly seats: ReadonlySet<string> | undefined;
  readonly opened: number;
  /** Every place of a quota below this one is taken or in `returned`. */
  private nextPlace = 1;
  private readonly returned: number[] = [];

  constructor(readonly offered: UnitsOffered) {
    this.seats = 'quota' in offered ? undefined : new Set(seatsOf(offered));
    this.opened = 'quota' in offered ? offered.quota : (this.seats?.size ?? 0);
  }

  get isQuota(): boolean {
    return this.seats === undefined;
  }

  get available(): number {
    return this.opened - this.takenBy.size;
  }

  has(unit: UnitId): boolean {
    return this.seats === undefined ? this.isPlace(unit) : this.seats.has(unit);
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
    if (holder !== undefined || !this.has(unit)) throw new Error(`unit ${unit} cannot go to ${order}: ${holder === undefined ? 'there is none' : `${holder} has it`}`);
    this.takenBy.set(unit, order);
    if (!this.isQuota) return;
    const place = Number(unit);
    const returned = this.returned.indexOf(place);
    if (returned >= 0) this.returned.splice(returned, 1);
    while (this.takenBy.has(`${this.nextPlace}` as UnitId)) this.nextPlace += 1;
  }

  private isPlace(unit: UnitId): boolean {
    return /^[1-9]\d{0,6}$/.test(unit) && Number(unit) <= this.opened;
  }
}

function* seatsOf(offered: Exclude<UnitsOffered, { quota: number }>): Iterable<string> {
  if ('seats' in offered) yield* offered.seats;
  else for (const { row, from, to } of offered.rows) for (let seat = from; seat <= to; seat++) yield `${row}-${seat}`;
}
