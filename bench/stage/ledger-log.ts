import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Recorded } from '#shared/domain/recorded.js';
import { encodeCommit, type Head, NO_HEAD } from '#shared/event-store/commit.js';
import { mintSubject, saleSubject } from '#shared/event-store/event-store.js';
import { hashOf } from '#shared/event-store/stored-commit.js';
import { fingerprint } from '#shared/kernel/canonical.js';
import { sha256 } from '#shared/kernel/hash.js';
import { keyHash, type OrderId, orderId, type SaleId, type TenantId, ticketId, type UnitId } from '#shared/kernel/ids.js';

/** Orders decided in one commit, as in a rush; a mint commit holds as many tickets. */
const ORDERS_PER_COMMIT = 32;
const SEATS_PER_ORDER = 2;
/** Events of one order: its decision, placed, confirmed, mints requested. */
const EVENTS_PER_ORDER = 4;
/** Planned, submitted, completed. */
const EVENTS_PER_MINT = 3;
const SALES = [
  ['demo', 'gala'],
  ['demo', 'late-show'],
  ['acme', 'fair'],
  ['acme', 'matinee'],
] as const;
/** Appends in flight at once: the broker fsyncs each. */
const WINDOW = 64;
const AT = Date.UTC(2027, 0, 1);
export const WALLET = '7EcDhSYGxXyscszYEp35KHN8vvw3svAuLKTzXwCFLtV';
const TRANSACTION = Buffer.alloc(960, 7).toString('base64');

export interface LogShape {
  readonly events: number;
  /** The share of orders whose tickets are minted. */
  readonly minted: number;
}

/** Writes a log as the apps write it. @returns the number of events and commits */
export async function writeLog(connection: NatsConnection, { events, minted }: LogShape): Promise<{ events: number; commits: number }> {
  const writer = new Writer(connection);
  const perOrder = EVENTS_PER_ORDER + minted * SEATS_PER_ORDER * EVENTS_PER_MINT;
  const orders = Math.ceil(events / perOrder / SALES.length);
  for (const [tenant, sale] of SALES) await writer.append(saleSubject(tenant, sale), opened(tenant, sale, orders * SEATS_PER_ORDER));
  for (let first = 0; first < orders; first += ORDERS_PER_COMMIT) {
    const numbers = Array.from({ length: Math.min(ORDERS_PER_COMMIT, orders - first) }, (_, index) => first + index);
    const mintedNow = numbers.filter((number) => Math.floor((number + 1) * minted) > Math.floor(number * minted));
    for (const [tenant, sale] of SALES) {
      await writer.append(
        saleSubject(tenant, sale),
        numbers.flatMap((number) => ordered(tenant, sale, number)),
      );
      if (mintedNow.length > 0)
        await writer.append(
          mintSubject(tenant, sale),
          mintedNow.flatMap((number) => mintsOf(tenant, sale, number)),
        );
    }
  }
  await writer.end();
  return { events: writer.events, commits: writer.commits };
}

export interface SaleShape {
  readonly tenant: string;
  readonly sale: string;
  readonly orders: number;
  /** As many as orders, if left out. */
  readonly quota?: number;
  /** With `on-confirm`, every order has requested its mint. */
  readonly mint?: MintRule;
}

type MintRule = 'on-confirm' | 'on-request';

/** One sale, one unit an order, as in a rush. @returns the number of events and commits */
export async function writeSale(
  connection: NatsConnection,
  { tenant, sale, orders, quota = orders, mint = 'on-confirm' }: SaleShape,
): Promise<{ events: number; commits: number }> {
  const writer = new Writer(connection);
  await writer.append(saleSubject(tenant, sale), opened(tenant, sale, quota, mint));
  for (let first = 0; first < orders; first += ORDERS_PER_COMMIT) {
    const numbers = Array.from({ length: Math.min(ORDERS_PER_COMMIT, orders - first) }, (_, index) => first + index);
    await writer.append(
      saleSubject(tenant, sale),
      numbers.flatMap((number) => ordered(tenant, sale, number, { seats: 1, mint })),
    );
  }
  await writer.end();
  return { events: writer.events, commits: writer.commits };
}

class Writer {
  events = 0;
  commits = 0;
  private readonly heads = new Map<string, Head>();
  private readonly under = new Set<Promise<unknown>>();

  constructor(private readonly connection: NatsConnection) {}

  /** Heads are computed, not awaited: there is no other writer, and messages of one connection arrive in order. */
  async append(subject: string, events: readonly Recorded[]): Promise<void> {
    const head = this.heads.get(subject) ?? NO_HEAD;
    const bytes = encodeCommit(subject, head, events);
    this.heads.set(subject, { version: head.version + 1, sequence: 0, hash: hashOf(bytes) });
    this.events += events.length;
    this.commits += 1;
    const stored: Promise<unknown> = jetstream(this.connection)
      .publish(subject, bytes, { timeout: 60_000 })
      .then(() => this.under.delete(stored));
    this.under.add(stored);
    if (this.under.size >= WINDOW) await Promise.race(this.under);
  }

  async end(): Promise<void> {
    await Promise.all(this.under);
  }
}

const event = (type: string, at: number, data: object): Recorded => ({ type, at, data }) as unknown as Recorded;

function decided(operation: string, key: string, request: object, answer: object, emitted: number, at: number): Recorded {
  const print = fingerprint(operation, '/', request);
  const answered = { operation, key, keyHash: keyHash('api', key), fingerprint: print, request, outcome: 'accepted', status: 201 };
  return event('CommandDecided', at, { ...answered, body: JSON.stringify(answer), emitted });
}

function opened(tenant: string, sale: string, quota: number, mint: MintRule = 'on-confirm'): Recorded[] {
  const terms = { sale, name: `Bench ${sale}`, units: { quota }, price: { amount: '5000', currency: 'EUR' }, maxPerBuyer: 100 };
  const offer = { units: { areas: [{ quota }] }, currency: 'EUR', prices: [{ amount: '5000' }] };
  const all = { sale, name: terms.name, ...offer, maxPerBuyer: 100, holdSeconds: 600, payment: 'none', mint };
  return [decided('sale.open', `open-${tenant}`, terms, { sale, version: 1 }, 1, AT), event('SaleOpened', AT, all)];
}

const ticketsOf = (tenant: string, sale: string, order: OrderId, number: number, seats = SEATS_PER_ORDER) =>
  Array.from({ length: seats }, (_, index) => {
    const unit = `${number * seats + index + 1}` as UnitId;
    return { ticket: ticketId(tenant as TenantId, sale as SaleId, order, unit), unit };
  });

const keyOf = (number: number): string => `2f1c9a70-5d3e-4b8a-9c1d-${String(number).padStart(12, '0')}`;

interface OrderShape {
  readonly seats: number;
  readonly mint: MintRule;
}

function ordered(
  tenant: string,
  sale: string,
  number: number,
  { seats, mint }: OrderShape = { seats: SEATS_PER_ORDER, mint: 'on-confirm' },
): Recorded[] {
  const key = keyOf(number);
  const order = orderId(tenant as TenantId, sale as SaleId, key);
  const tickets = ticketsOf(tenant, sale, order, number, seats);
  const at = AT + number;
  const total = { amount: '10000', currency: 'EUR' };
  const buyer = `buyer-${number % 9_973}`;
  const request = { sale, buyer, quantity: seats, wallet: WALLET };
  const answer = {
    order,
    sale,
    status: 'confirmed',
    total,
    tickets: tickets.map((ticket) => ({ ...ticket, status: 'minting' })),
    version: number,
  };
  const requested = tickets.map((ticket) => ({ ...ticket, request: 1 }));
  const placed = { order, buyer, wallet: WALLET, tickets: tickets.map((ticket) => ({ ...ticket, price: '5000' })), total };
  const sold = [event('OrderPlaced', at, placed), event('OrderConfirmed', at, { order })];
  const mints =
    mint === 'on-confirm' ? [event('MintsRequested', at, { order, name: `Bench ${sale}`, wallet: WALLET, tickets: requested })] : [];
  return [decided('order.place', key, request, answer, sold.length + mints.length, at), ...sold, ...mints];
}

function mintsOf(tenant: string, sale: string, number: number): Recorded[] {
  const order = orderId(tenant as TenantId, sale as SaleId, keyOf(number));
  const at = AT + number + 13_000;
  return ticketsOf(tenant, sale, order, number).flatMap(({ ticket, unit }) => {
    const asset = sha256(ticket).slice(0, 44);
    const signature = sha256(asset).repeat(2).slice(0, 88);
    const chain = {
      base: WALLET,
      seed: ticket.slice(0, 32),
      program: WALLET,
      asset,
      genesisHash: WALLET,
      memo: sha256(unit),
      salt: sha256(order),
    };
    const shown = { name: `Bench ${sale}`, symbol: 'ADMIT', uri: `urn:admit-one:${ticket}`, document: sha256(ticket) };
    return [
      event('MintPlanned', at, { ticket, order, unit, wallet: WALLET, request: 1, ...chain, ...shown }),
      event('MintSubmitted', at, { ticket, attempt: 1, signature, transaction: TRANSACTION, blockhash: WALLET, lastValidBlockHeight: 300 }),
      event('MintCompleted', at, { ticket, order, unit, wallet: WALLET, asset, signature, slot: '1000', supply: '1', holder: WALLET }),
    ];
  });
}
