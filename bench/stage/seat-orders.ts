import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { closedLoop, type Load, type OpenLoad, openLoop, type Sample } from '../measure/load.js';
import type { SeatOrder, SeatPlan, Seller } from './seller.js';
import type { Answer } from './selling-stage.js';

export const SEATS_PER_ORDER = 2;
const SEATS_PER_ROW = 500;
/** Units of all sales together; one sale holds at most 100,000 units. */
const ROWS = 200;
/** More than any system here sells; sales with fewer orders left are replaced before a measurement. */
const MOST_PER_SECOND = 6_000;
/** Orders of a measurement that are repeated after it. */
const REPEATED = 20;
const RETRY_PAUSE_MS = 20;
const MS_PER_SECOND = 1_000;

/**
 * Orders of two named free seats, each with its own key, sold by one seller in one or several sales. After each measurement this checks
 * that exactly the answered seats are sold, that a repeated key gets the same answer, and that a sold seat is refused.
 */
export class SeatOrders {
  private readonly plan: SeatPlan;
  private readonly most: number;
  private sales: readonly string[] = [];
  private next: number;
  private remembered: (readonly [string, SeatOrder, Answer])[] = [];

  constructor(
    readonly seller: Seller,
    private readonly saleCount = 1,
  ) {
    this.plan = { rows: Math.ceil(ROWS / saleCount), seatsPerRow: SEATS_PER_ROW };
    this.most = (this.plan.rows * SEATS_PER_ROW * saleCount) / SEATS_PER_ORDER;
    this.next = this.most;
  }

  /** Keeps this many orders in flight. */
  async sell(load: Load): Promise<Sample> {
    return this.measured(load, (counted) => closedLoop(counted, () => this.placeNext()));
  }

  /** Places orders at their times, whether earlier ones are answered or not. */
  async sellAtRate(load: OpenLoad): Promise<Sample> {
    return this.measured(load, (counted) => openLoop(counted, () => this.placeNext()));
  }

  private async measured<L extends Omit<Load, 'inFlight'>>(load: L, run: (load: L) => Promise<Sample>): Promise<Sample> {
    const expected = ((load.durationMs + load.warmUpMs) / MS_PER_SECOND) * MOST_PER_SECOND;
    if (this.next + Math.min(expected, this.most) > this.most) await this.openSales();
    this.remembered = [];
    const sample = await run({ ...load, processes: { ...this.seller.processes, ...load.processes } });
    await this.check();
    return sample;
  }

  private async openSales(): Promise<void> {
    this.sales = Array.from({ length: this.saleCount }, () => `bench-${randomUUID()}`);
    this.next = 0;
    await Promise.all(this.sales.map((sale) => this.seller.openSale(sale, this.plan)));
  }

  private async placeNext(): Promise<void> {
    const [sale, order] = this.orderOf(this.next);
    this.next += 1;
    const answer = await decided(() => this.seller.place(sale, order));
    if (answer.status !== 201) throw new Error(`${this.seller.name} answered ${answer.status}: ${answer.text}`);
    if (this.remembered.length < REPEATED) this.remembered.push([sale, order, answer]);
  }

  private orderOf(number: number): readonly [string, SeatOrder] {
    if (number >= this.most) throw new Error(`A measurement sold all ${this.most} pairs of seats: run it for fewer seconds.`);
    const seat = Math.floor(number / this.saleCount) * SEATS_PER_ORDER;
    const row = Math.floor(seat / SEATS_PER_ROW);
    const first = (seat % SEATS_PER_ROW) + 1;
    const order = { key: randomUUID(), buyer: `b-${number}`, units: [`R${row}-${first}`, `R${row}-${first + 1}`] };
    return [this.sales[number % this.saleCount] as string, order];
  }

  private async check(): Promise<void> {
    const { name } = this.seller;
    const counts = await Promise.all(this.sales.map((sale) => this.seller.sold(sale)));
    const sold = counts.reduce((sum, count) => sum + count, 0);
    if (sold !== this.next * SEATS_PER_ORDER) throw new Error(`${name}: ${this.next} orders were answered, but ${sold} seats are sold`);
    for (const [sale, order, first] of this.remembered) {
      const again = await this.seller.place(sale, order);
      if (again.status !== first.status || again.text !== first.text) throw new Error(`${name} answered a key again with ${again.text}`);
      const other = await this.seller.place(sale, { ...order, key: randomUUID() });
      if (other.status !== 409) throw new Error(`${name} answered an order for sold seats with ${other.status}: ${other.text}`);
    }
  }
}

/** Repeats a request with its key until the answer is a decision: 202, 429, 503 and `in-progress` are none. Its whole time counts. */
export async function decided(ask: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    const waits = answer.status === 202 || answer.status === 429 || answer.status === 503 || answer.text.includes('in-progress');
    if (!waits) return answer;
    await pause(RETRY_PAUSE_MS);
  }
}
