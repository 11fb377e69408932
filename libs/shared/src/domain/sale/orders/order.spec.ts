import type { BuyerId, OrderId, TicketId, UnitId } from '../../../kernel/ids.js';
import { ORDER_TRANSITIONS, Order, type OrderStatus, ticketOfUnit } from './order.js';

const ticket = (unit: string) => ({ ticket: `tkt_${unit}` as TicketId, unit: unit as UnitId, price: '5000' });
const [first, second] = [ticket('A-1'), ticket('A-2')];
const orderOfTwo = (): Order =>
  new Order('ord_1' as OrderId, 'b-1' as BuyerId, undefined, [first, second], {
    total: { amount: '10000', currency: 'EUR' },
    expiresAt: 600,
  });

describe('an order', () => {
  const events = [
    'OrderConfirmed',
    'OrderExpired',
    'OrderCancelled',
    'TicketsEnded',
    'OrderRestored',
    'OrderRefunded',
    'RefundOwed',
    'UnitsReleased',
  ] as const;
  const cases = (Object.keys(ORDER_TRANSITIONS) as OrderStatus[]).flatMap((status) =>
    events.map((event) => ({ status, event, leads: (ORDER_TRANSITIONS[status] as Partial<Record<string, OrderStatus>>)[event] })),
  );

  it.each(cases)('that is $status goes by $event to $leads', ({ status, event, leads }) => {
    const order = orderOfTwo();
    order.status = status;
    if (leads === undefined) expect(() => order.move(event)).toThrow(`order ord_1 is ${status}: ${event} cannot follow`);
    else order.move(event);
    expect(order.status).toBe(leads ?? status);
  });

  it('starts as a hold of all its tickets, without mint requests', () => {
    const order = orderOfTwo();
    expect([order.status, order.total, order.expiresAt]).toEqual(['held', { amount: '10000', currency: 'EUR' }, 600]);
    expect(order.ticketsWhere(({ state }) => state === 'unasked')).toEqual([first, second].map(ticketOfUnit));
    expect(order.progressOf(first.ticket)).toEqual({ request: 0, state: 'unasked' });
  });

  it('keeps the last state of each ticket, and the number of its request', () => {
    const order = orderOfTwo();
    order.note(second.ticket, { state: 'asked', request: 2 });
    order.note(second.ticket, { state: 'failed' });
    expect([first, second].map((one) => order.progressOf(one.ticket))).toEqual([
      { request: 0, state: 'unasked' },
      { request: 2, state: 'failed' },
    ]);
  });

  it('finds its tickets by their state', () => {
    const order = orderOfTwo();
    order.note(first.ticket, { state: 'revoking', overridden: true });
    expect(order.ticketsWhere(({ overridden }) => overridden === true)).toEqual([ticketOfUnit(first)]);
    expect(order.ticketsWhere(({ state }) => state === 'revoking')).toEqual([ticketOfUnit(first)]);
  });

  it('is held, paid and minted for its remaining tickets, and only they are restored', () => {
    const order = orderOfTwo();
    expect([order.kept, order.keptPrice]).toEqual([[first, second], 10_000n]);
    order.note(first.ticket, { ended: true, state: 'released' });
    order.note(second.ticket, { state: 'released' });
    order.takeUpAgain();
    expect([order.kept, order.keptPrice]).toEqual([[second], 5_000n]);
    expect([first, second].map((one) => order.progressOf(one.ticket).state)).toEqual(['released', 'unasked']);
  });

  it('rejects a ticket of another order as a broken log', () => {
    expect(() => orderOfTwo().note('tkt_B-1' as TicketId, { state: 'asked' })).toThrow('order ord_1 has no ticket tkt_B-1');
  });

  it('reaches each of its points once', () => {
    const order = orderOfTwo();
    order.reach('paid', { at: 5, version: 2 });
    order.reach('paid', { at: 6, version: 3 });
    expect(order.points).toEqual({ paid: { at: 5, version: 2 } });
  });
});
