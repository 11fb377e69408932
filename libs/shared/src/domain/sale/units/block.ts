import type { AreaId, CategoryId, UnitId } from '../../../kernel/ids.js';
import type { Area, Row, Seat, SeatRange } from '../terms.js';
import { Places } from './places.js';

/** Units of one category that are adjacent in the plan: a range of a row, consecutive single seats, or an area. */
export interface Block {
  readonly category: CategoryId | undefined;
  readonly places: Places;
  /** Whether consecutive units are neighbours. */
  readonly hasNeighbours: boolean;
  /** Its units are assigned from the lowest on, and cannot be requested by name. */
  readonly isArea: boolean;
  /** @param place 1..count */
  unitAt(place: number): UnitId;
  labelAt(place: number): string | undefined;
}

/** A unit at its place in the plan. */
export interface Spot {
  readonly block: Block;
  readonly place: number;
}

/** A set of units to choose from. */
export interface Source {
  readonly category: CategoryId | undefined;
  /** Not taken. */
  readonly available: number;
  /** The earliest free units of the plan, fewer if fewer are left. */
  earliest(quantity: number): Spot[];
  /** The earliest free units that are all neighbours. */
  adjacent(quantity: number): Spot[] | undefined;
}

/** Numbers of a range. */
export const countOf = ({
  from,
  to,
  step = 1,
}: {
  readonly from: number;
  readonly to: number;
  readonly step?: number | undefined;
}): number => Math.floor((to - from) / step) + 1;

export class RangeBlock implements Block {
  readonly hasNeighbours = true;
  readonly isArea = false;
  readonly category: CategoryId | undefined;
  readonly places: Places;

  constructor(
    private readonly row: Row,
    private readonly range: SeatRange,
  ) {
    this.category = range.category ?? row.category;
    this.places = new Places(countOf(range));
  }

  /** The place of a seat number, if it is in the range. */
  placeOf(number: number): number | undefined {
    const { from, to, step = 1 } = this.range;
    return number >= from && number <= to && (number - from) % step === 0 ? (number - from) / step + 1 : undefined;
  }

  unitAt(place: number): UnitId {
    return `${this.row.row}-${this.numberAt(place)}` as UnitId;
  }

  labelAt(place: number): string | undefined {
    return this.row.label === undefined ? undefined : `${this.row.label}, ${this.numberAt(place)}`;
  }

  private numberAt(place: number): number {
    const { from, step = 1 } = this.range;
    return from + (place - 1) * step;
  }
}

export class ListBlock implements Block {
  readonly hasNeighbours = false;
  readonly isArea = false;
  readonly places: Places;

  constructor(
    readonly category: CategoryId | undefined,
    private readonly seats: readonly Seat[],
  ) {
    this.places = new Places(seats.length);
  }

  unitAt(place: number): UnitId {
    return this.seat(place).unit;
  }

  labelAt(place: number): string | undefined {
    return this.seat(place).label;
  }

  private seat(place: number): Seat {
    const seat = this.seats[place - 1];
    if (seat === undefined) throw new Error(`there is no seat ${place} among ${this.seats.length}`);
    return seat;
  }
}

export class AreaBlock implements Block, Source {
  readonly hasNeighbours = false;
  readonly isArea = true;
  readonly category: CategoryId | undefined;
  readonly places: Places;

  constructor(
    private readonly area: Area,
    withdrawn: readonly number[] = [],
  ) {
    this.category = area.category;
    this.places = new Places(area.quota + withdrawn.length, withdrawn);
  }

  get available(): number {
    return this.places.available;
  }

  earliest(quantity: number): Spot[] {
    return this.places.lowestFree(quantity).map((place) => ({ block: this, place }));
  }

  /** Places without a plan have no neighbours. */
  adjacent(): undefined {
    return undefined;
  }

  /** `undefined`: it has no name. */
  get id(): AreaId | undefined {
    return this.area.area;
  }

  unitAt(place: number): UnitId {
    const { area } = this.area;
    return (area === undefined ? `${place}` : `${area}-${place}`) as UnitId;
  }

  /** All of its places are equal. */
  labelAt(): string | undefined {
    return this.area.label;
  }
}
