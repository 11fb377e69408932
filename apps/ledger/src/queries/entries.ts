import type { z } from 'zod';
import type { EventPosition } from '#shared/platform/http/event-cursor.js';
import { LIVE } from '../database/names.js';
import type { RawRow } from '../rows/table.js';
import type { Asking } from './asking.js';
import type { Conditions } from './conditions.js';
import type { EntriesQuery } from './questions.js';
import { saleOf } from './sale-of.js';
import { moment, optional, text } from './view.js';

const ORDER = ['sequence', 'event_index', 'entry_index'];
/** Digits of a stream sequence, padded so that a cursor's length does not reveal its size. */
const SEQUENCE_DIGITS = 16;

/** Entries in log order: after one position or time, up to and including another. */
export async function readEntries(asking: Asking, said: z.infer<typeof EntriesQuery>): Promise<object> {
  const { afterTime, upToTime } = said;
  const [after, upTo] = [asking.place('after', said.after), asking.place('upTo', said.upTo)];
  const wanted = between(asking, { after, upTo, afterTime, upToTime })
    .equal('sale', await saleOf(asking, said))
    .equal('order_id', said.order)
    .equal('ticket', said.ticket)
    .equal('unit', said.unitOfAccount)
    .behind(ORDER, asking.after(said.cursor));
  if (said.account !== undefined) wanted.and(movesIn(said.account, wanted));
  const rows = await asking.rows(
    `select * from ${LIVE}.ledger_entry ${wanted.where} order by ${ORDER.join(', ')} limit ${said.limit + 1}`,
    wanted.values,
  );
  const [entries, next] = asking.page(
    rows,
    said.limit,
    (row) => entryView(asking, row),
    (row) => [text(row, 'sequence').padStart(SEQUENCE_DIGITS, '0'), Number(row.event_index), Number(row.entry_index)],
  );
  return { entries, ...next };
}

interface Span {
  readonly after?: EventPosition | undefined;
  readonly upTo?: EventPosition | undefined;
  readonly afterTime?: Date | undefined;
  readonly upToTime?: Date | undefined;
}

/** Entries after one position or time, up to and including another: the difference between the two balances. */
export function between(asking: Asking, { after, upTo, afterTime, upToTime }: Span): Conditions {
  const wanted = asking.conditions();
  const at = ({ sequence, index }: EventPosition): string => `(${wanted.value(sequence)}::bigint, ${wanted.value(index)}::integer)`;
  if (after !== undefined) wanted.and(`(sequence, event_index) > ${at(after)}`);
  if (upTo !== undefined) wanted.and(`(sequence, event_index) <= ${at(upTo)}`);
  if (afterTime !== undefined) wanted.and(`occurred_at > ${wanted.value(afterTime)}::timestamptz`);
  if (upToTime !== undefined) wanted.and(`occurred_at <= ${wanted.value(upToTime)}::timestamptz`);
  return wanted;
}

/** An account with its sub-accounts: `sold` includes `sold/<buyer>`. */
function movesIn(account: string, wanted: Conditions): string {
  const name = wanted.value(account);
  const isIt = (column: string): string => `(${column} = ${name} or starts_with(${column}, ${name} || '/'))`;
  return `(${isIt('debit')} or ${isIt('credit')})`;
}

const entryView = (asking: Asking, row: RawRow): object => ({
  position: asking.nameOf({ sequence: Number(row.sequence), index: Number(row.event_index) }),
  entry: Number(row.entry_index),
  at: moment(row, 'occurred_at'),
  event: text(row, 'event'),
  sale: text(row, 'sale'),
  ...optional(row, { order: 'order_id', ticket: 'ticket', category: 'category', type: 'ticket_type', key: 'idempotency_key' }),
  debit: text(row, 'debit'),
  credit: text(row, 'credit'),
  unitOfAccount: text(row, 'unit'),
  amount: text(row, 'amount'),
});
