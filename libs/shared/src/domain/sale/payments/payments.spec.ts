import fc from 'fast-check';
import { type BuyerId, orderId, type PaymentId, type RefundId, type SaleId, type TenantId, type UnitId } from '../../../kernel/ids.js';
import type { Decision } from '../../refusal.js';
import type { SaleEvent } from '../events.js';
import { openSale } from '../open-sale.js';
import { cancelOrder, refundOrder } from '../orders/end-order.js';
import { expireHolds, MATCH_WITHIN_MS, nextExpiry } from '../orders/expire-holds.js';
import { placeOrder } from '../orders/place-order.js';
import { Sale } from '../sale.js';
import type { RefundNotification } from './commands.js';
import { backOf, dueOf, type Payment } from './payment.js';
import { confirmPayment, failPayment, refundPayment } from './payment-notifications.js';

const tenant = 'demo' as TenantId;
const sale = 'gala' as SaleId;
const HOLD_MS = 600_000;
const order = orderId(tenant, sale, 'k-1');
const notification = (payment = 'pay_1', amount = '5000', of = order) => ({
  sale,
  order: of,
  payment: payment as PaymentId,
  amount,
  currency: 'EUR',
});

/** A sale of two seats at 50.00 EUR that requires payment, and later commands, each at its minute. */
class Scene {
  readonly sale = new Sale();
  readonly events: SaleEvent[] = [];
  private minute = 0;

  constructor() {
    const units = { seats: ['A-1', 'A-2'] as UnitId[] };
    const terms = { sale, name: 'Gala', units, price: { amount: '5000', currency: 'EUR' }, maxPerBuyer: 4, holdSeconds: 600 } as const;
    this.does((state) => openSale(state, { ...terms, payment: 'webhook', mint: 'on-request' }));
  }

  after(minutes: number): this {
    this.minute += minutes;
    return this;
  }

  does(decide: (state: Sale, at: number) => Decision<SaleEvent>): this {
    const at = this.minute * 60_000;
    this.apply(expireHolds(this.sale, at), at);
    const decision = decide(this.sale, at);
    if ('events' in decision) this.apply(decision.events, at);
    return this;
  }

  places(key = 'k-1', unit = 'A-1'): this {
    const command = { sale, buyer: `b-${key}` as BuyerId, units: [unit as UnitId] };
    return this.does((state, at) => placeOrder(state, { tenant, order: orderId(tenant, sale, key), command }, at));
  }

  get status(): string | undefined {
    return this.sale.open?.orders.get(order)?.status;
  }

  get due(): object[] {
    const due = this.sale.open?.payments.due() ?? [];
    return due.map((one) => ({ payment: one.payment, amount: dueOf(one), reason: one.owed?.reason }));
  }

  payment(id = 'pay_1'): Payment {
    const known = this.sale.open?.payments.received(id as PaymentId);
    if (known === undefined) throw new Error(`${id} was not received`);
    return known;
  }

  private apply(events: readonly SaleEvent[], at: number): void {
    for (const event of events) this.sale.evolve(event, at);
    this.events.push(...events);
    if (this.sale.open === undefined) return;
    const { opened, available, held, sold } = this.sale.counts();
    expect(available + held + sold).toBe(opened);
  }
}

const paid =
  (report = notification()) =>
  (state: Sale) =>
    confirmPayment(state, report);
const failed =
  (report = notification()) =>
  (state: Sale) =>
    failPayment(state, report);
const wentBack =
  (report: RefundNotification = notification(), key = 'n-1') =>
  (state: Sale) =>
    refundPayment(state, report, key);

const refundOwed = (): Scene =>
  new Scene()
    .places()
    .does(paid())
    .does((state) => refundOrder(state, { sale, order }));

describe('an order that requires payment', () => {
  it('is held for its hold time and confirmed by its payment', () => {
    const scene = new Scene().places();
    expect([scene.status, scene.sale.open?.orders.get(order)?.expiresAt]).toEqual(['held', HOLD_MS]);
    expect(scene.after(9).does(paid()).status).toBe('confirmed');
  });

  it('expires with the first command after its time, and its unit is available again', () => {
    const scene = new Scene().places().after(10).places('k-2');
    expect([scene.status, scene.sale.open?.orders.get(orderId(tenant, sale, 'k-2'))?.status]).toEqual(['expired', 'held']);
  });

  it('is restored by a payment after its expiry while its units are free', () => {
    expect(new Scene().places().after(11).does(paid()).status).toBe('confirmed');
  });

  it('[L6] makes money due that arrived after its expiry when its unit is taken', () => {
    const scene = new Scene().places().after(11).places('k-2').does(paid());
    expect([scene.status, scene.due]).toEqual(['expired', [{ payment: 'pay_1', amount: 5000n, reason: 'expired' }]]);
    expect(scene.does(wentBack()).due).toEqual([]);
    expect(scene.status).toBe('refunded');
  });

  it.each([
    ['another amount', notification('pay_1', '4999')],
    ['another currency', { ...notification(), currency: 'USD' }],
  ])('[L6] is not confirmed by %s, which is due for refund', (_, report) => {
    const scene = new Scene().places().does(paid(report));
    expect([scene.status, scene.due]).toMatchObject(['held', [{ reason: 'wrong-amount' }]]);
  });

  it('[minting WI4] [L6] makes a second payment due for refund', () => {
    const scene = new Scene()
      .places()
      .does(paid())
      .does(paid(notification('pay_2')));
    expect([scene.status, scene.due]).toMatchObject(['confirmed', [{ payment: 'pay_2', reason: 'paid-twice' }]]);
  });

  it('counts a payment that is reported twice once', () => {
    const scene = new Scene().places().does(paid());
    const before = scene.events.length;
    expect(scene.does(paid()).does(paid()).events).toHaveLength(before);
  });
});

describe('a payment that overtakes its order', () => {
  it('waits for it and confirms it when it comes', () => {
    expect(new Scene().does(paid()).places().status).toBe('confirmed');
  });

  it('[L6] is due for refund when no order is placed within a day', () => {
    const scene = new Scene().does(paid());
    expect(nextExpiry(scene.sale)).toBe(MATCH_WITHIN_MS);
    scene.after(24 * 60 + 1).places('k-2');
    expect(scene.due).toEqual([{ payment: 'pay_1', amount: 5000n, reason: 'unmatched' }]);
  });
});

describe('the end of an order', () => {
  it('releases a cancelled hold at once, and does nothing when repeated', () => {
    const cancels = (state: Sale) => cancelOrder(state, { sale, order });
    const scene = new Scene().places().does(cancels);
    const before = scene.events.length;
    expect([scene.status, scene.sale.counts().available]).toEqual(['cancelled', 2]);
    expect(scene.does(cancels).events).toHaveLength(before);
  });

  it('makes the money of a refunded order due, releases the unit, and ends when the money is returned', () => {
    const scene = new Scene()
      .places()
      .does(paid())
      .does((state) => refundOrder(state, { sale, order }));
    expect([scene.status, scene.sale.counts().available, scene.due]).toMatchObject(['refund-owed', 2, [{ reason: 'requested' }]]);
    expect(scene.does(wentBack()).status).toBe('refunded');
  });

  it('[minting WI6] takes a returned total as the total so far: repeated or late, it adds nothing', () => {
    const scene = refundOwed();
    const { amount: _, ...of } = notification();
    for (const refundedTotal of ['2000', '2000', '3500', '1500']) scene.does(wentBack({ ...of, refundedTotal }));
    expect([scene.status, backOf(scene.payment())]).toEqual(['refund-owed', 3_500n]);
    expect(scene.does(wentBack({ ...of, refundedTotal: '5000' })).status).toBe('refunded');
  });

  it('[L12] adds up refunds that have ids, each of which counts once; the key of its notification stands for an id', () => {
    const scene = refundOwed();
    const half = notification('pay_1', '2500');
    scene.does(wentBack(half, 'n-1')).does(wentBack(half, 'n-1'));
    scene.does(wentBack({ ...half, refund: 'n-1' as RefundId }, 'n-2'));
    expect([scene.status, backOf(scene.payment())]).toEqual(['refund-owed', 2_500n]);
    expect(scene.does(wentBack(half, 'n-2')).status).toBe('refunded');
  });

  it('refuses to cancel a paid order and to refund an unpaid one', () => {
    const scene = new Scene().places().does(paid());
    expect(cancelOrder(scene.sale, { sale, order })).toMatchObject({ refusal: { code: 'order-paid' } });
    expect(refundOrder(new Scene().sale, { sale, order })).toMatchObject({ refusal: { code: 'order-unknown' } });
  });
});

it('[minting WI6] ends in the same state for any order and number of {placed, succeeded, failed, refunded}, with holds expiring between', () => {
  const steps = {
    placed: (scene: Scene) => scene.places(),
    succeeded: (scene: Scene) => scene.does(paid()),
    failed: (scene: Scene) => scene.does(failed()),
    refunded: (scene: Scene) => scene.does(wentBack()),
    later: (scene: Scene) => scene.after(11),
  };
  const once = ['placed', 'succeeded', 'failed', 'refunded'] as const;
  const more = fc.array(fc.constantFrom('succeeded', 'failed', 'refunded', 'later'), { maxLength: 6 });
  const reports = more.chain((again) => fc.shuffledSubarray([...once, ...again], { minLength: once.length + again.length }));
  fc.assert(
    fc.property(reports, (sequence) => {
      const scene = new Scene();
      for (const name of sequence) steps[name as keyof typeof steps](scene);
      expect([scene.status, scene.due, scene.sale.counts()]).toEqual(['refunded', [], { opened: 2, available: 2, held: 0, sold: 0 }]);
      const counted = scene.events.filter((event) => event.type === 'PaymentReceived' && event.data.matched);
      expect([counted.length, scene.events.filter(({ type }) => type === 'RefundPaid').length]).toEqual([1, 1]);
    }),
    { numRuns: 500 },
  );
});
