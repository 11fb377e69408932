import { Keypair } from '@solana/web3.js';
import { waitFor } from '../../dev/processes/wait.js';
import type { Heard } from '../harness/caller.js';
import { Shop } from '../stages/shop.js';

const shop = Shop.forTests('selling');

const RACES = 1_000;
const paying = { payment: 'webhook', maxPerBuyer: 100 };
const orderOf = ({ body }: Heard): string => String(body.order);
const paymentOf = (sale: string, order: string, more: object = {}) => ({
  sale,
  order,
  payment: `pay-${order}`,
  amount: '5000',
  currency: 'EUR',
  ...more,
});
const counts = async (sale: string): Promise<unknown> => (await shop.demo.ask('sale.get', { sale })).body.units;

it('holds an order until its payment is reported, then confirms it', async () => {
  await shop.demo.open('held', { seats: ['A-1', 'A-2'] }, paying);
  const placed = await shop.demo.place('held', { units: ['A-1'] });
  expect(placed).toMatchObject({ status: 201, body: { status: 'held', tickets: [{ status: 'held' }] } });
  expect(Date.parse(String(placed.body.expiresAt))).toBeGreaterThan(Date.now());
  const confirmed = await shop.demo.ask('payment.confirm', paymentOf('held', orderOf(placed)), 'evt-1');
  expect(confirmed).toMatchObject({ status: 200, body: { status: 'confirmed', payment: `pay-${orderOf(placed)}` } });
  const again = await shop.demo.ask('payment.confirm', paymentOf('held', orderOf(placed)), 'evt-2');
  expect([again.status, again.body.status, again.replayed]).toEqual([200, 'confirmed', false]);
  expect(await counts('held')).toEqual({ opened: 2, available: 1, held: 0, sold: 1 });
});

it('expires a hold when its time is over, without a request', async () => {
  await shop.demo.open('short', { seats: ['A-1'] }, { ...paying, holdSeconds: 1 });
  const placed = await shop.demo.place('short', { units: ['A-1'] });
  const order = async (): Promise<unknown> => (await shop.demo.ask('order.get', { sale: 'short', order: orderOf(placed) })).body.status;
  expect(placed.body.status).toBe('held'); // a second later it is not
  await waitFor(async () => (await order()) === 'expired', { what: 'the hold expires by its timer', timeoutMs: 60_000 });
  expect((await shop.demo.place('short', { units: ['A-1'] })).status).toBe(201);
});

it('[L6] lists refunds due until they are reported as made', async () => {
  await shop.demo.open('owed', { seats: ['A-1'] }, paying);
  const placed = await shop.demo.place('owed', { units: ['A-1'] });
  const payment = paymentOf('owed', orderOf(placed), { amount: '4000' });
  expect((await shop.demo.ask('payment.confirm', payment, 'evt-1')).body).toMatchObject({
    status: 'held',
    refundDue: { amount: '4000', reason: 'wrong-amount' },
  });
  expect((await shop.demo.ask('sale.refunds-due', { sale: 'owed' })).body.refundsDue).toMatchObject([
    { payment: payment.payment, amount: '4000', reason: 'wrong-amount' },
  ]);
  await shop.demo.ask('payment.refunded', payment, 'evt-2');
  expect((await shop.demo.ask('sale.refunds-due', { sale: 'owed' })).body.refundsDue).toEqual([]);
});

it('cancels a hold, refunds a paid order, closes the sale, and explains later refusals', async () => {
  await shop.demo.open('ends', { seats: ['A-1', 'A-2', 'A-3'] }, paying);
  const [first, second] = [await shop.demo.place('ends', { units: ['A-1'] }), await shop.demo.place('ends', { units: ['A-2'] })];
  const [one, two] = [orderOf(first), orderOf(second)];
  expect((await shop.demo.ask('order.cancel', { sale: 'ends', order: one }, 'c-1')).body.status).toBe('cancelled');
  await shop.demo.ask('payment.confirm', paymentOf('ends', two), 'p-2');
  expect(await shop.demo.ask('order.cancel', { sale: 'ends', order: two }, 'c-2')).toMatchObject({
    status: 409,
    body: { code: 'order-paid' },
  });
  expect((await shop.demo.ask('order.refund', { sale: 'ends', order: two }, 'r-2')).body.status).toBe('refund-owed');
  expect(await counts('ends')).toEqual({ opened: 3, available: 3, held: 0, sold: 0 });
  expect((await shop.demo.ask('payment.refunded', paymentOf('ends', two), 'b-2')).body.status).toBe('refunded');
  expect(await shop.demo.ask('sale.close', { sale: 'ends' }, 'close')).toMatchObject({ status: 200, body: { closed: true } });
  expect(await shop.demo.place('ends', { units: ['A-3'] })).toMatchObject({ status: 409, body: { code: 'sale-closed' } });
});

it('[minting AE2] [minting IK6] requests one mint per ticket, however often and with whatever key', async () => {
  await shop.demo.open('mints', { quota: 10 }, { maxPerBuyer: 100 });
  const placed = await shop.demo.place('mints', { quantity: 2 });
  const tickets = (placed.body.tickets as { ticket: string }[]).map(({ ticket }) => ticket);
  const wallet = Keypair.generate().publicKey.toBase58();
  const asked = await Promise.all(
    Array.from({ length: 50 }, (_, key) => shop.demo.askUntilSettled('ticket.mint', { sale: 'mints', tickets, wallet }, `m-${key}`)),
  );
  for (const { status, body } of asked) expect([status, body.tickets]).toMatchObject([200, [{ status: 'minting' }, { status: 'minting' }]]);
  await waitFor(async () => (await shop.log.lastSequences()).MINTS === 2, { what: 'both mints are asked for', timeoutMs: 60_000 });
  const unknown = await shop.demo.ask('ticket.mint', { sale: 'mints', tickets: [...tickets, `tkt_${'a'.repeat(26)}`], wallet }, 'm-bad');
  expect(unknown).toMatchObject({ status: 409, body: { code: 'ticket-unknown', errors: [{ pointer: '/tickets/2' }] } });
  expect((await shop.log.lastSequences()).MINTS).toBe(2);
});

it('shows when an order came how far', async () => {
  await shop.demo.open('points', { seats: ['A-1'] }, paying);
  const placed = await shop.demo.place('points', { units: ['A-1'] });
  await shop.demo.ask('payment.confirm', paymentOf('points', orderOf(placed)), 'evt');
  const { points } = (await shop.demo.ask('order.get', { sale: 'points', order: orderOf(placed) })).body as {
    points: { point: string; version: number }[];
  };
  expect(points.map(({ point, version }) => [point, version])).toEqual([
    ['received', 2],
    ['decided', 2],
    ['held', 2],
    ['paid', 3],
  ]);
});

it('[L6] has one outcome each, and money and seat agree, when 1,000 payments race their expiry', async () => {
  await shop.demo.open('race', { quota: RACES }, { ...paying, holdSeconds: 3, maxPerBuyer: RACES, maxEndedHolds: RACES });
  const rounds = Array.from({ length: RACES }, (_, round) => round);
  const placed = await Promise.all(
    rounds.map((round) => shop.demo.askUntilSettled('order.place', { sale: 'race', buyer: 'b-1', quantity: 1 }, `race-${round}`)),
  );
  const ends = placed.map(({ body }) => Date.parse(String(body.expiresAt)));
  await waitFor(() => Date.now() > Math.min(...ends) - 50, { what: 'the holds are about to expire', timeoutMs: 20_000 });
  await Promise.all(
    placed.map((order, round) => shop.demo.askUntilSettled('payment.confirm', paymentOf('race', orderOf(order)), `race-pay-${round}`)),
  );
  const orders = await Promise.all(placed.map((order) => shop.demo.ask('order.get', { sale: 'race', order: orderOf(order) })));
  const confirmed = orders.filter(({ body }) => body.status === 'confirmed').length;
  const owed = ((await shop.demo.ask('sale.refunds-due', { sale: 'race' })).body.refundsDue as unknown[]).length;
  expect(confirmed + owed).toBe(RACES);
  expect(await counts('race')).toMatchObject({ sold: confirmed, held: 0 });
});
