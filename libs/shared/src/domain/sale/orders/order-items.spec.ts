import { type BuyerId, orderId, type SaleId, type TenantId } from '../../../kernel/ids.js';
import type { Decision } from '../../refusal.js';
import { OpenSale, PlaceOrder } from '../commands.js';
import type { OrderPlaced, SaleEvent } from '../events.js';
import { openSale } from '../open-sale.js';
import { Sale } from '../sale.js';
import { cancelOrder } from './end-order.js';
import { placeOrder } from './place-order.js';

const TENANT = 'demo' as TenantId;
const SALE = 'gala' as SaleId;
const [W1, W2] = ['4Nd1mYQp8gVJ6tYFvMZTvGtTb2vAYHRkLBgYDmUDUyHm', '7v91N7iZ9mNicL8WfG6cgSCKyRXydQjLh6UYBWwm6y1Q'];
const HALL = {
  sale: SALE,
  name: 'Gala',
  currency: 'EUR',
  categories: [{ category: 'front' }, { category: 'standing', maxPerBuyer: 2, maxPerWallet: 3 }, { category: 'empty' }],
  types: [{ type: 'adult' }, { type: 'child' }],
  prices: [
    { category: 'front', type: 'adult', amount: '9000' },
    { category: 'front', type: 'child', amount: '4500' },
    { category: 'standing', amount: '3500' },
    { category: 'empty', amount: '1' },
  ],
  units: {
    rows: [
      {
        row: 'AA',
        label: 'Reihe AA',
        category: 'front',
        seats: [
          { from: 1, to: 5, step: 2 },
          { from: 2, to: 4, step: 2 },
        ],
      },
    ],
    seats: [{ unit: 'BOX-1', label: 'Loge Ä, Platz 1', category: 'front' }],
    areas: [
      { area: 'floor', category: 'standing', quota: 4 },
      { area: 'deck', category: 'standing', quota: 2 },
    ],
  },
  payment: 'webhook',
  mint: 'on-request',
};

class Box {
  readonly sale = new Sale();
  private count = 0;

  constructor(more: object = {}) {
    this.apply(openSale(this.sale, OpenSale.parse({ ...HALL, ...more })));
  }

  /** The order's name is the number of orders before it. */
  ask(items: readonly object[], more: object = {}): Decision<SaleEvent> {
    const order = orderId(TENANT, SALE, `k-${this.count++}`);
    const command = PlaceOrder.parse({ sale: SALE, buyer: 'b-1', items, ...more });
    const decision = placeOrder(this.sale, { tenant: TENANT, order, command }, 0);
    this.apply(decision);
    return decision;
  }

  cancel(nth: number): void {
    this.apply(cancelOrder(this.sale, { sale: SALE, order: orderId(TENANT, SALE, `k-${nth}`) }));
  }

  private apply(decision: Decision<SaleEvent>): void {
    if ('events' in decision) for (const event of decision.events) this.sale.evolve(event, 0);
  }
}

const placedIn = (decision: Decision<SaleEvent>): OrderPlaced['data'] => {
  const placed = 'events' in decision ? decision.events.find((event) => event.type === 'OrderPlaced') : undefined;
  if (placed?.type !== 'OrderPlaced') throw new Error(JSON.stringify(decision));
  return placed.data;
};
const ticketsOf = (decision: Decision<SaleEvent>) =>
  placedIn(decision).tickets.map(({ unit, category, type, price }) => [unit, category, type, price].filter(Boolean).join(' '));

describe('the items of an order', () => {
  it('are named units, places of an area and the best of a category, each at its price', () => {
    const decision = new Box().ask([
      { category: 'front', quantity: 2, adjacent: true, type: 'adult' },
      { area: 'floor', quantity: 2 },
      { unit: 'AA-1', type: 'child' },
    ]);
    expect(ticketsOf(decision)).toEqual([
      'AA-1 front child 4500',
      'AA-3 front adult 9000',
      'AA-5 front adult 9000',
      'floor-1 standing 3500',
      'floor-2 standing 3500',
    ]);
    expect(placedIn(decision).total).toEqual({ amount: '29500', currency: 'EUR' });
    expect(placedIn(decision).tickets[0]).toMatchObject({ label: 'Reihe AA, 1' });
  });

  it('[L1] do not include a unit of an earlier item', () => {
    const items = [
      { category: 'front', quantity: 2, type: 'adult' },
      { category: 'front', quantity: 2, type: 'child', adjacent: true },
      { unit: 'AA-3', type: 'adult' },
    ];
    expect(ticketsOf(new Box().ask(items))).toEqual([
      'AA-3 front adult 9000',
      'AA-1 front adult 9000',
      'AA-5 front adult 9000',
      'AA-2 front child 4500',
      'AA-4 front child 4500',
    ]);
  });

  it('of a category run on from rows to seats, and from one area to the next', () => {
    const box = new Box({ categories: [{ category: 'front' }, { category: 'standing' }, { category: 'empty' }] });
    expect(ticketsOf(box.ask([{ category: 'front', quantity: 6, type: 'child' }])).at(-1)).toBe('BOX-1 front child 4500');
    expect(ticketsOf(box.ask([{ category: 'standing', quantity: 5 }])).at(-1)).toBe('deck-1 standing 3500');
  });

  it.each<[string, object[], string, string[], object]>([
    ['a unit that is not there', [{ unit: 'AA-1', type: 'adult' }, { unit: 'ZZ-1' }], 'unit-unknown', ['/items/1/unit'], {}],
    ['a place of an area by name', [{ unit: 'floor-1' }], 'quantity-needed', ['/items/0/unit'], {}],
    [
      'another category',
      [{ category: 'back', quantity: 1 }],
      'category-unknown',
      ['/items/0/category'],
      { categories: ['front', 'standing', 'empty'] },
    ],
    ['no category of several', [{ quantity: 1 }], 'category-needed', ['/items/0'], { categories: ['front', 'standing', 'empty'] }],
    ['another area', [{ area: 'roof', quantity: 1 }], 'area-unknown', ['/items/0/area'], { areas: ['floor', 'deck'] }],
    ['no type of several', [{ unit: 'AA-1' }], 'type-needed', ['/items/0/type'], { types: ['adult', 'child'] }],
    ['another type', [{ unit: 'AA-1', type: 'dog' }], 'type-not-sold', ['/items/0/type'], { types: ['adult', 'child'] }],
    ['more than a category has', [{ category: 'front', quantity: 7, type: 'adult' }], 'sold-out', ['/items/0/quantity'], { available: 6 }],
    ['more than an area has', [{ area: 'deck', quantity: 3 }], 'sold-out', ['/items/0/quantity'], { available: 2 }],
    ['a category without units', [{ category: 'empty', quantity: 1 }], 'sold-out', ['/items/0/quantity'], { available: 0 }],
    [
      'more next to each other than a range has',
      [{ category: 'front', quantity: 4, adjacent: true, type: 'child' }],
      'not-adjacent',
      ['/items/0/adjacent'],
      { available: 6 },
    ],
    [
      'what an item before it took',
      [
        { category: 'front', quantity: 6, type: 'adult' },
        { category: 'front', quantity: 1, type: 'child' },
      ],
      'sold-out',
      ['/items/1/quantity'],
      { available: 6 },
    ],
  ])('are refused: %s', (_, items, code, pointers, facts) => {
    const box = new Box();
    const counts = JSON.stringify(box.sale.counts());
    const refused = box.ask(items);
    expect(refused).toEqual({ refusal: { code, pointers, ...(Object.keys(facts).length > 0 && { facts }) } });
    expect(JSON.stringify(box.sale.counts())).toBe(counts);
    expect(ticketsOf(box.ask([{ category: 'front', quantity: 6, type: 'adult' }]))).toHaveLength(6); // nothing was taken
  });

  it('are refused with a type in a sale without types, and the refusal says to omit it', () => {
    expect(new Box().ask([{ area: 'floor', quantity: 1, type: 'adult' }])).toEqual({
      refusal: { code: 'type-not-sold', pointers: ['/items/0/type'], details: ['must be left out: tickets have no type here'] },
    });
  });

  it('are refused with all taken units', () => {
    const box = new Box();
    box.ask([
      { unit: 'AA-1', type: 'adult' },
      { unit: 'AA-4', type: 'adult' },
    ]);
    const named = ['AA-4', 'AA-2', 'AA-1'].map((unit) => ({ unit, type: 'child' }));
    expect(box.ask([{ area: 'floor', quantity: 1 }, ...named])).toEqual({
      refusal: { code: 'unit-taken', pointers: ['/items/1/unit', '/items/3/unit'] },
    });
  });

  it.each<[string, object, string[]]>([
    ['both a unit and a quantity', { unit: 'A', quantity: 1 }, ['/items/0/unit must be given, or else quantity, and not both']],
    ['neither', { type: 'adult' }, ['/items/0/unit must be given, or else quantity, and not both']],
    ['a unit of an area', { unit: 'A', area: 'floor' }, ['/items/0/area must be left out where a unit is named']],
    ['an area of a category', { area: 'a', category: 'b', quantity: 1 }, ['/items/0/category must be left out where an area is named']],
    [
      'neighbours in an area',
      { area: 'a', quantity: 2, adjacent: true },
      ['/items/0/adjacent must be left out but for a quantity of a category'],
    ],
  ])('must be well formed: %s', (_, item, problems) => {
    const read = PlaceOrder.safeParse({ sale: SALE, buyer: 'b-1', items: [item] });
    expect(read.error?.issues.map(({ path, message }) => `/${path.join('/')} ${message}`)).toEqual(problems);
  });

  it.each([
    [[{ unit: 'A' }, { unit: 'B' }, { unit: 'A' }], '/items/2/unit A is named twice'],
    [
      [
        { category: 'a', quantity: 60 },
        { category: 'b', quantity: 41 },
      ],
      '/items must be at most 100 units in all',
    ],
    [Array.from({ length: 101 }, (_, index) => ({ unit: `A-${index}` })), '/items must have at most 100 items'],
    [[], '/items must have at least one item'],
  ])('must be well formed together: %j', (items, problem) => {
    const read = PlaceOrder.safeParse({ sale: SALE, buyer: 'b-1', items });
    expect(read.error?.issues.map(({ path, message }) => `/${path.join('/')} ${message}`)).toContain(problem);
  });

  it('work in a sale of one category with types, by quantity alone', () => {
    const box = new Box({
      categories: undefined,
      prices: [
        { type: 'adult', amount: '7' },
        { type: 'child', amount: '3' },
      ],
      units: { quota: 5 },
    });
    expect(
      ticketsOf(
        box.ask([
          { quantity: 1, type: 'child' },
          { quantity: 2, type: 'adult' },
        ]),
      ),
    ).toEqual(['1 child 3', '2 adult 7', '3 adult 7']);
    expect(box.ask([{ quantity: 1 }])).toMatchObject({ refusal: { code: 'type-needed', facts: { types: ['adult', 'child'] } } });
    expect(box.ask([], { items: undefined, quantity: 1 })).toMatchObject({ refusal: { code: 'type-needed', pointers: ['/quantity'] } });
  });
});

describe('limits by category', () => {
  const standing = (quantity: number) => [{ category: 'standing', quantity }];
  const beyond = (code: string, facts: object) => ({ refusal: { code, facts } });

  it('[L13] apply with those of the sale, to a buyer in any letter case', () => {
    const box = new Box({ maxPerBuyer: 4 });
    box.ask(standing(2));
    expect(box.ask(standing(1), { buyer: 'B-1' as BuyerId })).toMatchObject(
      beyond('buyer-limit', { category: 'standing', maxPerBuyer: 2, has: 2 }),
    );
    box.ask([{ category: 'front', quantity: 2, type: 'adult' }]);
    expect(box.ask([{ category: 'front', quantity: 1, type: 'adult' }])).toMatchObject(beyond('buyer-limit', { maxPerBuyer: 4, has: 4 }));
    expect(ticketsOf(box.ask(standing(2), { buyer: 'b-2' }))).toHaveLength(2);
  });

  it('[L13] apply to a wallet of several buyers', () => {
    const box = new Box();
    box.ask(standing(2), { wallet: W1 });
    const refused = box.ask(standing(2), { wallet: W1, buyer: 'b-2' });
    expect(refused).toMatchObject({
      refusal: { code: 'wallet-limit', pointers: ['/wallet'], facts: { category: 'standing', maxPerWallet: 3, has: 2 } },
    });
    expect(ticketsOf(box.ask(standing(2), { wallet: W2, buyer: 'b-2' }))).toHaveLength(2);
  });

  it('count only live tickets', () => {
    const box = new Box();
    box.ask(standing(2), { wallet: W1 });
    box.cancel(0);
    expect(ticketsOf(box.ask(standing(2), { wallet: W1 }))).toEqual(['floor-1 standing 3500', 'floor-2 standing 3500']);
  });

  it('name the places of the units in the request', () => {
    expect(new Box().ask(standing(3))).toEqual({
      refusal: { code: 'buyer-limit', pointers: ['/items'], facts: { category: 'standing', maxPerBuyer: 2, has: 0 } },
    });
  });
});
