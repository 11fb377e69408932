import { Shop } from '../stages/shop.js';

const TAKES_MS = 180_000;
const BUYERS = 1_000;
const USES = 10;
const shop = Shop.forTests('codes');

const paying = { payment: 'webhook', maxPerBuyer: 10, price: { amount: '5000', currency: 'EUR' } };
const codes = [{ code: 'EARLY', uses: USES, percentOff: 20 }];
const saleOf = async (sale: string) => (await shop.demo.ask('sale.get', { sale })).body;

it(
  '[L1] [minting AE2] gives a code of 10 uses to 10 of 1,000 concurrent buyers, and a returned use to the next',
  async () => {
    const sale = 'rush';
    await shop.demo.open(sale, { quota: 2 * BUYERS }, { ...paying, codes });
    const asked = Array.from({ length: BUYERS }, (_, buyer) =>
      shop.demo.askUntilSettled('order.place', { sale, buyer: `b-${buyer}`, quantity: 1, code: 'EARLY' }, `k-${buyer}`),
    );
    const response = await Promise.all(asked);
    const won = response.filter(({ status }) => status === 201);
    expect(won.map(({ body }) => body.total)).toEqual(Array.from({ length: USES }, () => ({ amount: '4000', currency: 'EUR' })));
    expect(new Set(response.filter(({ status }) => status !== 201).map(({ status, body }) => `${status} ${body.code}`))).toEqual(
      new Set(['409 code-used-up']),
    );
    expect(await saleOf(sale)).toMatchObject({ codes: [{ code: 'EARLY', used: USES }], units: { held: USES } });
    await shop.demo.ask('order.cancel', { sale, order: won[0]?.body.order }, 'cancel');
    const next = await Promise.all(
      ['next', 'after'].map((buyer) => shop.demo.askUntilSettled('order.place', { sale, buyer, quantity: 1, code: 'EARLY' }, buyer)),
    );
    expect(next.map(({ status }) => status).sort()).toEqual([201, 409]);
  },
  TAKES_MS,
);

it('changes a sale over HTTP for later orders, and a retry gets the same answer', async () => {
  const sale = 'changed';
  await shop.demo.open(sale, { quota: 5 }, paying);
  const before = await shop.demo.place(sale, { quantity: 1 }, 'before');
  const change = { name: 'Gala Night', price: { amount: '7000', currency: 'EUR' }, codes, units: { quota: 3 } };
  const changed = await shop.demoWeb.post(`/v1/sales/${sale}/change`, change, 'change');
  expect([changed.status, changed.headers.get('Location')]).toEqual([200, `/v1/sales/${sale}`]);
  expect(changed.body).toMatchObject({ name: 'Gala Night', price: { amount: '7000' }, units: { opened: 3, available: 2 } });
  expect(await shop.demoWeb.post(`/v1/sales/${sale}/change`, change, 'change')).toMatchObject({ text: changed.text, replayed: true });
  const after = await shop.demo.place(sale, { quantity: 1, code: 'EARLY' }, 'after');
  expect([before, after].map(({ body }) => (body.total as { amount: string }).amount)).toEqual(['5000', '5600']);
  expect(
    (await shop.demo.ask('payment.confirm', { sale, order: before.body.order, payment: 'p', amount: '5000', currency: 'EUR' }, 'p')).body
      .status,
  ).toBe('confirmed');
});

it('names the refused field of a change, and pauses, closes and reopens a sale', async () => {
  const sale = 'paused';
  await shop.demo.open(sale, { quota: 5 }, paying);
  await shop.demo.place(sale, { quantity: 3 }, 'three');
  const change = (body: object, key: string) => shop.demoWeb.post(`/v1/sales/${sale}/change`, body, key);
  expect(await change({ units: { quota: 2 } }, 'c-1')).toMatchObject({
    status: 409,
    body: { code: 'quota-below-taken', taken: 3, errors: [{ pointer: '/units/quota' }] },
  });
  expect(await change({ holdSeconds: 0 }, 'c-2')).toMatchObject({ status: 400, body: { errors: [{ pointer: '/holdSeconds' }] } });
  expect(await change({ name: 'Other', payment: 'none' }, 'c-3')).toMatchObject({
    status: 400,
    body: { errors: [{ pointer: '/payment' }] },
  });
  expect((await change({ paused: true }, 'c-4')).body).toMatchObject({ paused: true });
  expect(await shop.demo.place(sale, { quantity: 1 }, 'while paused')).toMatchObject({ status: 409, body: { code: 'sale-paused' } });
  await change({ paused: false }, 'c-5');
  await shop.demo.ask('sale.close', { sale }, 'close');
  expect((await change({ reopen: true }, 'c-6')).body.closed).toBeUndefined();
  expect((await shop.demo.place(sale, { quantity: 1 }, 'open again')).status).toBe(201);
});

it('refuses another label of a row, and another label or category of an area, which a change would ignore', async () => {
  const sale = 'labelled';
  const [lodge, floor] = [
    { row: 'A', label: 'Loge Ä', category: 'front', from: 1, to: 4 },
    { area: 'floor', category: 'standing', quota: 5 },
  ];
  const categories = [{ category: 'front' }, { category: 'standing' }];
  const prices = categories.map((one) => ({ ...one, amount: '5000' }));
  await shop.demo.open(sale, { rows: [lodge], areas: [floor] }, { price: undefined, currency: 'EUR', categories, prices });
  const change = async (units: object, key: string) => {
    const { status, body } = await shop.demoWeb.post(`/v1/sales/${sale}/change`, { units }, `${sale}-${key}`);
    return [status, body.code, body.errors];
  };
  const refused = (pointer: string, detail: string) => [
    409,
    'offer-inconsistent',
    [{ pointer, detail: `must be left out${detail}: it cannot change` }],
  ];
  const more = { ...lodge, from: 11, to: 12 };
  expect(await change({ areas: [{ ...floor, category: 'front', quota: 9 }] }, 'a')).toEqual(
    refused('/units/areas/0/category', ', or standing'),
  );
  expect(await change({ areas: [{ ...floor, label: 'Arena', quota: 9 }] }, 'b')).toEqual(refused('/units/areas/0/label', ''));
  expect(await change({ rows: [{ ...more, label: 'Loge B' }] }, 'c')).toEqual(refused('/units/rows/0/label', ', or Loge Ä'));
  expect(await change({ rows: [more], areas: [{ ...floor, quota: 9 }] }, 'd')).toEqual([200, undefined, undefined]);
  expect(await saleOf(sale)).toMatchObject({ units: { opened: 15 } });
});
