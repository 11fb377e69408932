import type { SaleEvent } from '../events.js';
import { owe } from '../payments/settle-payment.js';
import type { Sale } from '../sale.js';

/** The next command expires overdue holds, at most this many at a time, because a commit has a size limit. */
export const MAX_EXPIRED_AT_ONCE = 1_000;
/** Money without an order becomes due for refund after a day. */
export const MATCH_WITHIN_MS = 24 * 3_600_000;

/** The events that time alone causes at `at`: expired holds, and refunds due of unmatched money. */
export function expireHolds({ open: sale }: Sale, at: number): SaleEvent[] {
  if (sale === undefined) return [];
  const expired = sale.holds.overdue(at, MAX_EXPIRED_AT_ONCE).map((order): SaleEvent => ({ type: 'OrderExpired', data: { order } }));
  const lost = sale.payments.lost(at - MATCH_WITHIN_MS).slice(0, MAX_EXPIRED_AT_ONCE - expired.length);
  return [...expired, ...lost.map((payment) => owe(payment, payment.received ?? 0n, 'unmatched'))];
}

/** When time alone causes the next event: milliseconds since 1970, UTC. */
export function nextExpiry({ open: sale }: Sale): number | undefined {
  const unmatched = sale?.payments.oldestUnmatched;
  const times = [sale?.holds.next, unmatched === undefined ? undefined : unmatched.receivedAt + MATCH_WITHIN_MS];
  const known = times.filter((time) => time !== undefined);
  return known.length > 0 ? Math.min(...known) : undefined;
}
