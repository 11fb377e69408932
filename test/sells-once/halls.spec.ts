import { MAX_BODY_BYTES, MAX_OPENING_BYTES } from '../../apps/purchase/src/requests/request-body.js';
import { RunningLedger } from '../stages/ledger-app.js';
import { Shop } from '../stages/shop.js';

const shop = Shop.forTests('halls');
const ledger = RunningLedger.forTests(shop);

const HALL = {
  name: 'Gala',
  currency: 'EUR',
  categories: [
    { category: 'front', name: 'Parkett vorn' },
    { category: 'standing', name: 'Stehplätze', maxPerBuyer: 4 },
  ],
  types: [{ type: 'adult' }, { type: 'child', name: 'Kind bis 12' }],
  prices: [
    { category: 'front', type: 'adult', amount: '9000' },
    { category: 'front', type: 'child', amount: '4500' },
    { category: 'standing', amount: '3500' },
  ],
  units: {
    rows: [
      {
        row: 'AA',
        label: 'Reihe AA',
        category: 'front',
        seats: [
          { from: 1, to: 19, step: 2 },
          { from: 2, to: 20, step: 2 },
        ],
      },
    ],
    seats: [{ unit: 'BOX-1', label: 'Loge Ä, Platz 1', category: 'front' }],
    areas: [{ area: 'floor', category: 'standing', quota: 50 }],
  },
  payment: 'none',
  mint: 'on-request',
};
const ITEMS = [
  { unit: 'BOX-1', type: 'child' },
  { area: 'floor', quantity: 2 },
  { category: 'front', quantity: 2, adjacent: true, type: 'adult' },
];

/** A stadium of 80,000 seats: 2,500 rows in 64 blocks, each with an aisle, odd and even numbers, and a label. */
const ROWS = 2_500;
const stadium = (sale: string) => ({
  ...HALL,
  sale,
  categories: Array.from({ length: 64 }, (_, index) => ({ category: `c${index}` })),
  types: undefined,
  prices: Array.from({ length: 64 }, (_, index) => ({ category: `c${index}`, amount: `${5_000 + index}` })),
  units: {
    rows: Array.from({ length: ROWS }, (_, index) => ({
      row: `B${Math.floor(index / 40)}-${index % 40}`,
      label: `Block und Reihe ${index}`,
      category: `c${index % 64}`,
      seats: [
        { from: 1, to: 31, step: 2 },
        { from: 34, to: 64, step: 2 },
      ],
    })),
  },
});

describe('a hall', () => {
  it('is opened, sold by items, and adds up by category and type in the sale, the ledger and its replay', async () => {
    const opened = await shop.demoWeb.post('/v1/sales', { ...HALL, sale: 'hall' }, 'open-hall');
    expect([opened.status, opened.body.currency, opened.body.price]).toEqual([201, 'EUR', undefined]);
    const placed = await shop.demo.place('hall', { items: ITEMS }, 'one');
    expect(placed.status).toBe(201);
    expect(placed.body).toMatchObject({
      total: { amount: '29500', currency: 'EUR' },
      tickets: [
        { unit: 'BOX-1', label: 'Loge Ä, Platz 1', category: 'front', type: 'child', price: '4500' },
        { unit: 'floor-1', category: 'standing', price: '3500' },
        { unit: 'floor-2', category: 'standing', price: '3500' },
        { unit: 'AA-1', label: 'Reihe AA, 1', category: 'front', type: 'adult', price: '9000' },
        { unit: 'AA-3', label: 'Reihe AA, 3', category: 'front', type: 'adult', price: '9000' },
      ],
    });
    const again = await shop.demoWeb.place('hall', { items: ITEMS }, 'one');
    expect([again.status, again.text, again.replayed]).toEqual([201, placed.text, true]);
    const cancelled = await shop.demoWeb.place('hall', { items: [{ category: 'front', quantity: 3, type: 'child' }], buyer: 'b-2' });
    await shop.demoWeb.post(`/v1/sales/hall/orders/${cancelled.body.order}/cancel`, {});
    const { body: sale } = await shop.demoWeb.get('/v1/sales/hall');
    expect(sale).toMatchObject({
      units: { opened: 71, available: 66, held: 0, sold: 5 },
      categories: [
        { category: 'front', name: 'Parkett vorn', units: { opened: 21, available: 18, held: 0, sold: 3 } },
        { category: 'standing', maxPerBuyer: 4, units: { opened: 50, available: 48, held: 0, sold: 2 } },
      ],
      prices: [
        { category: 'front', type: 'adult', amount: '9000', held: 0, sold: 2 },
        { category: 'front', type: 'child', amount: '4500', held: 0, sold: 1 },
        { category: 'standing', amount: '3500', held: 0, sold: 2 },
      ],
    });
    await ledger.catchesUp();
    const { body: revenue } = await ledger.demo.get('/v1/ledger/revenue?sale=hall');
    expect(revenue.revenue).toEqual([
      { sale: 'hall', currency: 'EUR', category: 'front', type: 'adult', tickets: 2, amount: '18000' },
      { sale: 'hall', currency: 'EUR', category: 'front', type: 'child', tickets: 1, amount: '4500' },
      { sale: 'hall', currency: 'EUR', category: 'standing', tickets: 2, amount: '7000' },
    ]);
    const { body: tickets } = await ledger.demo.get(`/v1/ledger/tickets?sale=hall&order=${placed.body.order}`);
    expect((tickets.tickets as { unit: string }[]).find(({ unit }) => unit === 'AA-3')).toMatchObject({
      label: 'Reihe AA, 3',
      category: 'front',
      type: 'adult',
      price: '9000',
    });
  });

  it('of 80,000 seats opens over HTTP and over NATS, and sells its last seats', async () => {
    const body = JSON.stringify(stadium('stadium'));
    expect(Buffer.byteLength(body)).toBeGreaterThan(MAX_BODY_BYTES);
    expect(Buffer.byteLength(body)).toBeLessThan(MAX_OPENING_BYTES);
    const answer = await shop.demoWeb.post('/v1/sales', stadium('stadium'), 'open-stadium');
    expect([answer.status, answer.body.units]).toEqual([201, { opened: ROWS * 32, available: ROWS * 32, held: 0, sold: 0 }]);
    const other = await shop.demo.ask('sale.open', stadium('stadium-2'), 'open-stadium');
    expect(other.status).toBe(201);
    const best = await shop.demo.place('stadium', { items: [{ category: 'c63', quantity: 3, adjacent: true }, { unit: 'B62-19-64' }] });
    expect((best.body.tickets as { unit: string }[]).map(({ unit }) => unit)).toEqual(['B62-19-64', 'B1-23-1', 'B1-23-3', 'B1-23-5']);
  });

  it('that does not fit a commit is refused before it is stored, and uses no key', async () => {
    const seats = Array.from({ length: 5_000 }, (_, index) => ({ unit: `S${index}`, label: `Platz ${index} ${'-'.repeat(50)}` }));
    const category = 'x'.repeat(32); // seats leave it out, and the event has it 5,000 times
    const long = { ...HALL, sale: 'long', categories: [{ category }], types: undefined, prices: [{ amount: '1' }], units: { seats } };
    expect(Buffer.byteLength(JSON.stringify(long))).toBeLessThan(MAX_OPENING_BYTES);
    for (const answer of [await shop.demoWeb.post('/v1/sales', long, 'open-long'), await shop.demo.ask('sale.open', long, 'open-long')])
      expect([answer.status, answer.body.errors]).toEqual([400, [{ pointer: '/units', detail: expect.stringContaining('960 KiB') }]]);
    expect((await shop.demoWeb.open('long', { quota: 1 })).status).toBe(201);
  });

  it('rejects other bodies that are too large, as before', async () => {
    const large = 'x'.repeat(MAX_BODY_BYTES + 1);
    const answer = await shop.demoWeb.post('/v1/sales/hall/orders', { buyer: large });
    expect([answer.status, answer.body.detail]).toEqual([413, `${MAX_BODY_BYTES} bytes are allowed.`]);
  });
});
