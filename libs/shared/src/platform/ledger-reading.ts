import pg from 'pg';
import { Fault } from '../kernel/fault.js';

const CONNECT_TIMEOUT_MS = 5_000;
/** Reading the head of every subject in a log of a million subjects takes seconds. */
const QUERY_TIMEOUT_MS = 120_000;

/** A promotion takes minutes, a read seconds: no read meets two promotions. */
const MOST_EXCHANGES = 3;
/**
 * A promotion exchanges the ledgers by renaming them. Postgres resolves a name again for every statement, but shows rows as of the
 * transaction's first one, when the now live ledger was empty. So the name must resolve to the same table at the end as at the
 * beginning: the left side resolves it, the right side reads the catalogue under the transaction's snapshot.
 */
const IS_SAME_LEDGER = `select 'ledger.ledger_entry'::regclass = (select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname = 'ledger' and c.relname = 'ledger_entry') as same`;

/** The result of one transaction, and whether its ledger was the same at its end. */
interface Reading<T> {
  readonly found: T;
  readonly isOneLedger: boolean;
}

/** The last query of a transaction: checks that all its queries read the same ledger. */
export async function isOneLedger(ask: (sql: string) => Promise<readonly { readonly same: boolean }[]>): Promise<boolean> {
  const [row] = await ask(IS_SAME_LEDGER);
  return row?.same === true;
}

/**
 * Repeats a read that mixed two ledgers, the names of one with the rows of another.
 * @throws Fault `database-unreachable` when that happens every time
 */
export async function fromOneLedger<T>(read: () => Promise<Reading<T>>): Promise<T> {
  for (let exchanges = 0; exchanges < MOST_EXCHANGES; exchanges++) {
    const reading = await read();
    if (reading.isOneLedger) return reading.found;
  }
  throw new Fault('database-unreachable', { reason: 'the ledger is exchanged again and again', exchanges: MOST_EXCHANGES });
}

/** Runs all queries of `read` against one snapshot of the ledger. */
export const atOneMoment = <T>(ledger: pg.Client, read: () => Promise<T>): Promise<T> =>
  fromOneLedger(async () => {
    await ledger.query('begin isolation level repeatable read read only');
    const reading = {
      found: await read(),
      isOneLedger: await isOneLedger(async (sql) => (await ledger.query<{ same: boolean }>(sql)).rows),
    };
    await ledger.query('commit');
    return reading;
  });

/**
 * Runs `use` with one connection to the ledger, for a command that compares it with other data.
 * @throws Fault `database-unreachable`
 */
export async function withLedger<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    application_name: 'admit',
  });
  client.on('error', () => undefined); // a lost connection fails the running query, which reports it
  try {
    await client.connect();
    return await use(client);
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault('database-unreachable', {}, { cause });
  } finally {
    await client.end();
  }
}
