import type { Recorded } from '#shared/domain/recorded.js';
import { saleSubject } from '#shared/event-store/event-store.js';
import { AT, LedgerStage, opening, type RunningProjector } from '../stages/ledger-stage.js';

const subject = saleSubject('demo', 'gala');

const stage = LedgerStage.forTests('ledger-payments');
let projector: RunningProjector;
beforeAll(async () => {
  projector = await stage.project();
  await stage.append(subject, opening('gala', 10));
});

const told = (type: string, data: object): Recorded => ({ type, at: AT, data }) as unknown as Recorded;
const money = { amount: '5000', currency: 'EUR' };
const about = (n: number) => ({ order: `ord_${n}`, payment: `pay_${n}`, ...money });
const placed = (n: number) => {
  const tickets = [1, 2].map((i) => ({ ticket: `tkt_${n}_${i}`, unit: `${2 * n + i}`, price: '2500' }));
  return told('OrderPlaced', { order: `ord_${n}`, buyer: 'b', wallet: 'W', tickets, total: money, expiresAt: AT + 600_000 });
};
const received = (n: number, matched = true) => told('PaymentReceived', { ...about(n), matched });
const confirmed = (n: number) => told('OrderConfirmed', { order: `ord_${n}`, payment: `pay_${n}` });

/** Each is a separate commit and batch, so that rows of earlier ones come from Postgres. */
async function one(...commits: Recorded[][]): Promise<void> {
  for (const events of commits) await stage.reaches(await stage.append(subject, events));
}

const balances = async () =>
  Object.fromEntries(
    (await stage.query('select account, amount from ledger.account_balance where amount > 0')).map(({ account, amount }) => [
      account,
      Number(amount),
    ]),
  );
const statuses = async (table: string) => (await stage.query(`select status from ledger.${table} order by 1`)).map(({ status }) => status);

it('follows orders that wait for money, expire, come back, and are refunded', async () => {
  await one([placed(0)], [received(0), confirmed(0)]);
  await one(
    [placed(1)],
    [told('OrderExpired', { order: 'ord_1' })],
    [received(1), told('OrderRestored', { order: 'ord_1' }), confirmed(1)],
  );
  await one(
    [placed(2)],
    [told('OrderCancelled', { order: 'ord_2' })],
    [received(2), told('RefundOwed', { ...about(2), reason: 'cancelled' })],
  );
  await one([received(3, false)], [placed(3), received(3), confirmed(3)]);
  expect(await balances()).toEqual({ opened: 10, available: 4, sold: 6, provider: 20_000, revenue: 15_000, 'refunds-owed': 5_000 });
  expect(await stage.query('select expires_at, payment from ledger.sale_order where order_id = $1', ['ord_3'])).toEqual([
    { expires_at: new Date(AT + 600_000), payment: 'pay_3' },
  ]);
  const tickets = [
    { ticket: 'tkt_0_1', unit: '1' },
    { ticket: 'tkt_0_2', unit: '2' },
  ];
  await one([told('RefundOwed', { ...about(0), reason: 'requested' }), told('UnitsReleased', { order: 'ord_0', tickets })]);
  await one(
    [told('RefundPaid', about(0)), told('OrderRefunded', { order: 'ord_0' })],
    [told('RefundPaid', { ...about(1), amount: '1000' })],
  );
  await one([told('SaleClosed', { sale: 'gala' })]);
  expect(await balances()).toEqual({ opened: 10, available: 6, sold: 4, provider: 14_000, revenue: 9_000, 'refunds-owed': 5_000 });
  expect(await statuses('sale')).toEqual(['closed']);
  expect(await statuses('sale_order')).toEqual(['cancelled', 'confirmed', 'confirmed', 'refunded']);
  expect(await statuses('ticket')).toEqual(['released', 'released', 'released', 'released', 'sold', 'sold', 'sold', 'sold']);
});

it('[L7] rebuilds the same from the log in one piece', async () => {
  await projector.stop();
  await stage.rewind();
  expect(await stage.replay()).toMatchObject({ result: 'equal', sequence: await stage.checkpoint() });
});
