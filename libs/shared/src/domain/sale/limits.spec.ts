import fc from 'fast-check';
import { type BuyerId, orderId, type SaleId, type TenantId, type TicketId, type Wallet } from '../../kernel/ids.js';
import type { Decision } from '../refusal.js';
import { OpenSale, type PlaceOrder } from './commands.js';
import type { SaleEvent } from './events.js';
import { MAX_ENDED_HOLDS, MINTS_PER_UNIT } from './limits.js';
import { noteMintFailure, releaseUnit } from './mint-result.js';
import { openSale } from './open-sale.js';
import { cancelOrder, refundOrder } from './orders/end-order.js';
import { expireHolds } from './orders/expire-holds.js';
import { placeOrder } from './orders/place-order.js';
import { requestMints } from './orders/request-mints.js';
import { confirmPayment } from './payments/payment-notifications.js';
import { Sale } from './sale.js';
import { type SalePart, SaleRestorer, snapshotOf } from './sale-snapshot.js';

const TENANT = 'demo' as TenantId;
const SALE = 'gala' as SaleId;
const W1 = 'GmaDrppBC7P5ARKV8g3djiwP89vz1jLK23V2GBjuAEGB' as Wallet;
/** Differs from W1 in letter case: another address. */
const W2 = 'gmaDrppBC7P5ARKV8g3djiwP89vz1jLK23V2GBjuAEGB' as Wallet;
const HOLD_MS = 60_000;
const FREE = { payment: 'none', mint: 'on-confirm', tickets: 'revocable' };
const PAID = { payment: 'webhook', mint: 'on-confirm', tickets: 'revocable' };

/** A sale of a quota. Commands run in order, and their events are applied as from the log. */
class Scene {
  sale = new Sale();
  private keys = 0;
  now = 0;

  constructor(quota: number, more: object) {
    const body = { sale: SALE, name: 'Gala', units: { quota }, price: { amount: '5000', currency: 'EUR' }, holdSeconds: 60, ...more };
    this.apply(openSale(this.sale, OpenSale.parse(body)));
  }

  get open() {
    if (this.sale.open === undefined) throw new Error('it was opened');
    return this.sale.open;
  }

  place(more: object = {}): string {
    this.sweep();
    this.keys += 1;
    const order = orderId(TENANT, SALE, `key-${this.keys}`);
    const command = { sale: SALE, buyer: 'b-1' as BuyerId, quantity: 1, wallet: W1, ...more } as PlaceOrder;
    return this.apply(placeOrder(this.sale, { tenant: TENANT, order, command }, this.now)) ?? order;
  }

  pay(order: string): string | undefined {
    this.sweep();
    const amount = this.open.orders.get(order as never)?.total.amount ?? '0';
    return this.apply(
      confirmPayment(this.sale, { sale: SALE, order, payment: `pay-${order}`, amount, currency: 'EUR' } as Parameters<
        typeof confirmPayment
      >[1]),
    );
  }

  cancel = (order: string): string | undefined => this.apply(cancelOrder(this.sale, { sale: SALE, order, override: true } as never));
  refund = (order: string): string | undefined => this.apply(refundOrder(this.sale, { sale: SALE, order, override: true } as never));
  mint = (wallet: Wallet, ...orders: string[]): string | undefined =>
    this.apply(requestMints(this.sale, { sale: SALE, tickets: orders.flatMap((order) => this.ticketsOf(order)), wallet }));

  /** Applies the minter's report that the assets of the order are burned, or that its mints failed. */
  burned(order: string): void {
    for (const ticket of this.ticketsOf(order)) this.apply(releaseUnit(this.sale, { ticket, request: 0 }));
  }
  failed(order: string, request: number): void {
    for (const ticket of this.ticketsOf(order)) this.apply(noteMintFailure(this.sale, { ticket, request }));
  }

  /** Continues as another process would, from a snapshot. */
  restore(): void {
    const restorer = new SaleRestorer();
    for (const part of JSON.parse(JSON.stringify(snapshotOf(this.sale, this.open))) as SalePart[]) restorer.add(part);
    const state = (): unknown => [this.open.usage, this.sale.counts(), snapshotOf(this.sale, this.open)];
    const before = state();
    this.sale = restorer.end();
    expect(state()).toEqual(before);
  }

  facts = (): unknown => this.refusal;
  private refusal: unknown;

  private ticketsOf = (order: string): TicketId[] => (this.open.orders.get(order as never)?.tickets ?? []).map(({ ticket }) => ticket);

  private sweep(): void {
    for (const event of expireHolds(this.sale, this.now)) this.sale.evolve(event, this.now);
  }

  /** @returns the code of a refusal */
  private apply(decision: Decision<SaleEvent>): string | undefined {
    if ('refusal' in decision) {
      this.refusal = decision.refusal;
      return decision.refusal.code;
    }
    for (const event of decision.events) this.sale.evolve(event, this.now);
    return undefined;
  }
}

describe('[L13] the mint budget of a sale', () => {
  it('bounds the cycle of placing, minting and cancelling in a free sale, for any buyers', () => {
    const scene = new Scene(3, FREE);
    const ends: string[] = [];
    for (let cycle = 0; cycle < 9; cycle += 1) {
      const order = scene.place({ buyer: `b-${cycle}` });
      ends.push(order.startsWith('ord_') ? 'minted' : order);
      if (!order.startsWith('ord_')) continue;
      scene.cancel(order);
      scene.burned(order);
    }
    expect(ends).toEqual([...Array(3 * MINTS_PER_UNIT).fill('minted'), ...Array(3).fill('mint-budget-spent')]);
    expect(scene.facts()).toEqual({ code: 'mint-budget-spent', pointers: ['/quantity'], facts: { budget: 6, used: 6 } });
    scene.restore();
    expect(scene.place({ buyer: 'b-99' })).toBe('mint-budget-spent');
  });

  it('bounds the same cycle with refunded payments, and refuses the order before a payment', () => {
    const scene = new Scene(1, PAID);
    for (const buyer of ['b-1', 'b-2']) {
      const order = scene.place({ buyer });
      expect([scene.pay(order), scene.refund(order)]).toEqual([undefined, undefined]);
      scene.burned(order);
    }
    expect(scene.place({ buyer: 'b-3' })).toBe('mint-budget-spent');
    expect(scene.open.usage.mintsRequested).toBe(2);
  });

  it('is reserved for holds, and returned when a hold ends', () => {
    const scene = new Scene(2, PAID);
    const [a, b] = [scene.place({ buyer: 'b-1' }), scene.place({ buyer: 'b-2' })];
    for (const order of [a, b]) {
      scene.pay(order);
      scene.refund(order);
      scene.burned(order);
    }
    const held = scene.place({ buyer: 'b-3' });
    expect(scene.place({ buyer: 'b-4', quantity: 2 })).toBe('sold-out');
    const last = scene.place({ buyer: 'b-4' });
    expect(last).toMatch(/^ord_/);
    scene.cancel(held);
    expect(scene.place({ buyer: 'b-5' })).toMatch(/^ord_/);
  });

  it('[minting RS2] counts each request of a ticket: a failed mint requested again counts again', () => {
    const scene = new Scene(1, { payment: 'none', mint: 'on-request' });
    const order = scene.place();
    expect(scene.mint(W1, order)).toBeUndefined();
    expect(scene.mint(W1, order)).toBeUndefined(); // requested already: no effect
    scene.failed(order, 1);
    expect(scene.mint(W1, order)).toBeUndefined();
    scene.failed(order, 2);
    expect(scene.mint(W1, order)).toBe('mint-budget-spent');
    expect(scene.facts()).toMatchObject({ pointers: ['/tickets'], facts: { budget: 2, used: 2 } });
  });

  it('makes the refund of an expired order due if it is spent meanwhile', () => {
    const scene = new Scene(1, PAID);
    const late = scene.place({ buyer: 'late' });
    scene.now += HOLD_MS;
    for (const buyer of ['b-1', 'b-2']) {
      const order = scene.place({ buyer });
      scene.pay(order);
      scene.refund(order);
      scene.burned(order);
    }
    expect(scene.pay(late)).toBeUndefined();
    expect(scene.open.orders.get(late as never)?.status).toBe('expired');
    expect(scene.open.payments.due().map(({ order }) => order)).toContain(late);
  });

  it('is never passed, at any prefix of any history, and is the same after a snapshot', () => {
    const step = fc.record({
      what: fc.constantFrom('place', 'pay', 'cancel', 'refund', 'burned', 'failed', 'mint', 'wait', 'restore'),
      which: fc.nat(30),
      buyer: fc.constantFrom('b-1', 'B-1', 'b-2', 'b-3'),
      wallet: fc.constantFrom(W1, W2),
      quantity: fc.integer({ min: 1, max: 2 }),
    });
    const terms = fc.record({
      payment: fc.constantFrom('none', 'webhook'),
      mint: fc.constantFrom('on-confirm', 'on-request'),
      tickets: fc.constantFrom('revocable', 'transferable'),
      maxPerBuyer: fc.integer({ min: 1, max: 4 }),
      maxPerWallet: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      maxEndedHolds: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), terms, fc.array(step, { maxLength: 60 }), (quota, more, steps) => {
        const scene = new Scene(quota, more);
        const orders: string[] = [];
        for (const { what, which, buyer, wallet, quantity } of steps) {
          const order = orders[which % Math.max(1, orders.length)] ?? '';
          if (what === 'place') orders.push(scene.place({ buyer, wallet, quantity }));
          else if (what === 'wait') scene.now += HOLD_MS;
          else if (what === 'restore') scene.restore();
          else if (what === 'failed') scene.failed(order, scene.open.usage.mintsRequested);
          else if (what === 'mint') scene.mint(wallet, order);
          else scene[what](order);
          const { usage } = scene.open;
          expect(usage.mintsRequested).toBeLessThanOrEqual(quota * MINTS_PER_UNIT);
          const most = scene.open.terms;
          expect(usage.unitsOf('b-1' as BuyerId)).toBeLessThanOrEqual(most.maxPerBuyer);
          if (most.maxPerWallet !== undefined) expect(usage.unitsFor(W1)).toBeLessThanOrEqual(most.maxPerWallet);
        }
        scene.restore();
      }),
      { numRuns: 500 },
    );
  });
});

describe('the limit of a buyer', () => {
  it('[L13] [minting RS2] counts a ticket that was minted free of charge and returned: the cycle is bounded for each buyer', () => {
    const scene = new Scene(10, { ...FREE, maxPerBuyer: 2 });
    for (let cycle = 0; cycle < 2; cycle += 1) {
      const order = scene.place();
      scene.cancel(order);
      scene.burned(order);
    }
    expect(scene.sale.counts()).toMatchObject({ available: 10, sold: 0 });
    expect(scene.place()).toBe('buyer-limit');
    expect(scene.facts()).toEqual({ code: 'buyer-limit', pointers: ['/quantity'], facts: { maxPerBuyer: 2, has: 2 } });
    expect(scene.place({ buyer: 'b-2' })).toMatch(/^ord_/);
  });

  it('does not count tickets that were paid and refunded, or never minted', () => {
    const paid = new Scene(10, { ...PAID, maxPerBuyer: 1 });
    const order = paid.place();
    paid.pay(order);
    paid.refund(order);
    paid.burned(order);
    expect(paid.place()).toMatch(/^ord_/);
    const unminted = new Scene(10, { payment: 'none', mint: 'on-request', maxPerBuyer: 1 });
    unminted.cancel(unminted.place());
    expect(unminted.place()).toMatch(/^ord_/);
  });

  it.each(['Alice', 'ALICE', 'aLiCe'])('treats alice and %s as one buyer', (other) => {
    const scene = new Scene(10, { payment: 'none', mint: 'on-request', maxPerBuyer: 1 });
    expect(scene.place({ buyer: 'alice' })).toMatch(/^ord_/);
    expect(scene.place({ buyer: other })).toBe('buyer-limit');
    expect(scene.place({ buyer: 'alice-' })).toMatch(/^ord_/);
  });
});

describe('the limit of a wallet', () => {
  it('adds up the orders of many buyers for it, and treats another letter case as another wallet', () => {
    const scene = new Scene(20, { payment: 'none', mint: 'on-request', maxPerWallet: 2 });
    expect([1, 2].map((buyer) => scene.place({ buyer: `b-${buyer}` }).slice(0, 4))).toEqual(['ord_', 'ord_']);
    expect(scene.place({ buyer: 'b-3' })).toBe('wallet-limit');
    expect(scene.facts()).toEqual({ code: 'wallet-limit', pointers: ['/wallet'], facts: { maxPerWallet: 2, has: 2 } });
    expect(scene.place({ buyer: 'b-3', wallet: W2 })).toMatch(/^ord_/);
  });

  it('also applies to the wallets of mint requests', () => {
    const scene = new Scene(20, { payment: 'none', mint: 'on-request', maxPerWallet: 2 });
    const own = scene.place({ buyer: 'b-1' });
    const others = [scene.place({ buyer: 'b-2', wallet: undefined }), scene.place({ buyer: 'b-3', wallet: W2 })];
    expect(scene.mint(W1, own)).toBeUndefined();
    expect(scene.mint(W1, others[0] as string)).toBeUndefined();
    expect(scene.mint(W1, others[1] as string)).toBe('wallet-limit');
    scene.restore();
    expect([scene.open.usage.unitsFor(W1), scene.open.usage.unitsFor(W2)]).toEqual([2, 1]);
  });
});

describe('holds that end without a payment', () => {
  it('[L13] are bounded for each buyer: a buyer who repeats holds is refused', () => {
    const scene = new Scene(2, PAID);
    for (let hold = 0; hold < MAX_ENDED_HOLDS; hold += 1) {
      const order = scene.place({ buyer: hold % 2 === 0 ? 'b-1' : 'B-1' });
      if (hold % 3 === 0) scene.now += HOLD_MS;
      else scene.cancel(order);
    }
    expect(scene.place()).toBe('hold-limit');
    expect(scene.facts()).toEqual({
      code: 'hold-limit',
      pointers: ['/buyer'],
      facts: { maxEndedHolds: MAX_ENDED_HOLDS, ended: MAX_ENDED_HOLDS },
    });
    expect(scene.place({ buyer: 'b-2' })).toMatch(/^ord_/);
  });

  it("are bounded by the sale's own limit, and a hold that is paid late is none", () => {
    const scene = new Scene(2, { ...PAID, maxEndedHolds: 1 });
    const late = scene.place();
    scene.now += HOLD_MS;
    expect(scene.pay(late)).toBeUndefined();
    expect(scene.open.orders.get(late as never)?.status).toBe('confirmed');
    const other = scene.place();
    expect(other).toMatch(/^ord_/);
    scene.cancel(other);
    expect(scene.place()).toBe('hold-limit');
    scene.restore();
    expect(scene.place()).toBe('hold-limit');
  });
});
