import fc from 'fast-check';
import { ChangingSale, codeOf, orderOf } from '../stages/changing-sale.js';

const price = (amount: string) => ({ price: { amount, currency: 'EUR' }, units: { quota: 50 }, maxPerBuyer: 50 });
const with20 = { code: 'EARLY', uses: 2, percentOff: 20 };
const totalOf = (sale: ChangingSale, key: string): string | undefined => sale.open.orders.get(orderOf(key))?.total.amount;
const statusOf = (sale: ChangingSale, key: string): string | undefined => sale.open.orders.get(orderOf(key))?.status;
const used = (sale: ChangingSale): number => sale.open.usage.usesOf('EARLY' as never);

describe('a discount code', () => {
  it.each([
    ['999', { percentOff: 20 }, '800'], // 199.8 are rounded down
    ['5000', { percentOff: 100 }, '0'],
    ['1', { percentOff: 99 }, '1'],
    ['5000', { amountOff: '500' }, '4500'],
    ['300', { amountOff: '500' }, '0'],
    ['999999999999999', { percentOff: 33 }, '670000000000000'],
  ])('makes a ticket of %s with %j cost %s', (amount, off, total) => {
    const sale = new ChangingSale({ ...price(amount), codes: [{ code: 'EARLY', uses: 1, ...off }] });
    expect(codeOf(sale.places('a', { quantity: 1, code: 'EARLY' }))).toBeUndefined();
    expect(totalOf(sale, 'a')).toBe(total);
    expect(statusOf(sale, 'a')).toBe(total === '0' ? 'confirmed' : 'held');
  });

  it('lowers the tickets of its types and categories alone', () => {
    const sale = new ChangingSale({
      currency: 'EUR',
      categories: [{ category: 'front' }, { category: 'back' }],
      types: [{ type: 'adult' }, { type: 'child' }],
      prices: ['front', 'back'].flatMap((category) => [
        { category, type: 'adult', amount: '1000' },
        { category, type: 'child', amount: '500' },
      ]),
      units: { rows: ['front', 'back'].map((category) => ({ row: category, category, from: 1, to: 9 })) },
      codes: [{ code: 'KIDS', uses: 9, percentOff: 50, types: ['child'], categories: ['front'] }],
    });
    const items = ['front', 'back'].flatMap((row) => [
      { unit: `${row}-1`, type: 'adult' },
      { unit: `${row}-2`, type: 'child' },
    ]);
    sale.places('a', { items, code: 'KIDS' });
    expect(sale.open.orders.get(orderOf('a'))?.tickets.map((ticket) => ticket.price)).toEqual(['1000', '250', '1000', '500']);
    expect(codeOf(sale.places('b', { items: [{ unit: 'back-5', type: 'child' }], code: 'KIDS' }))).toBe('code-without-effect');
  });

  it('is used once by an order of several tickets, and its use comes back with the end of the order', () => {
    const sale = new ChangingSale({ ...price('5000'), codes: [with20] });
    sale.places('a', { quantity: 3, code: 'EARLY' });
    sale.places('b', { quantity: 1, code: 'EARLY' });
    expect(sale.places('c', { quantity: 1, code: 'EARLY' })).toMatchObject({
      refusal: { code: 'code-used-up', pointers: ['/code'], facts: { uses: 2 } },
    });
    sale.cancels('a');
    expect(codeOf(sale.places('d', { quantity: 1, code: 'EARLY' }))).toBeUndefined();
    expect(used(sale)).toBe(2);
  });

  it('is needed once more by an order that expired and is paid for late', () => {
    const sale = new ChangingSale({ ...price('5000'), codes: [{ ...with20, uses: 1 }] });
    sale.places('late', { quantity: 1, code: 'EARLY' });
    sale.after(11).places('rival', { quantity: 1, code: 'EARLY' });
    sale.pays('late', 4_000);
    expect([statusOf(sale, 'late'), used(sale), sale.open.payments.due().length]).toEqual(['expired', 1, 1]);
    sale.cancels('rival');
    const other = new ChangingSale({ ...price('5000'), codes: [{ ...with20, uses: 1 }] });
    other.places('late', { quantity: 1, code: 'EARLY' });
    other.after(11).pays('late', 4_000);
    expect([statusOf(other, 'late'), used(other)]).toEqual(['confirmed', 1]);
  });

  it('is refused if it is unknown, and before and after its validity', () => {
    const window = { from: '1970-01-01T00:10:00Z', until: '1970-01-01T00:20:00Z' };
    const sale = new ChangingSale({ ...price('5000'), codes: [{ ...with20, ...window }] });
    expect(codeOf(sale.places('a', { quantity: 1, code: 'OTHER' }))).toBe('code-unknown');
    expect(sale.places('b', { quantity: 1, code: 'EARLY' })).toMatchObject({
      refusal: { code: 'code-not-valid-now', facts: { from: '1970-01-01T00:10:00.000Z' } },
    });
    expect(codeOf(sale.after(10).places('c', { quantity: 1, code: 'EARLY' }))).toBeUndefined();
    expect(codeOf(sale.after(10).places('d', { quantity: 1, code: 'EARLY' }))).toBe('code-not-valid-now');
  });

  it('is added, given other uses and taken away by a change; orders keep their prices', () => {
    const sale = new ChangingSale(price('5000'));
    sale.changes({ codes: [with20] });
    sale.places('a', { quantity: 1, code: 'EARLY' });
    sale.changes({ codes: [{ ...with20, uses: 1 }] });
    expect(codeOf(sale.places('b', { quantity: 1, code: 'EARLY' }))).toBe('code-used-up');
    sale.changes({ codes: [] });
    expect(codeOf(sale.places('c', { quantity: 1, code: 'EARLY' }))).toBe('code-unknown');
    sale.pays('a', 4_000);
    expect(statusOf(sale, 'a')).toBe('confirmed');
  });

  it('[L1] is never used more often than its limit, for any orders, payments, cancellations and expiries, as in a model', () => {
    const step = fc.record({
      do: fc.constantFrom('place', 'place', 'place', 'cancel', 'pay', 'wait'),
      nth: fc.nat(5),
      coded: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.array(step, { maxLength: 30 }), (uses, steps) => {
        const seats = Array.from({ length: 30 }, (_, seat) => `S-${seat}`);
        const sale = new ChangingSale({ ...price('5000'), units: { seats }, codes: [{ ...with20, uses }] });
        const model = new Map<string, { coded: boolean; status: string; endsAt: number; paid: boolean }>();
        let now = 0;
        const inUse = (): number =>
          [...model.values()].filter(({ coded, status }) => coded && ['held', 'confirmed'].includes(status)).length;
        for (const [index, { do: what, nth, coded }] of steps.entries()) {
          if (what === 'wait') {
            now += 6;
            sale.after(6);
          }
          for (const order of model.values()) if (order.status === 'held' && order.endsAt <= now) order.status = 'expired';
          const [key, order] = [...model][nth % Math.max(1, model.size)] ?? [];
          if (what === 'place') {
            const fits = !coded || inUse() < uses;
            const refused = codeOf(sale.places(`${index}`, { units: [`S-${index}`], ...(coded && { code: 'EARLY' }) }));
            expect(refused).toBe(fits ? undefined : 'code-used-up');
            if (fits) model.set(`${index}`, { coded, status: 'held', endsAt: now + 10, paid: false });
          } else if (what === 'cancel' && key !== undefined && order?.status === 'held') {
            sale.cancels(key);
            order.status = 'cancelled';
          } else if (what === 'pay' && key !== undefined && order !== undefined) {
            sale.pays(key, order.coded ? 4_000 : 5_000);
            if (order.paid) continue;
            order.paid = true;
            if (order.status === 'held' || (order.status === 'expired' && (!order.coded || inUse() < uses))) order.status = 'confirmed';
          } else sale.changes({ paused: false });
          expect(inUse()).toBeLessThanOrEqual(uses);
          expect(used(sale)).toBe(inUse());
          for (const [id, { status }] of model) if (status !== 'expired') expect([id, statusOf(sale, id)]).toEqual([id, status]);
        }
      }),
      { numRuns: 200 },
    );
  });
});
