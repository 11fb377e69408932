import fc from 'fast-check';
import { MAX_REFUNDS_LISTED } from '#shared/domain/sale/commands.js';
import type { Payment } from '#shared/domain/sale/payments/payment.js';
import { Payments } from '#shared/domain/sale/payments/payments.js';
import type { OrderId, PaymentId } from '#shared/kernel/ids.js';
import { type RefundKey, refundsPage } from './refunds-due.js';

/** Half of what a NATS server lets through by default. */
const MAX_PAGE_BYTES = 512 * 1024;
/** The longest id of a payment. */
const LONGEST_ID = 200;

const payment = (id: string, more: Partial<Payment>): Payment => ({
  payment: id as PaymentId,
  order: `o-${id}` as OrderId,
  currency: 'EUR',
  received: 100n,
  foreign: false,
  matched: true,
  receivedAt: 0,
  refunds: 0n,
  refundsFailed: 0n,
  refundedTotal: 0n,
  disputesLost: 0n,
  disputesOpen: 0n,
  owed: undefined,
  facts: new Map(),
  ...more,
});
const due = (id: string, receivedAt: number): Payment => payment(id, { receivedAt, owed: { amount: 100n, reason: 'requested' } });
const excess = (id: string, receivedAt: number): Payment => payment(id, { receivedAt, refundedTotal: 150n });

function paymentsOf(all: Iterable<Payment>): Payments {
  const payments = new Payments();
  for (const one of all) payments.restore(one);
  return payments;
}

const idsOf = (views: readonly object[]): string[] => views.map((view) => (view as { payment: string }).payment);
const named = (ids: readonly string[]): string[] => [...new Set(ids)];

it('lists every lasting entry once, refunds due first and oldest first, whatever is settled or reported between two pages', () => {
  const kinds = fc.array(fc.record({ isDue: fc.boolean(), at: fc.integer({ min: 0, max: 5 }), lasts: fc.boolean() }), { maxLength: 30 });
  fc.assert(
    fc.property(kinds, fc.integer({ min: 1, max: 7 }), (entries, limit) => {
      const all = entries.map(({ isDue, at, lasts }, n) => ({ lasts, stored: (isDue ? due : excess)(`${isDue ? 'd' : 'x'}${n}`, at) }));
      const seen: string[] = [];
      let key: RefundKey | undefined;
      for (let nth = 0; nth === 0 || key !== undefined; nth++) {
        const now = nth === 0 ? all : all.filter(({ lasts }) => lasts);
        const page = refundsPage(paymentsOf(now.map(({ stored }) => stored)), key, limit);
        seen.push(...idsOf(page.refundsDue), ...idsOf(page.problems));
        key = page.last;
      }
      const lasting = all.filter(({ lasts }) => lasts).map(({ stored }) => stored);
      expect(named(seen)).toEqual(seen);
      expect(seen).toEqual(expect.arrayContaining(idsOf(lasting)));
      const order = seen.map((id) => [id.startsWith('d') ? 0 : 1, all[Number(id.slice(1))]?.stored.receivedAt ?? 0] as const);
      expect(order).toEqual([...order].sort((one, other) => one[0] - other[0] || one[1] - other[1]));
    }),
  );
});

it('keeps the largest page of the longest entries within what NATS carries, and follows 30,000 of them', () => {
  const id = (n: number): string => `${n}`.padStart(LONGEST_ID, 'p');
  const payments = paymentsOf(Array.from({ length: 30_000 }, (_, n) => due(id(n), Math.floor(n / 2))));
  let [pages, count, key]: [number, number, RefundKey | undefined] = [0, 0, undefined];
  do {
    const page = refundsPage(payments, key, MAX_REFUNDS_LISTED);
    expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(MAX_PAGE_BYTES);
    [pages, count, key] = [pages + 1, count + page.refundsDue.length, page.last];
  } while (key !== undefined);
  expect([pages, count]).toEqual([30, 30_000]);
});
