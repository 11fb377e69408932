import { Fault } from '../../kernel/fault.js';
import { type Account, controlOf, normalSide, ticketsOf } from './account.js';
import type { Entry } from './entry.js';

export interface Balance {
  readonly tenant: string;
  readonly sale: string;
  readonly unit: string;
  readonly account: string;
  /** On the account's normal side; never negative. */
  readonly amount: bigint;
}

const keyOf = (tenant: string, sale: string, unit: string, account: string): string => `${tenant} ${sale} ${unit} ${account}`;

/** The balances of the accounts some entries touch. It refuses the entry that would make one negative (L9). */
export class Balances {
  private readonly known = new Map<string, Balance>();
  private readonly touched = new Set<string>();

  /** What was known before; an account that is not known starts at zero. */
  load(balance: Balance): void {
    this.known.set(keyOf(balance.tenant, balance.sale, balance.unit, balance.account), balance);
  }

  of(tenant: string, sale: string, unit: string, account: Account): bigint {
    return this.known.get(keyOf(tenant, sale, unit, controlOf(account)))?.amount ?? 0n;
  }

  post(tenant: string, sale: string, entry: Entry): void {
    if (entry.amount <= 0n) throw new Fault('projection-refused', { reason: 'an entry moves something', entry });
    this.move(tenant, sale, entry.unit, entry.debit, normalSide(entry.debit) === 'debit' ? entry.amount : -entry.amount);
    this.move(tenant, sale, entry.unit, entry.credit, normalSide(entry.credit) === 'credit' ? entry.amount : -entry.amount);
  }

  /** L9: available + held + sold = opened. */
  assertConserved(tenant: string, sale: string): void {
    const tickets = (account: Account): bigint => this.of(tenant, sale, ticketsOf(sale), account);
    const [opened, available, held, sold] = [tickets('opened'), tickets('available'), tickets('held'), tickets('sold')];
    if (available + held + sold === opened) return;
    throw new Fault('projection-refused', { reason: 'available + held + sold = opened', sale, opened, available, held, sold });
  }

  *changed(): Iterable<Balance> {
    for (const key of this.touched) {
      const balance = this.known.get(key);
      if (balance !== undefined) yield balance;
    }
  }

  private move(tenant: string, sale: string, unit: string, account: Account, by: bigint): void {
    const control = controlOf(account);
    const key = keyOf(tenant, sale, unit, control);
    const amount = (this.known.get(key)?.amount ?? 0n) + by;
    if (amount < 0n) throw new Fault('projection-refused', { reason: 'no balance is negative', sale, unit, account, would: amount });
    this.known.set(key, { tenant, sale, unit, account: control, amount });
    this.touched.add(key);
  }
}
