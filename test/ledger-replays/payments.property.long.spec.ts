import fc from 'fast-check';
import type { Account } from '#shared/domain/ledger/account.js';
import { backOf, disputedOf, dueOf, type Payment } from '#shared/domain/sale/payments/payment.js';
import { paymentOf } from '#shared/domain/sale/payments/settle-payment.js';
import type { OrderId } from '#shared/kernel/ids.js';
import {
  about,
  amount,
  asked,
  endings,
  histories,
  KEYS,
  ORDERS,
  PRICE,
  ReportedSale,
  sale,
  shuffled,
  TOTAL,
  type Told,
  tenant,
} from '../stages/reported-sale.js';

/** Holds end, whenever their orders were placed. */
const LATER: Told = { what: 'wait', key: '' };
const ENDED = ['expired', 'cancelled', 'refund-owed', 'refunded'];
const RUNS = { numRuns: 500 };

describe('the end of an order, its money and the ledger', () => {
  it('[L12] [minting WI4] are the same for every order in which anything is reported, before and after the order is placed or its hold is over', () => {
    const twice = histories.chain((told) => fc.tuple(shuffled([...told, ...asked]), shuffled([...told, ...asked])));
    fc.assert(
      fc.property(twice, ([one, other]) => {
        expect(new ReportedSale([...other, LATER]).end).toEqual(new ReportedSale([...one, LATER]).end);
      }),
      RUNS,
    );
  });

  it('[L12] are the same with a point of no return between, or the order is ended and all its money is due back', () => {
    const final = fc
      .constantFrom('cancel', 'refund', 'rival')
      .chain((what) => fc.constantFrom(...KEYS).map((key): Told => ({ what, key }) as Told));
    const both = fc
      .tuple(histories, fc.array(final, { minLength: 1, maxLength: 2 }))
      .chain(([told, ends]) => fc.tuple(shuffled([...told, ...asked]), shuffled([...told, ...asked, ...ends])));
    fc.assert(
      fc.property(both, ([without, told]) => {
        const [free, scene] = [new ReportedSale([...without, LATER]), new ReportedSale([...told, LATER])];
        // a rival may have taken the unit before the order: then there is no order
        for (const order of ORDERS) if (scene.status(order) !== undefined) expectSameOrEnded(scene, free, order);
      }),
      RUNS,
    );
  });

  it('[L12] are the same wherever the same tickets were ended one by one, or the order is ended and all its money is due back', () => {
    const both = fc
      .tuple(histories, fc.array(endings, { minLength: 1, maxLength: 3 }))
      .map(([told, parts]) => [...told, ...asked, ...parts])
      .chain((told) => fc.tuple(shuffled(told), shuffled(told)));
    let compared = 0;
    fc.assert(
      fc.property(both, ([left, right]) => {
        const [one, other] = [new ReportedSale([...left, LATER]), new ReportedSale([...right, LATER])];
        for (const [place, order] of ORDERS.entries()) {
          const [ended, endedThere] = [one.endedOf(order), other.endedOf(order)];
          if (ended[0] === true || endedThere[0] === true) {
            for (const scene of [one, other])
              if (scene.endedOf(order)[0] === true) expect(scene.due(order)).toEqual(scene.sum(order, leftOf));
          } else if (JSON.stringify(ended) === JSON.stringify(endedThere)) {
            expect(other.end.ofOrder[place]).toEqual(one.end.ofOrder[place]);
            if (JSON.stringify(ended).includes('true')) compared += 1;
          }
        }
      }),
      RUNS,
    );
    expect(compared).toBeGreaterThan(RUNS.numRuns / 10);
  });

  it('[L9] [minting WI6] [L11] add up for any reports, contradictions and several receipts of one payment included', () => {
    const anything = fc.array(
      fc.record({ ...about, amount }).map((body): Told => ({ what: 'received', key: 'r', body })),
      { maxLength: 5 },
    );
    const parts = fc.array(endings, { maxLength: 3 });
    const told = fc.tuple(histories, anything, parts).chain(([some, more, ends]) => shuffled([...some, ...more, ...ends, ...asked]));
    fc.assert(
      fc.property(told, (list) => {
        const scene = new ReportedSale();
        for (const one of list) {
          scene.hears(one);
          for (const unit of ['EUR', 'USD', 'JPY']) expectToAddUp(scene, unit);
        }
      }),
      RUNS,
    );
  });
});

const leftOf = (payment: Payment): bigint => (payment.received ?? 0n) - backOf(payment) - disputedOf(payment);
const sameSums = (one: Record<string, bigint>, other: Record<string, bigint>): boolean =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].every((unit) => one[unit] === other[unit]);

function expectSameOrEnded(scene: ReportedSale, free: ReportedSale, order: OrderId): void {
  const status = scene.status(order) ?? '';
  if (status === free.status(order) && sameSums(scene.due(order), free.due(order))) return;
  expect([status, ENDED.includes(status)]).toEqual([status, true]);
  expect(scene.due(order)).toEqual(scene.sum(order, leftOf));
}

/** The ledger equals the sale's state, computed independently: every refund due was received, and every amount received is in an account. */
function expectToAddUp({ open, book }: ReportedSale, unit: string): void {
  const balance = (account: Account) => book.balances.of(tenant, sale, unit, account);
  const sum = (amountOf: (payment: Payment) => bigint) =>
    open.payments
      .all()
      .filter((payment) => payment.currency === unit)
      .reduce((total, payment) => total + amountOf(payment), 0n);
  expect([balance('provider'), balance('refunds-owed'), balance('disputed')]).toEqual([
    sum((payment) => (payment.received ?? 0n) - backOf(payment)),
    sum(dueOf),
    sum(disputedOf),
  ]);
  const earned = [...open.orders.values()].filter(({ status, total }) => status === 'confirmed' && total.currency === unit);
  const paying = earned.flatMap((order) => paymentOf(open, order) ?? []);
  expect(paying).toHaveLength(earned.length);
  expect(balance('revenue')).toBe(paying.reduce((total, payment) => total + leftOf(payment) - dueOf(payment), 0n));
  for (const [place, payment] of paying.entries()) {
    const kept = earned[place]?.tickets.filter(({ ticket }) => !earned[place]?.progressOf(ticket).ended).length ?? 0;
    const due = TOTAL - BigInt(kept) * PRICE - backOf(payment) - disputedOf(payment);
    expect(dueOf(payment)).toBe(due > 0n ? due : 0n);
  }
}
