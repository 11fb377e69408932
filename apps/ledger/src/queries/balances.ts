import type { z } from 'zod';
import { type Account, normalSide } from '#shared/domain/ledger/account.js';
import { LIVE } from '../database/names.js';
import type { RawRow } from '../rows/table.js';
import type { Asking } from './asking.js';
import { Conditions } from './conditions.js';
import { between } from './entries.js';
import type { BalancesQuery } from './questions.js';
import { text } from './view.js';

type BalancesParams = z.infer<typeof BalancesQuery>;
const ORDER = ['sale', 'unit', 'account'];

/** Account balances on their normal side: current ones, or at a position or time, summed from the immutable entries. */
export async function readBalances(asking: Asking, said: BalancesParams): Promise<object> {
  const past = said.at !== undefined || said.atTime !== undefined;
  const rows = past ? await balancesAt(asking, said) : await balancesNow(asking, said);
  const [balances, next] = asking.page(rows, said.limit, balanceView, (row) => ORDER.map((column) => text(row, column)));
  return { balances, ...next };
}

function balancesNow(asking: Asking, said: BalancesParams): Promise<RawRow[]> {
  const wanted = asking.conditions().equal('sale', said.sale).equal('unit', said.unitOfAccount).equal('account', said.account);
  return asking.rows(
    `select sale, unit, account, amount from ${LIVE}.account_balance ${wanted.behind(ORDER, asking.after(said.cursor)).where}
     order by ${ORDER.join(', ')} limit ${said.limit + 1}`,
    wanted.values,
  );
}

/** The same rows, computed from entries: every account with an entry has one. */
async function balancesAt(asking: Asking, said: BalancesParams): Promise<RawRow[]> {
  const moved = between(asking, { upTo: asking.place('at', said.at) })
    .equal('sale', said.sale)
    .equal('unit', said.unitOfAccount);
  if (said.atTime !== undefined) moved.and(`(sequence, event_index) <= (${lastUpTo(said.atTime, asking, moved)})`);
  const after = asking.after(said.cursor);
  if (after !== undefined) moved.and(`sale >= ${moved.value(after[0])}`); // rows before it are not summed again
  const side = (name: string, sign: string): string =>
    `select sale, unit, split_part(${name}, '/', 1) as account, ${sign}amount as moved from ${LIVE}.ledger_entry ${moved.where}`;
  const wanted = new Conditions(moved.values).equal('account', said.account).behind(ORDER, after);
  const rows = await asking.rows(
    `select sale, unit, account, sum(moved) as amount from (${side('debit', '')} union all ${side('credit', '-')}) as moves ${wanted.where}
     group by ${ORDER.join(', ')} order by ${ORDER.join(', ')} limit ${said.limit + 1}`,
    wanted.values,
  );
  return rows.map((row) => ({ ...row, amount: onNormalSide(row) }));
}

/** Sales and mints are written with several clocks: sums by time could become negative when one clock lags. */
function lastUpTo(time: Date, asking: Asking, moved: Conditions): string {
  const wanted = asking.conditions(moved.values);
  wanted.and(`occurred_at <= ${wanted.value(time)}::timestamptz`);
  return `select sequence, event_index from ${LIVE}.ledger_entry ${wanted.where} order by sequence desc, event_index desc limit 1`;
}

const onNormalSide = (row: RawRow): bigint =>
  normalSide(text(row, 'account') as Account) === 'debit' ? BigInt(text(row, 'amount')) : -BigInt(text(row, 'amount'));

const balanceView = (row: RawRow): object => ({
  sale: text(row, 'sale'),
  unitOfAccount: text(row, 'unit'),
  account: text(row, 'account'),
  amount: text(row, 'amount'),
});
