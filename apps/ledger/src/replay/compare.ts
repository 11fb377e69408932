import type { QueryRunner } from 'typeorm';
import { LIVE, SHADOW } from '../database/names.js';
import type { Table } from '../rows/table.js';
import { HALTS, LEDGER_TABLES } from '../rows/tables.js';

/** Where live and replayed ledger part: the row by its key, the field, and what each side says (`null` row: only the other side has it). */
export interface LedgerDifference {
  readonly table: string;
  readonly row: Readonly<Record<string, string>>;
  /** Stream sequence of the commit that wrote the row last; of a balance, unknown. */
  readonly sequence: number | null;
  readonly field: string;
  readonly live: string | null;
  readonly replayed: string | null;
}

type Compared = Pick<Table<never>, 'name' | 'key'> & { readonly sequenced: boolean; readonly columns: string };
/** A reason is for people: another version may put it in other words. */
const NOT_COMPARED = ['reason'];

const TABLES: readonly Compared[] = LEDGER_TABLES.map((table) => ({
  name: table.name,
  key: table.key,
  sequenced: 'sequence' in table.columns,
  columns: (table === HALTS ? Object.keys(table.columns).filter((name) => !NOT_COMPARED.includes(name)) : ['*']).join(', '),
}));

export interface Comparison {
  /** Only this tenant's rows. */
  readonly tenant: string | undefined;
  /** As of this sequence, before which the live ledger does not end: what was written since is not compared. */
  readonly until: number | undefined;
}

/** The first difference between the live ledger and its shadow, by stream sequence; `undefined` when they are equal. */
export async function firstDifference(runner: QueryRunner, { tenant, until }: Comparison): Promise<LedgerDifference | undefined> {
  const found: LedgerDifference[] = [];
  for (const table of until === undefined ? TABLES : TABLES.filter(({ sequenced }) => sequenced)) {
    const difference = await differenceIn(runner, table, tenant ?? null, until ?? null);
    if (difference !== undefined && table.name === HALTS.name) return difference; // whatever else differs of the tenant comes from this
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
  const rows: readonly Pair[] = await runner.query(comparisonSql(table), table.sequenced ? [tenant, until] : [tenant]);
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

/** Every field as text, so that no number loses digits on its way here. */
const fieldsOf = (alias: string, key: string): string =>
  `case when ${alias}.${key} is null then null else (select jsonb_object_agg(key, value) from jsonb_each_text(to_jsonb(${alias}))) end`;

/** A row that the live ledger has written since `$2` says nothing of how it was then; a row that it lacks was there, since none is ever removed. */
function comparisonSql({ name, key, sequenced, columns }: Compared): string {
  const side = (schema: string): string => `(select ${columns} from ${schema}.${name} where ($1::text is null or tenant = $1))`;
  const first = key[0] ?? 'tenant';
  const same = key.map((column) => `live.${column} = shadow.${column}`).join(' and ');
  const order = sequenced ? 'least(live.sequence, shadow.sequence), ' : '';
  const keys = key.map((column) => `coalesce(live.${column}, shadow.${column})`).join(', ');
  return `select ${fieldsOf('live', first)} as live, ${fieldsOf('shadow', first)} as replayed
    from ${side(LIVE)} live full join ${side(SHADOW)} shadow on ${same}
    where row(live.*) is distinct from row(shadow.*)${sequenced ? ' and ($2::bigint is null or live.sequence is null or live.sequence <= $2)' : ''} order by ${order}${keys} limit 1`;
}
