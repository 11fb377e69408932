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

interface Kept {
  readonly tenant: string;
  readonly sale: string;
  readonly unit: string;
  readonly account: string;
  amount: bigint;
  touched: boolean;
}

/** The accounts of one sale, by unit and name. */
type Sheet = Map<string, Map<string, Kept>>;

/** The balances of the accounts that some entries change. It rejects an entry that would make one negative (L9). */
export class Balances {
  private readonly sheets = new Map<string, Map<string, Sheet>>();
  private touched: Kept[] = [];

  /** Loads an earlier balance; an account that is not loaded starts at zero. */
  load({ tenant, sale, unit, account, amount }: Balance): void {
    this.accountsOf(tenant, sale, unit).set(account, { tenant, sale, unit, account, amount, touched: false });
  }

  of(tenant: string, sale: string, unit: string, account: Account): bigint {
    return this.sheets.get(tenant)?.get(sale)?.get(unit)?.get(controlOf(account))?.amount ?? 0n;
  }

  post(tenant: string, sale: string, entry: Entry): void {
    if (entry.amount <= 0n) throw new Fault('projection-refused', { reason: 'an entry moves something', entry });
    const accounts = this.accountsOf(tenant, sale, entry.unit);
    const place = { tenant, sale, unit: entry.unit };
    this.move(accounts, place, entry.debit, normalSide(entry.debit) === 'debit' ? entry.amount : -entry.amount);
    this.move(accounts, place, entry.credit, normalSide(entry.credit) === 'credit' ? entry.amount : -entry.amount);
  }

  /** L9: available + held + sold = opened, for all applied events. Events in suspense are posted beside them, twice. */
  assertConserved(tenant: string, sale: string): void {
    const accounts = this.accountsOf(tenant, sale, ticketsOf(sale));
    const tickets = (account: string): bigint => accounts.get(account)?.amount ?? 0n;
    const [opened, available, held, sold] = [tickets('opened'), tickets('available'), tickets('held'), tickets('sold')];
    if (available + held + sold !== opened)
      throw new Fault('projection-refused', { reason: 'available + held + sold = opened', sale, opened, available, held, sold });
    const [suspense, suspended] = [tickets('suspense'), tickets('suspended')];
    if (suspense !== suspended) throw new Fault('projection-refused', { reason: 'suspense = suspended', sale, suspense, suspended });
  }

  /** A copy of the current state; later postings do not change it. */
  changed(): Balance[] {
    return this.touched.map(({ tenant, sale, unit, account, amount }) => ({ tenant, sale, unit, account, amount }));
  }

  /** Marks all changes as written. */
  settle(): void {
    for (const kept of this.touched) kept.touched = false;
    this.touched = [];
  }

  private accountsOf(tenant: string, sale: string, unit: string): Map<string, Kept> {
    return madeIn(madeIn(madeIn(this.sheets, tenant), sale), unit);
  }

  private move(accounts: Map<string, Kept>, place: Omit<Balance, 'account' | 'amount'>, account: Account, by: bigint): void {
    const control = controlOf(account);
    const known = accounts.get(control);
    const amount = (known?.amount ?? 0n) + by;
    if (amount < 0n)
      throw new Fault('projection-refused', {
        reason: 'no balance is negative',
        sale: place.sale,
        unit: place.unit,
        account,
        would: amount,
      });
    const kept = known ?? { ...place, account: control, amount, touched: false };
    if (known === undefined) accounts.set(control, kept);
    kept.amount = amount;
    if (kept.touched) return;
    kept.touched = true;
    this.touched.push(kept);
  }
}

/** The map of this name, created if missing. */
function madeIn<V extends Map<string, unknown>>(maps: Map<string, V>, name: string): V {
  const found = maps.get(name);
  if (found !== undefined) return found;
  const made = new Map() as V;
  maps.set(name, made);
  return made;
}
