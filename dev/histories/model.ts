import { type Account, mintsOf, normalSide, ticketsOf } from '#shared/domain/ledger/account.js';
import type { TicketMint } from '#shared/domain/mint/ticket-mint.js';
import type { Sale } from '#shared/domain/sale/sale.js';
import type { TicketId } from '#shared/kernel/ids.js';
import { accountOf, type LedgerRows, soldOf } from './ledger.js';
import { expectedMoney } from './money.js';
import type { Accepted } from './selling.js';

/** One sale, as derived from the log alone. */
export interface LoggedSale {
  readonly tenant: string;
  readonly sale: string;
  readonly fold: { readonly sale: Sale };
  readonly mints: { readonly tickets: ReadonlyMap<TicketId, TicketMint> };
  /** In the order of decision. */
  readonly accepted: readonly Accepted[];
}

/** The expected ledger of a sale, from its callers' answers and the minter's events: by unit of account and account. */
export function expectedBalances(selling: LoggedSale): ReadonlyMap<string, bigint> {
  const { sale, fold: aggregate, mints } = selling;
  const expected = new Map<string, bigint>();
  const put = (unit: string, account: string, amount: number | bigint): unknown => expected.set(`${unit} ${account}`, BigInt(amount));
  for (const [account, count] of Object.entries(aggregate.sale.counts())) put(ticketsOf(sale), account, count);
  const all = [...mints.tickets.values()];
  for (const [account, states] of Object.entries(MINT_ACCOUNTS))
    put(mintsOf(sale), account, all.filter(({ state }) => states.includes(state)).length);
  for (const [account, amount] of expectedMoney(selling.accepted, aggregate.sale)) expected.set(account, amount);
  return expected;
}

/** The account that counts a mint in each state. */
const MINT_ACCOUNTS: Readonly<Record<string, readonly TicketMint['state'][]>> = {
  minted: ['minted', 'revoking'],
  'mint-cancelled': ['cancelled'],
  'mint-revoked': ['revoked'],
  'mint-voided': ['voided'],
};

/** Sold tickets and their prices, as sentences, by category and type: the tickets of every confirmed order that the seller did not end. */
function expectedSold({ tenant, sale, fold: aggregate }: LoggedSale): ReadonlyMap<string, string> {
  const sold = new Map<string, { tickets: number; amount: bigint }>();
  for (const order of aggregate.sale.open?.orders.values() ?? []) {
    if (order.status !== 'confirmed') continue;
    for (const { ticket, category, type, price } of order.tickets) {
      if (order.progressOf(ticket).ended) continue;
      const name = soldOf(tenant, sale, category, type);
      const { tickets, amount } = sold.get(name) ?? { tickets: 0, amount: 0n };
      sold.set(name, { tickets: tickets + 1, amount: amount + BigInt(price) });
    }
  }
  return new Map([...sold].map(([name, of]) => [name, `${of.tickets} for ${of.amount}`]));
}

/** Differences of a sale's ledger, as sentences. */
export function differences(selling: LoggedSale, { balances, orders, sold }: LedgerRows): readonly string[] {
  const { tenant, sale, fold: aggregate } = selling;
  const { open } = aggregate.sale;
  if (open === undefined) return [];
  const of = (unit: string, account: string): bigint => balances.get(accountOf(tenant, sale, unit, account)) ?? 0n;
  const found: string[] = [];
  for (const [place, wanted] of expectedBalances(selling)) {
    const [unit = '', account = ''] = place.split(' ');
    if (of(unit, account) !== wanted) found.push(`${place}: ${of(unit, account)} instead of ${wanted}`);
  }
  for (const { order, status } of open.orders.values()) {
    const seen = orders.get(`${tenant} ${order}`);
    if (seen !== status) found.push(`order ${order}: ${seen} instead of ${status}`);
  }
  const wanted = expectedSold(selling);
  const own = new Map([...sold].filter(([name]) => name.startsWith(`${tenant} ${sale} `)));
  for (const name of new Set([...wanted.keys(), ...own.keys()])) {
    const of = own.get(name);
    const seen = of && `${of.tickets} for ${of.amount}`;
    if (seen !== wanted.get(name)) found.push(`sold of ${name}: ${seen} instead of ${wanted.get(name)}`);
  }
  return [...found, ...unbalanced(selling, balances)];
}

/** L9: in every unit of account, debits equal credits. */
function unbalanced({ tenant, sale }: LoggedSale, balances: LedgerRows['balances']): readonly string[] {
  const sides = new Map<string, bigint>();
  for (const [name, amount] of balances) {
    const [owner, of, unit = '', account] = name.split(' ');
    if (owner !== tenant || of !== sale) continue;
    const signed = normalSide(account as Account) === 'debit' ? amount : -amount;
    sides.set(unit, (sides.get(unit) ?? 0n) + signed);
  }
  return [...sides].flatMap(([unit, left]) => (left === 0n ? [] : [`${unit}: one side holds ${left} more than the other`]));
}
