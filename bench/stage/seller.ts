import type { NatsConnection } from '@nats-io/transport-node';
import type { Processes } from '../measure/cpu.js';
import { HttpCaller } from './http-caller.js';
import { type Answer, API_KEY, ask, expectStatus, type SellingStage } from './selling-stage.js';

const MAX_PER_BUYER = 100_000;
export const OUR_DURABILITY = 'EVENTS: sync_interval always (fsync before the answer); COMMANDS: asynchronous, promises nothing';

export interface SeatOrder {
  readonly key: string;
  readonly buyer: string;
  readonly units: readonly string[];
}

/** Rows R0, R1, … with seats numbered from 1. */
export interface SeatPlan {
  readonly rows: number;
  readonly seatsPerRow: number;
}

/** A system that sells named seats: admit-one over NATS or HTTP, or a peer. */
export interface Seller {
  readonly name: string;
  readonly durability: string;
  /** The processes whose time an order costs. */
  readonly processes: Processes;
  openSale(sale: string, plan: SeatPlan): Promise<void>;
  place(sale: string, order: SeatOrder): Promise<Answer>;
  /** Seats sold and orders placed, from the system's own records. */
  sold(sale: string): Promise<number>;
}

export type MintRule = 'on-request' | 'on-confirm';

async function openOurs(demo: NatsConnection, sale: string, { rows, seatsPerRow }: SeatPlan, mint: MintRule): Promise<void> {
  const units = { rows: Array.from({ length: rows }, (_, row) => ({ row: `R${row}`, from: 1, to: seatsPerRow })) };
  const terms = { sale, name: 'Bench', units, price: { amount: '5000', currency: 'EUR' }, maxPerBuyer: MAX_PER_BUYER, mint };
  expectStatus(201, await ask(demo, 'sale.open', terms, `open-${sale}`));
}

async function soldOfOurs(demo: NatsConnection, sale: string): Promise<number> {
  const { text } = await ask(demo, 'sale.get', { sale });
  return (JSON.parse(text) as { readonly units: { readonly sold: number } }).units.sold;
}

/** admit-one over NATS. With `mint: on-confirm` an order also publishes its mint requests. */
export const admitOverNats = ({ demo, processes }: SellingStage, mint: MintRule = 'on-request', wallet?: string): Seller => ({
  name: 'admit-one, NATS',
  durability: OUR_DURABILITY,
  processes,
  openSale: (sale, plan) => openOurs(demo, sale, plan, mint),
  place: (sale, { key, buyer, units }) => ask(demo, 'order.place', { sale, buyer, units, ...(wallet !== undefined && { wallet }) }, key),
  sold: (sale) => soldOfOurs(demo, sale),
});

/** admit-one over HTTP, with kept connections; `reconnect` drops them. */
export function admitOverHttp({ demo, processes, purchase }: SellingStage): Seller & { reconnect(): void } {
  const caller = new HttpCaller(purchase.url, { Authorization: `Bearer ${API_KEY}` });
  return {
    name: 'admit-one, HTTP',
    durability: OUR_DURABILITY,
    processes,
    openSale: (sale, plan) => openOurs(demo, sale, plan, 'on-request'),
    place: (sale, { key, buyer, units }) => caller.post(`/v1/sales/${sale}/orders`, { buyer, units }, key),
    sold: (sale) => soldOfOurs(demo, sale),
    reconnect: () => caller.close(),
  };
}
