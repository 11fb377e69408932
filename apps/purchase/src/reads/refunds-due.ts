import { dueOf, type Payment } from '#shared/domain/sale/payments/payment.js';
import { type PaymentProblem, problemsOf } from '#shared/domain/sale/payments/payment-problems.js';
import type { Payments } from '#shared/domain/sale/payments/payments.js';
import { sha256 } from '#shared/kernel/hash.js';
import { rfc3339 } from '#shared/kernel/moment.js';

/** The list an entry belongs to, its time (milliseconds since 1970, UTC) and a hash that separates entries of one millisecond. */
export type RefundKey = readonly [list: number, at: number, hash: string];

class Entry {
  private hash: string | undefined;

  constructor(
    readonly list: 0 | 1,
    readonly at: number,
    /** Names the entry. It stays the same while the payment is listed. */
    private readonly name: readonly (string | undefined)[],
    readonly view: object,
  ) {}

  /** Hashed on use: most entries differ in their time. */
  get key(): RefundKey {
    this.hash ??= sha256(JSON.stringify(this.name));
    return [this.list, this.at, this.hash];
  }
}

interface RefundsPage {
  readonly refundsDue: readonly object[];
  readonly problems: readonly object[];
  /** Absent on the last page. */
  readonly last?: RefundKey;
}

/**
 * One page: refunds due before payment problems, each oldest first. A key continues after its entry, also when that entry is settled
 * meanwhile, so a caller that follows the pages sees every entry that is listed all the while exactly once.
 */
export function refundsPage(payments: Payments, after: RefundKey | undefined, limit: number): RefundsPage {
  const entries = [...payments.due().map(dueEntry), ...problemsOf(payments).map(problemEntry)].sort(inOrder);
  const first = after === undefined ? 0 : entries.findIndex((entry) => isAfter(entry, after));
  const page = first < 0 ? [] : entries.slice(first, first + limit);
  const last = page.at(-1);
  const isLast = last === undefined || last === entries.at(-1);
  const viewsOf = (list: Entry['list']): object[] => page.filter((entry) => entry.list === list).map(({ view }) => view);
  return { refundsDue: viewsOf(0), problems: viewsOf(1), ...(!isLast && { last: last.key }) };
}

export const refundDueView = (payment: Payment): object => ({
  payment: payment.payment,
  order: payment.order,
  amount: `${dueOf(payment)}`,
  currency: payment.currency,
  reason: payment.owed?.reason,
  receivedAt: rfc3339(payment.receivedAt),
});

const dueEntry = (payment: Payment): Entry =>
  new Entry(0, payment.receivedAt, [payment.payment, payment.order, payment.currency], refundDueView(payment));

function problemEntry({ amount, at, ...problem }: PaymentProblem): Entry {
  const { payment, order, currency, reason, report, id } = problem;
  // Contradictions differ in their amounts. Every other problem is one of its payment, and its amount may change.
  const name = [payment, order, currency, ...(reason === 'contradiction' ? [report, id, `${amount}`] : [])];
  return new Entry(1, at, name, { ...problem, amount: `${amount}`, reportedAt: rfc3339(at) });
}

const inOrder = (one: Entry, other: Entry): number => one.list - other.list || one.at - other.at || (one.key[2] < other.key[2] ? -1 : 1);

function isAfter(entry: Entry, [list, at, hash]: RefundKey): boolean {
  if (entry.list !== list) return entry.list > list;
  return entry.at === at ? entry.key[2] > hash : entry.at > at;
}
