import type { Decision } from '#shared/domain/refusal.js';
import type { SaleEvent } from '#shared/domain/sale/events.js';
import { releaseUnit } from '#shared/domain/sale/mint-result.js';
import { cancelOrder, refundOrder } from '#shared/domain/sale/orders/end-order.js';
import { placeOrder } from '#shared/domain/sale/orders/place-order.js';
import { requestMints } from '#shared/domain/sale/orders/request-mints.js';
import { type BuyerId, orderId, type TicketId, type UnitId } from '#shared/kernel/ids.js';
import { ALL, OrderOfThree, order, sale, tenant, wallet } from '../stages/order-of-three.js';

const typesOf = (decision: Decision<SaleEvent>) => ('events' in decision ? decision.events.map(({ type }) => type) : decision.refusal.code);

describe('cancelling tickets of a hold', () => {
  it('gives their seats to others at once, and keeps the others', () => {
    const scene = new OrderOfThree().cancels(2).places('k-2', ['A-2' as UnitId]);
    expect([scene.status, scene.holders]).toEqual(['held', [order, orderId(tenant, sale, 'k-2'), order]]);
    expect(scene.state.counts()).toEqual({ opened: 3, available: 0, held: 3, sold: 0 });
  });

  it('leaves the total as placed to be paid: their price is due back of it, to the unit', () => {
    const scene = new OrderOfThree().cancels(2).pays();
    expect([scene.status, scene.due, scene.balance('revenue'), scene.balance('refunds-owed')]).toEqual([
      'confirmed',
      { pay_1: 5_000 },
      10_000,
      5_000,
    ]);
    expect(scene.gotBack(5_000)).toMatchObject({ status: 'confirmed', due: {} });
    expect([scene.balance('revenue'), scene.balance('provider')]).toEqual([10_000, 10_000]);
  });

  it('is not paid by the price of the other tickets: all of that is due back', () => {
    expect(new OrderOfThree().cancels(2).pays(10_000)).toMatchObject({ status: 'held', due: { pay_1: 10_000 } });
  });

  it('does not mint them when the order is paid', () => {
    const scene = new OrderOfThree({ mint: 'on-confirm' }).cancels(1).pays();
    expect(scene.states).toEqual(['released', 'asked', 'asked']);
    expect(typesOf(scene.hears((state) => requestMints(state, { sale, wallet, tickets: scene.tickets([1]) })))).toBe('ticket-not-sold');
  });

  it('expires only the rest, and a late payment restores only the rest', () => {
    const scene = new OrderOfThree()
      .cancels(2)
      .after(11)
      .places('k-2', ['A-2' as UnitId]);
    expect(scene.status).toBe('expired');
    expect(scene.pays()).toMatchObject({ status: 'confirmed', due: { pay_1: 5_000 } });
    expect(scene.holders).toEqual([order, orderId(tenant, sale, 'k-2'), order]);
  });

  it('ends the order with its last ticket, whether one after the other or at once', () => {
    const [oneByOne, atOnce] = [new OrderOfThree().cancels(1).cancels(2).cancels(3), new OrderOfThree().cancels(3, 1, 2)];
    for (const scene of [oneByOne, atOnce]) {
      expect([scene.status, scene.state.counts().available]).toEqual(['cancelled', 3]);
      expect(scene.pays().due).toEqual({ pay_1: ALL });
    }
  });
});

describe('[L12] refunding tickets of a paid order', () => {
  it('makes their price due back, and frees their seats', () => {
    const scene = new OrderOfThree().pays().refunds(1);
    expect([scene.status, scene.due, scene.holders]).toEqual(['confirmed', { pay_1: 5_000 }, [undefined, order, order]]);
    expect(scene.refunds(3).due).toEqual({ pay_1: 10_000 });
    expect([scene.balance('revenue'), scene.balance('refunds-owed')]).toEqual([5_000, 10_000]);
  });

  it('comes to the whole, ticket by ticket', () => {
    const whole = new OrderOfThree().pays().does((state) => refundOrder(state, { sale, order }));
    const parts = [
      new OrderOfThree().pays().refunds(2).refunds(1, 3),
      new OrderOfThree()
        .pays()
        .refunds(2)
        .does((state) => refundOrder(state, { sale, order })),
    ];
    for (const scene of parts) {
      expect([scene.status, scene.due, scene.states, scene.holders]).toEqual([whole.status, whole.due, whole.states, whole.holders]);
      expect(scene.gotBack(ALL).status).toBe('refunded');
      expect([scene.balance('provider'), scene.balance('revenue'), scene.balance('refunds-owed')]).toEqual([0, 0, 0]);
    }
  });

  it.each([
    ['reported before', (scene: OrderOfThree) => scene.pays().gotBack(5_000).refunds(1)],
    ['reported after', (scene: OrderOfThree) => scene.pays().refunds(1).gotBack(5_000)],
    ['reported in two parts around it', (scene: OrderOfThree) => scene.pays().gotBack(2_000).refunds(1).gotBack(3_000, 're_2')],
  ])('is met by a refund of the provider that is %s, without a double payment', (_, happens) => {
    const scene = new OrderOfThree();
    happens(scene);
    expect([scene.status, scene.due, scene.balance('revenue')]).toEqual(['confirmed', {}, 10_000]);
  });

  it('is not due while all of the payment is disputed, and is due again when the dispute is won', () => {
    const scene = new OrderOfThree().pays().refunds(1).disputes('opened');
    expect(scene.due).toEqual({});
    expect(scene.disputes('won').due).toEqual({ pay_1: 5_000 });
  });

  it('ends with the order when a dispute over all of it is lost', () => {
    const scene = new OrderOfThree().pays().refunds(1).disputes('opened').disputes('lost');
    expect([scene.status, scene.due, scene.state.counts().available]).toEqual(['refunded', {}, 3]);
  });

  it('is refunded from the payment that replaces the first one, which is due back in full', () => {
    const scene = new OrderOfThree().pays().pays(ALL, 'pay_2').refunds(1);
    expect(scene.due).toEqual({ pay_1: 5_000, pay_2: ALL });
    expect(scene.gotBack(ALL)).toMatchObject({ status: 'confirmed', due: { pay_2: 5_000 } });
    expect(scene.balance('revenue')).toBe(10_000);
  });

  it('leaves the rest to come back with new money after the provider gave all of it back', () => {
    const scene = new OrderOfThree().pays().refunds(1).gotBack(ALL);
    expect([scene.status, scene.state.counts().available]).toEqual(['refunded', 3]);
    expect(scene.pays(ALL, 'pay_2')).toMatchObject({ status: 'confirmed', due: { pay_2: 5_000 } });
    expect(scene.holders).toEqual([undefined, order, order]);
  });

  it('counts the tickets that are left for the buyer', () => {
    const scene = new OrderOfThree().pays();
    const more = (key: string) => ({
      tenant,
      order: orderId(tenant, sale, key),
      command: { sale, buyer: 'b-k-1' as BuyerId, units: ['A-1' as UnitId], wallet },
    });
    scene.refunds(1).does((state) => placeOrder(state, more('k-2'), 0));
    expect(scene.state.open?.usage.unitsOf('b-k-1' as BuyerId)).toBe(3);
  });
});

describe('tickets that are minted, or about to be', () => {
  it('are revoked one by one before their unit is free, if they are revocable', () => {
    const scene = new OrderOfThree({ tickets: 'revocable' }).pays().mints(1, 2, 3);
    const [ticket] = scene.tickets([1]) as [TicketId];
    expect(typesOf(scene.hears((state) => refundOrder(state, { sale, order, tickets: [ticket] })))).toEqual([
      'TicketsEnded',
      'RefundOwed',
      'RevocationsRequested',
    ]);
    expect([scene.due, scene.states, scene.holders[0]]).toEqual([{ pay_1: 5_000 }, ['revoking', 'asked', 'asked'], order]);
    scene.does((state) => releaseUnit(state, { ticket, request: 0 }));
    expect([scene.status, scene.states, scene.holders[0]]).toEqual(['confirmed', ['released', 'asked', 'asked'], undefined]);
  });

  it('are refused by name if they are transferable, and only the named ones', () => {
    const scene = new OrderOfThree().pays().mints(1);
    expect(scene.hears((state) => refundOrder(state, { sale, order, tickets: scene.tickets([1, 2]) }))).toEqual({
      refusal: { code: 'irrevocable', pointers: ['/override'], facts: { tickets: scene.tickets([1]) } },
    });
    expect(scene.refunds(2).due).toEqual({ pay_1: 5_000 });
  });

  it('become void with an override, and a repetition asks for nothing more', () => {
    const scene = new OrderOfThree().pays().mints(1, 2);
    const command = { sale, order, tickets: scene.tickets([1]), override: true } as const;
    scene.does((state) => refundOrder(state, command));
    expect([scene.due, scene.states]).toEqual([{ pay_1: 5_000 }, ['revoking', 'asked', 'unasked']]);
    expect(scene.hears((state) => refundOrder(state, command))).toEqual({ events: [] });
  });

  it('are given back in a sale without payment, and the ledger reverses their price alone', () => {
    const scene = new OrderOfThree({ payment: 'none' }).cancels(1);
    expect([scene.status, scene.balance('settled-outside'), scene.balance('revenue')]).toEqual(['confirmed', 10_000, 10_000]);
    scene.does((state) => cancelOrder(state, { sale, order }));
    expect([scene.status, scene.balance('settled-outside'), scene.balance('revenue'), scene.state.counts().available]).toEqual([
      'cancelled',
      0,
      0,
      3,
    ]);
  });
});

describe('a part of an order', () => {
  const unknown = 'tkt_unknown' as TicketId;
  const foreign = (scene: OrderOfThree) => scene.state.open?.orders.get(orderId(tenant, sale, 'k-2'))?.tickets[0]?.ticket as TicketId;

  it.each([
    ['held', cancelOrder],
    ['paid', refundOrder],
  ] as const)('is refused with its pointer if a ticket of a %s order is unknown or foreign', (status, end) => {
    const scene = new OrderOfThree().cancels(3).places('k-2', ['A-3' as UnitId]);
    if (status === 'paid') scene.pays();
    const [own] = scene.tickets([1]) as [TicketId];
    const refused = scene.hears((state) => end(state, { sale, order, tickets: [own, unknown, foreign(scene)] }));
    expect(refused).toEqual({ refusal: { code: 'ticket-unknown', pointers: ['/tickets/1', '/tickets/2'] } });
    expect(scene.holders[0]).toBe(order);
  });

  it.each([
    ['cancelled in a hold', new OrderOfThree().cancels(1), cancelOrder],
    ['cancelled before it was paid', new OrderOfThree().cancels(1).pays(), cancelOrder],
    ['refunded', new OrderOfThree().pays().refunds(1), refundOrder],
    ['refunded, of an order that is refunded now', new OrderOfThree().pays().refunds(1).refunds(2, 3), refundOrder],
  ] as const)('changes nothing when the same ticket is named again: %s', (_, scene, end) => {
    expect(scene.hears((state) => end(state, { sale, order, tickets: scene.tickets([1]) }))).toEqual({ events: [] });
  });

  it('ends the remaining ones of the named tickets', () => {
    expect(new OrderOfThree().pays().refunds(1).refunds(1, 2).due).toEqual({ pay_1: 10_000 });
  });

  it('is refused of an order that has expired', () => {
    const scene = new OrderOfThree().after(11);
    expect(typesOf(scene.hears((state) => cancelOrder(state, { sale, order, tickets: scene.tickets([1]) })))).toBe('order-ended');
  });
});
