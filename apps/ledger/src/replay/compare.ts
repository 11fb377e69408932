import type { QueryRunner } from 'typeorm';
import { CONTROL_ACCOUNTS, normalSide } from '#shared/domain/ledger/account.js';
import { LIVE, SHADOW } from '../database/names.js';
import type { Table } from '../rows/table.js';
import { BALANCES, ENTRIES, HALTS, LEDGER_TABLES } from '../rows/tables.js';

/** A difference between live and replayed ledger: the row's key, the field, and both values (`null` row: only the other side has it). */
export interface LedgerDifference {
  readonly table: string;
  readonly row: Readonly<Record<string, string>>;
  /** Stream sequence of the commit that last wrote the row; null for a balance. */
  readonly sequence: number | null;
  readonly field: string;
  readonly live: string | null;
  readonly replayed: string | null;
}

interface Compared extends Pick<Table<never>, 'name' | 'key'> {
  readonly columns: string;
  readonly sequenced: boolean;
  /**
   * For a comparison as of `$2`, which the live ledger has passed: the live rows as of then where they are known, and the condition
   * under which a difference counts.
   */
  readonly liveThen?: string;
  readonly counts: string;
}
/** Reasons are texts for people: another version may word them differently. A repair's progress is not in the log. */
const NOT_COMPARED = ['reason', 'decision', 'catching_up'];

/** A row written since then does not show its earlier state. A missing row was missing then too, because rows are never deleted. */
const NOT_WRITTEN_SINCE = 'live.sequence is null or live.sequence <= $2';
/** An account without an entry by then had a zero balance. */
const HELD_SOMETHING = 'shadow.tenant is not null or live.amount <> 0';

const CREDIT_ACCOUNTS = CONTROL_ACCOUNTS.filter((account) => normalSide(account) === 'credit').map((account) => `'${account}'`);
const movedSince = (account: string, sign: string): string =>
  `select tenant, sale, unit, split_part(${account}, '/', 1) as account, ${sign}amount as amount from ${LIVE}.${ENTRIES.name}
   where sequence > $2 and ($1::text is null or tenant = $1)`;
/** The live balances minus later movements. */
const BALANCES_THEN = `(select tenant, sale, unit, account,
    (now.amount - coalesce(since.amount, 0) * case when account in (${CREDIT_ACCOUNTS.join(', ')}) then -1 else 1 end) as amount
  from (select * from ${LIVE}.${BALANCES.name} where ($1::text is null or tenant = $1)) now
  left join (select tenant, sale, unit, account, sum(amount) as amount from (${movedSince('debit', '')} union all ${movedSince('credit', '-')}) moves
    group by tenant, sale, unit, account) since using (tenant, sale, unit, account))`;

const TABLES: readonly Compared[] = LEDGER_TABLES.map((table) => ({
  name: table.name,
  key: table.key,
  columns: (table === HALTS ? Object.keys(table.columns).filter((name) => !NOT_COMPARED.includes(name)) : ['*']).join(', '),
  ...(table === BALANCES
    ? { sequenced: false, liveThen: BALANCES_THEN, counts: HELD_SOMETHING }
    : { sequenced: true, counts: NOT_WRITTEN_SINCE }),
}));

export interface Comparison {
  /** Only this tenant's rows. */
  readonly tenant: string | undefined;
  /** Compares as of this sequence, at or before the live ledger's position: balances as of then, and only the rows not written since. */
  readonly until: number | undefined;
}

/** The first difference between the live ledger and its shadow, by stream sequence; `undefined` when they are equal. */
export async function firstDifference(runner: QueryRunner, { tenant, until }: Comparison): Promise<LedgerDifference | undefined> {
  const found: LedgerDifference[] = [];
  for (const table of TABLES) {
    const difference = await differenceIn(runner, table, tenant ?? null, until ?? null);
    if (difference !== undefined && table.name === HALTS.name) return difference; // every other difference of the tenant follows from this one
    if (difference !== undefined) found.push(difference);
  }
  const order = (difference: LedgerDifference): number => difference.sequence ?? Number.POSITIVE_INFINITY;
  return found.reduce<LedgerDifference | undefined>(
    (first, next) => (first === undefined || order(next) < order(first) ? next : first),
    undefined,
  );
}

interface Pair {
  readonly live: Readonly<Record<string, string | null>> | null;
  readonly replayed: Readonly<Record<string, string | null>> | null;
}

async function differenceIn(
  runner: QueryRunner,
  table: Compared,
  tenant: string | null,
  until: number | null,
): Promise<LedgerDifference | undefined> {
  const rows: readonly Pair[] = await runner.query(comparisonSql(table, until !== null), [tenant, until]);
  const [pair] = rows;
  if (pair === undefined) return undefined;
  const present = pair.live ?? pair.replayed ?? {};
  const fields = Object.keys(present);
  const field =
    pair.live === null || pair.replayed === null ? '*' : (fields.find((name) => pair.live?.[name] !== pair.replayed?.[name]) ?? '*');
  return {
    table: table.name,
    row: Object.fromEntries(table.key.map((name) => [name, String(present[name])])),
    sequence: table.sequenced
      ? Math.min(...[pair.live, pair.replayed].flatMap((row) => (row === null ? [] : [Number(row.sequence)])))
      : null,
    field,
    live: field === '*' ? pair.live && JSON.stringify(pair.live) : (pair.live?.[field] ?? null),
    replayed: field === '*' ? pair.replayed && JSON.stringify(pair.replayed) : (pair.replayed?.[field] ?? null),
  };
}

/** Every field as text, so that no number loses digits. */
const fieldsOf = (alias: string, key: string): string =>
  `case when ${alias}.${key} is null then null else (select jsonb_object_agg(key, value) from jsonb_each_text(to_jsonb(${alias}))) end`;

function comparisonSql({ name, key, sequenced, columns, liveThen, counts }: Compared, ofThePast: boolean): string {
  const side = (schema: string): string => `(select ${columns} from ${schema}.${name} where ($1::text is null or tenant = $1))`;
  const live = ofThePast && liveThen !== undefined ? liveThen : side(LIVE);
  const first = key[0] ?? 'tenant';
  const same = key.map((column) => `live.${column} = shadow.${column}`).join(' and ');
  const order = sequenced ? 'least(live.sequence, shadow.sequence), ' : '';
  const keys = key.map((column) => `coalesce(live.${column}, shadow.${column})`).join(', ');
  return `select ${fieldsOf('live', first)} as live, ${fieldsOf('shadow', first)} as replayed
    from ${live} live full join ${side(SHADOW)} shadow on ${same}
    where row(live.*) is distinct from row(shadow.*) and ($2::bigint is null or ${counts}) order by ${order}${keys} limit 1`;
}
