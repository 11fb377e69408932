import type { Heard } from '../harness/caller.js';
import { Shop } from '../stages/shop.js';

const shop = Shop.forTests('parts');

const SEATS = ['A-1', 'A-2', 'A-3'];
const RACES = 40;
const counts = async (sale: string): Promise<unknown> => (await shop.demo.ask('sale.get', { sale })).body.units;
const refundsDue = async (sale: string): Promise<unknown> => (await shop.demo.ask('sale.refunds-due', { sale })).body.refundsDue;
const ticketsOf = ({ body }: Pick<Heard, 'body'>): string[] => (body.tickets as { ticket: string }[]).map(({ ticket }) => ticket);
const statesOf = ({ body }: Pick<Heard, 'body'>): string[] => (body.tickets as { status: string }[]).map(({ status }) => status);

/** An order of three seats at 50.00 EUR. */
async function ordered(sale: string) {
  await shop.demo.open(sale, { seats: SEATS }, { payment: 'webhook', maxPerBuyer: 100 });
  const placed = await shop.demo.place(sale, { units: SEATS });
  const order = String(placed.body.order);
  const payment = { sale, order, payment: `pay-${sale}`, amount: '15000', currency: 'EUR' };
  return { sale, order, tickets: ticketsOf(placed), payment, path: `/v1/sales/${sale}/orders/${order}` };
}

it('cancels tickets of a hold over NATS: their seats are free at once, and their price is due back from the payment', async () => {
  const { sale, order, tickets, payment } = await ordered('cancelled');
  const cancelled = await shop.demo.ask('order.cancel', { sale, order, tickets: tickets.slice(0, 1) }, 'c-1');
  expect([cancelled.status, cancelled.body.status, statesOf(cancelled)]).toEqual([200, 'held', ['released', 'held', 'held']]);
  expect((await shop.demo.place(sale, { units: ['A-1'] })).status).toBe(201);
  expect((await shop.demo.ask('payment.confirm', payment, 'paid')).body).toMatchObject({
    status: 'confirmed',
    refundDue: { amount: '5000', reason: 'tickets-ended' },
  });
  expect(await counts(sale)).toEqual({ opened: 3, available: 0, held: 1, sold: 2 });
});

it('refunds tickets over HTTP, meets a refund of the provider, and comes to the whole', async () => {
  const { sale, tickets, payment, path } = await ordered('refunded');
  await shop.demo.ask('payment.confirm', payment, 'paid');
  const refund = (nth: number, key: string) => shop.demoWeb.post(`${path}/refund`, { tickets: [tickets[nth]] }, key);
  const first = await refund(0, 'r-1');
  expect([first.status, first.body.status, statesOf(first)]).toEqual([200, 'confirmed', ['released', 'sold', 'sold']]);
  await shop.demo.ask('payment.refunded', { ...payment, amount: '5000' }, 'back-1');
  expect(await refundsDue(sale)).toEqual([]);
  expect((await refund(1, 'r-2')).body.status).toBe('confirmed');
  expect(await refundsDue(sale)).toMatchObject([{ amount: '5000', reason: 'tickets-ended' }]);
  expect((await refund(2, 'r-3')).body.status).toBe('refund-owed');
  expect(await refundsDue(sale)).toMatchObject([{ amount: '10000', reason: 'requested' }]);
  await shop.demo.ask('payment.refunded', { ...payment, amount: '10000' }, 'back-2');
  expect((await shop.demo.ask('order.get', { sale, order: payment.order })).body.status).toBe('refunded');
  expect(await counts(sale)).toEqual({ opened: 3, available: 3, held: 0, sold: 0 });
});

it('names each ticket that is not of the order, and changes nothing', async () => {
  const { tickets, path, sale } = await ordered('unknown');
  const other = await ordered('elsewhere');
  const wrong = { tickets: [tickets[0], other.tickets[0], 'tkt_aaaaaaaaaaaaaaaaaaaaaaaaaa'] };
  const refused = await shop.demoWeb.post(`${path}/cancel`, wrong, 'c-1');
  expect(refused).toMatchObject({
    status: 409,
    body: { code: 'ticket-unknown', errors: [{ pointer: '/tickets/1' }, { pointer: '/tickets/2' }] },
  });
  expect(await counts(sale)).toEqual({ opened: 3, available: 0, held: 3, sold: 0 });
  const twice = await shop.demoWeb.post(`${path}/cancel`, { tickets: [tickets[0], tickets[0]] }, 'c-2');
  expect(twice).toMatchObject({ status: 400, body: { errors: [{ pointer: '/tickets/1' }] } });
});

it('ends each ticket once, under concurrent requests and any key', async () => {
  const { sale, order, tickets, payment } = await ordered('raced');
  await shop.demo.ask('payment.confirm', payment, 'paid');
  const asked = Array.from({ length: RACES }, (_, key) =>
    shop.demo.askUntilSettled('order.refund', { sale, order, tickets: [tickets[key % 2]] }, `r-${key}`),
  );
  for (const { status, body } of await Promise.all(asked)) expect([status, body.status]).toEqual([200, 'confirmed']);
  expect(await refundsDue(sale)).toMatchObject([{ amount: '10000', reason: 'tickets-ended' }]);
  expect(await counts(sale)).toEqual({ opened: 3, available: 2, held: 0, sold: 1 });
});

it('lists refunds due in pages over NATS and HTTP, and takes no cursor of another sale', async () => {
  const paid = await Promise.all(['paged-1', 'paged-2'].map(ordered));
  const [{ sale, order, payment }] = paid as [(typeof paid)[0]];
  for (const one of paid) await shop.demo.ask('payment.confirm', one.payment, `paid-${one.sale}`);
  const second = { ...payment, payment: 'pay-twice' };
  await shop.demo.ask('payment.confirm', second, 'twice');
  await shop.demo.ask('order.refund', { sale, order }, 'all');
  const whole = (await shop.demo.ask('sale.refunds-due', { sale })).body;
  expect((whole.refundsDue as object[]).length).toBe(2);
  const first = (await shop.demo.ask('sale.refunds-due', { sale, limit: 1 })).body;
  const path = `/v1/sales/${sale}/refunds-due`;
  const rest = (await shop.demoWeb.get(`${path}?limit=1&cursor=${encodeURIComponent(String(first.next))}`)).body;
  expect([...(first.refundsDue as object[]), ...(rest.refundsDue as object[])]).toEqual(whole.refundsDue);
  expect([whole.next, rest.next]).toEqual([undefined, undefined]);
  const elsewhere = await shop.demo.ask('sale.refunds-due', { sale: 'paged-2', cursor: first.next });
  expect([elsewhere.status, elsewhere.body.code]).toEqual([400, 'cursor-unknown']);
  expect((await shop.demoWeb.get(`${path}?limit=1001`)).body).toMatchObject({ code: 'body-invalid' });
});
