import type { Entry } from '../entry.js';

/** A ticket as it was ordered, or its row. */
interface Kind {
  readonly category?: string | null | undefined;
  readonly type?: string | null | undefined;
}

/** Tickets of one category and type. */
export interface Group<T> {
  readonly kind: Pick<Entry, 'category' | 'type'>;
  readonly tickets: readonly T[];
}

const NO_KIND: Group<never>['kind'] = {};

/** Groups tickets by category and type, in order of first occurrence: an entry concerns one group. */
export function byKind<T extends Kind>(tickets: readonly T[]): readonly Group<T>[] {
  const [first] = tickets;
  if (first === undefined) return [];
  if (tickets.every((ticket) => isSameKind(ticket, first))) return [{ kind: kindOf(first), tickets }];
  const groups: { readonly kind: Group<T>['kind']; readonly tickets: T[] }[] = [];
  for (const ticket of tickets) {
    const group = groups.find(({ tickets: [one] }) => one !== undefined && isSameKind(one, ticket));
    if (group === undefined) groups.push({ kind: kindOf(ticket), tickets: [ticket] });
    else group.tickets.push(ticket);
  }
  return groups;
}

/** Splits an entry into one per group, with the amount from `amountOf`. A zero amount gives no entry. */
export const splitByKind = <T extends Kind>(
  entry: Omit<Entry, 'amount'>,
  tickets: readonly T[],
  amountOf: (tickets: readonly T[]) => bigint,
): Entry[] =>
  byKind(tickets)
    .map(({ kind, tickets: some }) => entryOf(entry, kind, amountOf(some)))
    .filter(({ amount }) => amount > 0n);

/** Member by member: object spreading took a tenth of a replay. */
const entryOf = (
  { debit, credit, unit, order, ticket }: Omit<Entry, 'amount'>,
  { category, type }: Group<never>['kind'],
  amount: bigint,
): Entry => ({
  debit,
  credit,
  unit,
  amount,
  order,
  ticket,
  category,
  type,
});

/**
 * Splits an entry of money: the price of each ticket by category and type, and a rest without category. If the amount is less than the
 * prices, it is not known which tickets it pays, and the entry is not split.
 */
export function moneyByKind(entry: Omit<Entry, 'amount'>, tickets: readonly Priced[], amount: bigint): Entry[] {
  const parts = splitByKind(entry, tickets, priceOf);
  const rest = parts.reduce((left, part) => left - part.amount, amount);
  const isNamed = parts.some(({ category, type }) => category !== undefined || type !== undefined);
  if (!isNamed || rest < 0n) return amount > 0n ? [entryOf(entry, NO_KIND, amount)] : [];
  return rest > 0n ? [...parts, entryOf(entry, NO_KIND, rest)] : parts;
}

export const numberOf = (tickets: readonly unknown[]): bigint => BigInt(tickets.length);
type Priced = Kind & { readonly priceMinor: bigint };
const priceOf = (tickets: readonly Priced[]): bigint => tickets.reduce((sum, { priceMinor }) => sum + priceMinor, 0n);

const isSameKind = (one: Kind, other: Kind): boolean => one.category === other.category && one.type === other.type;

const kindOf = ({ category, type }: Kind): Group<never>['kind'] =>
  (category ?? type) == null ? NO_KIND : { category: category ?? undefined, type: type ?? undefined };
