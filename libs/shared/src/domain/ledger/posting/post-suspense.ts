import { eventsOf, mintsOf, ticketsOf } from '../account.js';
import type { Entry, EntrySource } from '../entry.js';
import type { EventSuspended, SuspensionRow } from '../suspension.js';
import { WHOLE_COMMIT } from '../suspension.js';
import type { UnitOfWork } from '../unit-of-work.js';

const AMOUNT = /^\d{1,40}$/;
const CURRENCY = /^[A-Z]{3}$/;
/** Longer texts are no valid order or ticket, and exceed an index's limit. */
const MOST_LETTERS = 64;

/** The members that an event may have; it could not be applied, so any of them may be invalid. */
type EventData = Readonly<Record<string, unknown>>;

/**
 * Posts an event in suspense, apart from everything that was applied: one event, and the tickets, mints and money that it names.
 * `suspense` and `suspended` are always equal. Any event can be posted like this.
 */
export function postSuspense(event: { readonly type: string; readonly data: unknown }, { sale }: EntrySource): Entry[] {
  const data = (typeof event.data === 'object' && event.data !== null ? event.data : {}) as EventData;
  const about = { order: idIn(data, 'order'), ticket: idIn(data, 'ticket') };
  const of = (unit: string, amount: bigint): Entry => ({ debit: 'suspense', credit: 'suspended', unit, amount, ...about });
  const named = [ticketsIn(event.type, data, sale), moneyIn(data), moneyIn(data.total)];
  return [
    of(eventsOf(sale), 1n),
    ...named.flatMap((each) => (each === undefined || each.amount <= 0n ? [] : [of(each.unit, each.amount)])),
  ];
}

interface Named {
  readonly unit: string;
  readonly amount: bigint;
}

function ticketsIn(type: string, { tickets, ticket, units }: EventData, sale: string): Named | undefined {
  const unit = type.startsWith('Mint') ? mintsOf(sale) : ticketsOf(sale);
  if (Array.isArray(tickets)) return { unit, amount: BigInt(tickets.length) };
  if (typeof ticket === 'string') return { unit, amount: 1n };
  return units === undefined ? undefined : { unit, amount: offeredIn(units as EventData) };
}

/** The units that a sale's opening offers, as far as they can be counted. */
function offeredIn(units: EventData): bigint {
  if (Array.isArray(units?.seats)) return BigInt(units.seats.length);
  if (Array.isArray(units?.rows))
    return (units.rows as EventData[]).reduce((sum, row) => sum + whole(Number(row?.to) - Number(row?.from) + 1), 0n);
  return whole(Number(units?.quota));
}

const whole = (count: number): bigint => (Number.isSafeInteger(count) && count > 0 ? BigInt(count) : 0n);

function moneyIn(money: unknown): Named | undefined {
  const { amount, currency } = (typeof money === 'object' && money !== null ? money : {}) as EventData;
  if (typeof amount !== 'string' || typeof currency !== 'string' || !AMOUNT.test(amount) || !CURRENCY.test(currency)) return undefined;
  return { unit: currency, amount: BigInt(amount) };
}

function idIn(data: EventData, name: string): string | null {
  const id = data[name];
  return typeof id === 'string' && id.length <= MOST_LETTERS ? id : null;
}

/** Stores the decision for the lookup of rejected commits. It makes no entry itself. */
export function postSuspension({ data }: EventSuspended, book: UnitOfWork, { tenant, sale, sequence, at }: EntrySource): Entry[] {
  const { subject, version, hash, refusal, reason } = data;
  const row = { tenant, sale, subject, version, hash, suspendedSequence: data.sequence, suspendedIndex: data.index ?? WHOLE_COMMIT };
  book.suspensions.change({ ...row, refusal, reason, sequence, updatedAt: at } as SuspensionRow);
  return [];
}
