import type { Heard } from '../harness/caller.js';

/** What is asked of the real thing, one after the other: an operation, a body and a key. */
export type Ask = (what: string, body: object, key: string) => Promise<Pick<Heard, 'status' | 'text' | 'body'>>;

export interface Real {
  readonly ask: Ask;
  /** Lets time pass, where time can be told to. */
  readonly pass?: (minutes: number) => void;
  /** Tells what a minter would, where none works. */
  readonly tell?: (what: string, body: object, key: string) => Promise<void>;
  readonly sale: string;
}

export const SEATS = ['A', 'B', 'C', 'D'];
export const LIMIT = 2;
export const HOLD_MINUTES = 10;
const PRICE = 100;

interface Order {
  readonly buyer: string;
  readonly units: readonly string[];
  readonly endsAt: number;
  status: 'held' | 'confirmed' | 'expired' | 'cancelled' | 'refund-owed' | 'refunded';
  payment?: string;
  /** Its seller ended it: no payment brings it back. */
  final: boolean;
  /** Units whose mint was asked for: of an order that was given up they are its own until each is void. */
  readonly asked: Set<string>;
  readonly voided: Set<string>;
}

/** The whole of selling in a few lines: who has which seat, and why. */
export class Model {
  now = 0;
  readonly orders = new Map<string, Order>();
  readonly payments = new Map<string, { readonly order: string; owed: boolean; back: boolean }>();
  readonly answers = new Map<string, { readonly status: number; readonly text: string }>();

  holder = (unit: string): Order | undefined =>
    [...this.orders.values()].find(
      (order) => order.units.includes(unit) && (['held', 'confirmed'].includes(order.status) || this.isRevoking(order, unit)),
    );
  isRevoking = ({ status, asked, voided }: Order, unit: string): boolean =>
    ['refund-owed', 'refunded'].includes(status) && asked.has(unit) && !voided.has(unit);
  unitsOf = (buyer: string): number => SEATS.filter((unit) => this.holder(unit)?.buyer === buyer).length;
  fits = (buyer: string, units: readonly string[]): boolean =>
    units.every((unit) => !this.holder(unit)) && this.unitsOf(buyer) + units.length <= LIMIT;

  expire(): void {
    for (const order of this.orders.values()) if (order.status === 'held' && order.endsAt <= this.now) order.status = 'expired';
  }

  place(id: string, buyer: string, units: readonly string[]): boolean {
    this.expire();
    if (!this.fits(buyer, units)) return false;
    this.orders.set(id, {
      buyer,
      units,
      endsAt: this.now + HOLD_MINUTES,
      status: 'held',
      final: false,
      asked: new Set(),
      voided: new Set(),
    });
    return true;
  }

  pay(id: string, payment: string): void {
    this.expire();
    const order = this.orders.get(id);
    if (this.payments.has(payment) || order === undefined) return;
    const gone = order.status === 'expired' || (order.status === 'refunded' && !order.final && order.asked.size === 0);
    const takes = order.status === 'held' || (gone && this.fits(order.buyer, order.units));
    if (takes) Object.assign(order, { status: 'confirmed', payment });
    this.payments.set(payment, { order: id, owed: !takes, back: false });
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
    if (order?.status === 'confirmed') order.asked.add(unit);
    return order?.status === 'confirmed';
  }

  refund(id: string, override: boolean): boolean {
    this.expire();
    const order = this.orders.get(id);
    const payment = this.payments.get(order?.payment ?? '');
    if (order?.status === 'confirmed' && payment !== undefined && (override || order.asked.size === 0)) {
      Object.assign(order, { status: 'refund-owed', final: true });
      payment.owed = true;
    }
    return order?.status === 'refund-owed' || order?.status === 'refunded';
  }

  /** The minter says that what was asked for, and given up, is void. */
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
    told.owed = false;
    const [next, other] = [...this.payments].find(([, { order: id, back }]) => id === told.order && !back) ?? [];
    if (other === undefined) order.status = 'refunded';
    else if (next !== undefined && order.status === 'confirmed' && order.payment === payment) {
      order.payment = next;
      other.owed = false;
    }
  }

  total = (units: readonly string[]): string => `${units.length * PRICE}`;
}

export const TERMS = {
  units: { seats: SEATS },
  price: { amount: `${PRICE}`, currency: 'EUR' },
  maxPerBuyer: LIMIT,
  holdSeconds: HOLD_MINUTES * 60,
  payment: 'webhook',
  mint: 'on-request',
};
