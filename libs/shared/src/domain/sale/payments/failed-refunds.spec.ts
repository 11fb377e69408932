import { type BuyerId, orderId, type PaymentId, type RefundId, type SaleId, type TenantId, type UnitId } from '../../../kernel/ids.js';
import type { Decision } from '../../refusal.js';
import type { SaleEvent } from '../events.js';
import { openSale } from '../open-sale.js';
import { refundOrder } from '../orders/end-order.js';
import { placeOrder } from '../orders/place-order.js';
import { Sale } from '../sale.js';
import { confirmPayment, failRefund, refundPayment } from './payment-notifications.js';

const tenant = 'demo' as TenantId;
const sale = 'gala' as SaleId;
const order = orderId(tenant, sale, 'k-1');
const notification = (payment: string) => ({ sale, order, payment: payment as PaymentId, amount: '5000', currency: 'EUR' });

/** A paid order of a seat at 50.00 EUR, and later payment reports. */
class Scene {
  readonly sale = new Sale();
  events: string[] = [];

  constructor() {
    const terms = {
      sale,
      name: 'Gala',
      units: { seats: ['A-1' as UnitId] },
      price: { amount: '5000', currency: 'EUR' },
      maxPerBuyer: 4,
      holdSeconds: 600,
    };
    this.does((state) => openSale(state, { ...terms, payment: 'webhook', mint: 'on-request' }));
    this.places('k-1');
    this.pays('p1');
  }

  private does(decide: (state: Sale) => Decision<SaleEvent>): this {
    const decision = decide(this.sale);
    this.events = 'events' in decision ? decision.events.map(({ type }) => type) : [];
    if ('events' in decision) for (const event of decision.events) this.sale.evolve(event, 0);
    return this;
  }

  places = (key: string): this =>
    this.does((state) => {
      const command = { sale, buyer: `b-${key}` as BuyerId, units: ['A-1' as UnitId] };
      return placeOrder(state, { tenant, order: orderId(tenant, sale, key), command }, 0);
    });
  pays = (payment: string): this => this.does((state) => confirmPayment(state, notification(payment)));
  refunds = (payment: string): this =>
    this.does((state) => refundPayment(state, { ...notification(payment), refund: `re_${payment}` as RefundId }, 'key'));
  refundFails = (payment: string, amount = '5000'): this =>
    this.does((state) => failRefund(state, { ...notification(payment), refund: `re_${payment}` as RefundId, amount }));
  givesBack = (): this => this.does((state) => refundOrder(state, { sale, order }));

  get status(): string | undefined {
    return this.sale.open?.orders.get(order)?.status;
  }

  get due(): string[] {
    return (this.sale.open?.payments.due() ?? []).map(({ payment }) => payment);
  }
}

describe('a refund that failed', () => {
  it('[L12] restores an order that the provider had refunded, with its money', () => {
    const scene = new Scene().refunds('p1');
    expect(scene.status).toBe('refunded');
    expect([scene.refundFails('p1').events, scene.status, scene.due]).toEqual([
      ['RefundFailed', 'OrderRestored', 'OrderConfirmed'],
      'confirmed',
      [],
    ]);
  });

  it('[L6] makes the refund due if the seat is sold again', () => {
    const scene = new Scene().refunds('p1').places('k-2');
    expect([scene.refundFails('p1').events, scene.status, scene.due]).toEqual([['RefundFailed', 'RefundOwed'], 'refunded', ['p1']]);
  });

  it('[L6] makes the money due again if the organiser refunds the order', () => {
    const scene = new Scene().givesBack().refunds('p1');
    expect([scene.due, scene.refundFails('p1').due]).toEqual([[], ['p1']]);
  });

  it('[L12] of a second payment lets that one pay, whichever refund was reported first', () => {
    const [one, other] = [
      new Scene().pays('p2').refunds('p2').refunds('p1').refundFails('p2'),
      new Scene().pays('p2').refunds('p2').refundFails('p2').refunds('p1'),
    ];
    expect([one.status, one.due]).toEqual(['confirmed', []]);
    expect([other.status, other.due]).toEqual([one.status, one.due]);
  });

  it('[L12] does not count when it is reported later, and is recorded once', () => {
    const scene = new Scene().refundFails('p1');
    expect([scene.refunds('p1').events, scene.refundFails('p1').events, scene.status]).toEqual([[], [], 'confirmed']);
    expect(scene.refundFails('p1', '4000').events).toEqual(['PaymentReportSetAside']);
  });
});
