import type { Heard } from '../harness/caller.js';

/** A sequence of requests to the real system: an operation, a body and a key. */
export type Ask = (what: string, body: object, key: string) => Promise<Pick<Heard, 'status' | 'text' | 'body'>>;

export interface Real {
  readonly ask: Ask;
  /** Moves the clock, if the system has a test clock. */
  readonly pass?: (minutes: number) => void;
  /** Reports a minter's results, if no minter runs. */
  readonly tell?: (what: string, body: object, key: string) => Promise<void>;
  readonly sale: string;
}

/** In the order of the plan: two seats of a row in front, and two alone in the back. */
export const SEATS = ['A-1', 'A-2', 'C', 'D'];
export const isFront = (unit: string): boolean => unit.startsWith('A-');
export const LIMIT = 2;
/** Of one buyer in the back. */
const BACK_LIMIT = 1;
export const HOLD_MINUTES = 10;
const PRICES = { adult: 101, child: 60, back: 70 };
const PERCENT_OFF = 50;
const USES = 2;
export const codes = (uses: number) => [{ code: 'HALF', uses, percentOff: PERCENT_OFF }];
/** Prices of later orders, as multiples of the price at the opening. */
export const pricesOf = (times: number) => [
  { category: 'front', type: 'adult', amount: `${times * PRICES.adult}` },
  { category: 'front', type: 'child', amount: `${times * PRICES.child}` },
  { category: 'back', amount: `${times * PRICES.back}` },
];

interface Order {
  readonly buyer: string;
  readonly units: readonly string[];
  /** Of its tickets in front. */
  readonly type: 'adult' | 'child';
  readonly endsAt: number;
  /** How many times the prices of the opening it was placed at. */
  readonly times: number;
  readonly coded: boolean;
  status: 'held' | 'confirmed' | 'expired' | 'cancelled' | 'refund-owed' | 'refunded';
  payment?: string;
  /** Its seller ended it: no payment brings it back. */
  final: boolean;
  /** Units whose mint was asked for: of an order that was given up they are its own until each is void. */
  readonly asked: Set<string>;
  readonly voided: Set<string>;
  /** Units whose tickets the seller ended while the order went on. */
  readonly ended: Set<string>;
}

/** The rules of selling in a few lines: which order has which seat, and why. */
export class Model {
  now = 0;
  times = 1;
  uses = USES;
  paused = false;
  readonly orders = new Map<string, Order>();
  /** `owed`: the refund due. */
  readonly payments = new Map<string, { readonly order: string; owed: number; back: boolean }>();
  readonly answers = new Map<string, { readonly status: number; readonly text: string }>();

  holder = (unit: string): Order | undefined =>
    [...this.orders.values()].find((order) => this.isKept(order, unit) || this.isRevoking(order, unit));
  isKept = (order: Order, unit: string): boolean => this.left(order).includes(unit) && ['held', 'confirmed'].includes(order.status);
  isRevoking = ({ status, asked, voided, ended }: Order, unit: string): boolean =>
    (['refund-owed', 'refunded'].includes(status) || ended.has(unit)) && asked.has(unit) && !voided.has(unit);
  left = ({ units, ended }: Order): string[] => units.filter((unit) => !ended.has(unit));
  fits(buyer: string, units: readonly string[]): boolean {
    const all = [...SEATS.filter((unit) => this.holder(unit)?.buyer === buyer), ...units];
    const back = units.every(isFront) ? 0 : all.filter((unit) => !isFront(unit)).length;
    return units.every((unit) => !this.holder(unit)) && all.length <= LIMIT && back <= BACK_LIMIT;
  }
  /** The earliest free seats in front or in the back; seats in the back have no neighbours. */
  best(front: boolean, quantity: number, adjacent: boolean, besides?: string): readonly string[] | undefined {
    const free = SEATS.filter((unit) => isFront(unit) === front && unit !== besides && !this.holder(unit));
    return free.length < quantity || (adjacent && quantity > 1 && !front) ? undefined : free.slice(0, quantity);
  }
  cost = ({ type, times, coded }: Pick<Order, 'type' | 'times' | 'coded'>, units: Iterable<string>): number =>
    [...units].reduce((sum, unit) => {
      const price = times * PRICES[isFront(unit) ? type : 'back'];
      return sum + price - (coded ? Math.floor((price * PERCENT_OFF) / 100) : 0);
    }, 0);

  expire(): void {
    for (const order of this.orders.values()) if (order.status === 'held' && order.endsAt <= this.now) order.status = 'expired';
  }

  hasUse = (coded: boolean): boolean =>
    !coded || [...this.orders.values()].filter((order) => order.coded && ['held', 'confirmed'].includes(order.status)).length < this.uses;

  place(id: string, buyer: string, units: readonly string[] | undefined, type: Order['type'], coded = false): boolean {
    this.expire();
    if (this.paused || units === undefined || !this.fits(buyer, units) || !this.hasUse(coded)) return false;
    this.orders.set(id, {
      buyer,
      units,
      type,
      endsAt: this.now + HOLD_MINUTES,
      times: this.times,
      coded,
      status: 'held',
      final: false,
      asked: new Set(),
      voided: new Set(),
      ended: new Set(),
    });
    return true;
  }

  pay(id: string, payment: string): void {
    this.expire();
    const order = this.orders.get(id);
    if (this.payments.has(payment) || order === undefined) return;
    const gone = order.status === 'expired' || (order.status === 'refunded' && !order.final && order.asked.size === 0);
    const takes = order.status === 'held' || (gone && this.fits(order.buyer, this.left(order)) && this.hasUse(order.coded));
    if (takes) Object.assign(order, { status: 'confirmed', payment });
    this.payments.set(payment, { order: id, owed: this.cost(order, takes ? order.ended : order.units), back: false });
  }

  cancel(id: string): boolean {
    this.expire();
    const order = this.orders.get(id);
    if (order?.status === 'held') Object.assign(order, { status: 'cancelled', final: true });
    return order?.status === 'cancelled';
  }

  mint(id: string, unit: string): boolean {
    this.expire();
    const order = this.orders.get(id);
    if (order?.status !== 'confirmed' || order.ended.has(unit)) return false;
    order.asked.add(unit);
    return true;
  }

  refund(id: string, override: boolean): boolean {
    this.expire();
    const order = this.orders.get(id);
    const payment = this.payments.get(order?.payment ?? '');
    if (order?.status === 'confirmed' && payment !== undefined && (override || !this.left(order).some((unit) => order.asked.has(unit)))) {
      Object.assign(order, { status: 'refund-owed', final: true });
      payment.owed = this.cost(order, order.units);
    }
    return order?.status === 'refund-owed' || order?.status === 'refunded';
  }

  /** One ticket ends: refunded if the order is paid, otherwise cancelled; the last one ends the order. */
  end(id: string, unit: string, override: boolean): boolean {
    this.expire();
    const order = this.orders.get(id);
    const isPaid = order?.status === 'confirmed';
    if (order === undefined || order.ended.has(unit)) return order !== undefined;
    if (this.left(order).length === 1 || (!isPaid && order.status !== 'held')) return isPaid ? this.refund(id, override) : this.cancel(id);
    if (order.asked.has(unit) && !override) return false;
    order.ended.add(unit);
    const payment = this.payments.get(order.payment ?? '');
    if (isPaid && payment !== undefined) payment.owed += this.cost(order, [unit]);
    return true;
  }

  /** The minter reports that a requested and given-up ticket is void. */
  makeVoid(id: string): readonly string[] {
    this.expire();
    const order = this.orders.get(id);
    const units = order?.units.filter((unit) => this.isRevoking(order, unit)) ?? [];
    for (const unit of units) order?.voided.add(unit);
    return units;
  }

  moneyBack(payment: string): void {
    this.expire();
    const told = this.payments.get(payment);
    const order = told && this.orders.get(told.order);
    if (told === undefined || order === undefined || told.back) return;
    told.back = true;
    told.owed = 0;
    const [next, other] = [...this.payments].find(([, { order: id, back }]) => id === told.order && !back) ?? [];
    if (other === undefined) order.status = 'refunded';
    else if (next !== undefined && order.status === 'confirmed' && order.payment === payment) {
      order.payment = next;
      other.owed = this.cost(order, order.ended);
    }
  }

  /** Of later orders. */
  change({ times, uses, paused }: { readonly times: number; readonly uses: number; readonly paused: boolean }): void {
    this.expire();
    Object.assign(this, { times, uses, paused });
  }

  total(id: string): string {
    const order = this.orders.get(id);
    return `${order === undefined ? 0 : this.cost(order, order.units)}`;
  }
}

export const TERMS = {
  currency: 'EUR',
  categories: [{ category: 'front' }, { category: 'back', maxPerBuyer: BACK_LIMIT }],
  types: [{ type: 'adult' }, { type: 'child' }],
  prices: pricesOf(1),
  codes: codes(USES),
  units: {
    rows: [{ row: 'A', category: 'front', from: 1, to: 2 }],
    seats: ['C', 'D'].map((unit) => ({ unit, label: `Loge ${unit}`, category: 'back' })),
  },
  maxPerBuyer: LIMIT,
  holdSeconds: HOLD_MINUTES * 60,
  payment: 'webhook',
  mint: 'on-request',
};
